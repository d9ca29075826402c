"""The lexicon router: what it finds, how it explains itself, what it does not guess at."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.core.routing import PERSONAS, EmptyMessage
from evalharness.gateway.router.cues import find_cues
from evalharness.gateway.router.lexicon import LexiconRouter
from evalharness.gateway.router.stems import stems, window

ROUTER = LexiconRouter()


@pytest.mark.parametrize(
    ("message", "persona", "cue"),
    [
        ("할 일을 어떤 순서로 쪼개면 좋을까요?", "square", "순서"),
        ("In what order should I do these steps?", "square", "order"),
        ("해마다 같은 실수를 되풀이하는데 왜 항상 이럴까요?", "earth", "되풀이"),
        ("Every time I start over. It's the same pattern again and again.", "earth", "pattern*"),
        ("두 팀 사이에서 서로의 말을 어떻게 전하면 좋을까요?", "pen", "사이에서"),
        ("How do I translate this for the lawyers and bridge both sides?", "pen", "translat*"),
        ("생각만 하면 설레는데 제가 정말 원하는 게 뭔지 모르겠어요", "moon", "설레"),
        ("I daydream about it and my heart lights up. A wild idea?", "moon", "daydream*"),
    ],
)
def test_plain_messages_of_both_languages_and_the_cue_that_decided(
    message: str, persona: str, cue: str
) -> None:
    route = ROUTER.choose(message)
    assert (route.persona, route.abstained) == (persona, False)
    assert f"“{cue}”" in route.reason
    assert ROUTER.route(message) == (route.persona, route.reason)


def test_korean_cues_begin_a_word_and_may_be_spaced_anyhow() -> None:
    assert "큰그림" in find_cues("큰 그림을 보고 싶어요")
    assert "큰그림" in find_cues("큰그림을 보고 싶어요")
    assert "색" not in find_cues("검색 결과")


def test_english_cues_are_whole_words_or_marked_beginnings() -> None:
    assert "order" in find_cues("in what order")
    assert "order" not in find_cues("the border")
    assert "trade off*" in find_cues("the trade-offs here")


def test_mixed_scripts_are_read_with_both_tables() -> None:
    found = find_cues("이 backlog 우선순위 order 좀")
    assert {"우선순위", "order", "backlog"} <= found.keys()


def test_stems_survive_endings() -> None:
    assert stems("나눠서") & stems("나눠") == {"^나눠", "나눠"}
    assert "planni"[:5] in stems("planning")


def test_long_messages_are_read_at_both_ends() -> None:
    assert len(window("가" * 20_000)) == 601
    assert ROUTER.choose("가 " * 9_000 + "순서를 정해 주세요").persona in PERSONAS


@pytest.mark.parametrize("message", ["🙂🙂🙂", "1234 !!", "…"])
def test_without_words_the_default_answers_and_says_so(message: str) -> None:
    route = ROUTER.choose(message)
    assert (route.persona, route.confidence, route.abstained) == ("pen", 0.0, True)


def test_nothing_is_refused() -> None:
    with pytest.raises(EmptyMessage):
        ROUTER.choose("\x00 ")


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=200).map(lambda text: f"a{text}"))
def test_any_text_gets_the_same_route_twice_with_a_probability(message: str) -> None:
    route = ROUTER.choose(message)
    assert route == ROUTER.choose(message)
    assert 0.0 <= route.confidence <= 1.0
    assert route.persona in PERSONAS
    assert route.persona == "pen" or not route.abstained
