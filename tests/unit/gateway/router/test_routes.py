"""Routes without a router: what is read, what is refused, who stays."""

from __future__ import annotations

import pytest

from evalharness.core.errors import BadInput
from evalharness.core.routing import (
    MAX_CHARACTERS,
    EmptyMessage,
    MessageTooLong,
    Route,
    UnknownPersona,
    forced,
    has_words,
    readable,
    stay,
)


def route(persona: str, confidence: float, *, abstained: bool = False) -> Route:
    return Route(persona=persona, reason="r", confidence=confidence, abstained=abstained)  # type: ignore[arg-type]


@pytest.mark.parametrize("message", ["", "   \n\t ", "\x00\x01\x1f", "\u202e\u200b\ufeff"])
def test_a_message_without_anything_to_read_is_refused(message: str) -> None:
    with pytest.raises(EmptyMessage):
        readable(message)


def test_a_message_of_100_000_characters_is_refused_with_its_length() -> None:
    with pytest.raises(MessageTooLong, match="100,000"):
        readable("가" * 100_000)
    assert readable("가" * MAX_CHARACTERS)


def test_control_and_format_characters_become_spaces_and_lines_stay() -> None:
    assert readable("순서\x00를\u200b 잡아\r\n\n주세요\u202e") == "순서 를 잡아\n주세요"


def test_full_width_letters_are_read_as_plain_ones() -> None:
    assert readable("ｏｒｄｅｒ") == "order"


@pytest.mark.parametrize(
    ("text", "words"), [("🙂🔥", False), ("123 !?", False), ("ㅠㅠ", True), ("a1", True)]
)
def test_emoji_and_digits_are_no_words(text: str, words: bool) -> None:
    assert has_words(text) is words


def test_a_persona_can_be_asked_for_by_its_key_only() -> None:
    assert forced("moon") == Route(persona="moon", reason="asked for", confidence=1.0)
    for key in ("sun", "Moon", ""):
        with pytest.raises(UnknownPersona, match="known: moon, square, earth, pen"):
            forced(key)


def test_every_routing_error_is_bad_input() -> None:
    assert all(issubclass(kind, BadInput) for kind in (EmptyMessage, MessageTooLong, UnknownPersona))


def test_a_conversation_begins_with_the_routers_choice() -> None:
    assert stay(None, route("moon", 0.4)) == route("moon", 0.4)


def test_a_persona_stays_unless_the_new_one_is_surer_by_the_margin() -> None:
    before = route("square", 0.5)
    kept = stay(before, route("earth", 0.6), margin=0.15)
    assert (kept.persona, kept.confidence) == ("square", 0.5)
    assert "stays with square" in kept.reason
    assert stay(before, route("earth", 0.7), margin=0.15).persona == "earth"


def test_an_abstention_never_changes_the_persona() -> None:
    assert stay(route("square", 0.2), route("pen", 0.9, abstained=True), margin=0.0).persona == "square"


def test_the_same_persona_again_keeps_the_higher_confidence() -> None:
    assert stay(route("moon", 0.8), route("moon", 0.5)).confidence == 0.8
