"""What an answer no longer says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from evalharness.core.case import Case, KeyFact
from evalharness.score.lost import lost_facts


def split(text: str) -> Iterator[str]:
    return (piece for piece in re.findall(r"[^.]*\.\s*|[^.]+$", text))


def fact(name: str, *forms: str | tuple[str, ...]) -> KeyFact:
    return KeyFact(id=name, fact=f"fact {name}", forms=forms, where=("turns[0]",))


ANSWER = "Start early. The grant ends on 3 December. Mina owns the budget. It is 500 euro."


def test_lost_facts_come_with_the_sentences_that_carried_them(make_case: Callable[..., Case]) -> None:
    case = make_case(key_facts=(fact("f1", "3 December"), fact("f2", "500 euro"), fact("f3", "Jin")))
    found = lost_facts(case, ["f2", "f1"], unsent=["f1"], texts=[ANSWER], split=split)
    assert [(each.id, each.sentences, each.unsent) for each in found] == [
        ("f1", ("The grant ends on 3 December.",), True),
        ("f2", ("It is 500 euro.",), False),
    ]


def test_parts_of_a_form_may_stand_in_several_sentences(make_case: Callable[..., Case]) -> None:
    case = make_case(key_facts=(fact("f1", ("Mina", "500 euro")),))
    (found,) = lost_facts(case, ["f1"], unsent=[], texts=[ANSWER], split=split)
    assert found.sentences == ("Mina owns the budget.", "It is 500 euro.")


def test_repeats_are_said_once_and_a_few_at_most(make_case: Callable[..., Case]) -> None:
    case = make_case(key_facts=(fact("f1", "Mina"),))
    texts = [ANSWER, ANSWER, "Mina a. Mina b. Mina c."]
    (found,) = lost_facts(case, ["f1"], unsent=[], texts=texts, split=split)
    assert found.sentences == ("Mina owns the budget.", "Mina a.", "Mina b.")


def test_without_the_earlier_answer_the_fact_itself_is_told(make_case: Callable[..., Case]) -> None:
    case = make_case(key_facts=(fact("f1", "Mina"),))
    (found,) = lost_facts(case, ["f1"], unsent=[], texts=[], split=split)
    assert (found.fact, found.sentences) == ("fact f1", ())
