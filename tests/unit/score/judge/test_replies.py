"""Reading what judges reply."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.core.judging import Mark
from evalharness.score.judge.replies import (
    Unreadable,
    pairwise_schema,
    read_pairwise,
    read_rubric,
    rubric_schema,
)

ANSWER = "12월 3일 마감과 500만 원 예산 안에서 진행하세요."


def reply(*marks: tuple[str, Any]) -> str:
    rows = {f"c{i}": {"quote": quote, "points": points} for i, (quote, points) in enumerate(marks, start=1)}
    return json.dumps(rows, ensure_ascii=False)


def read(text: str, criteria: int = 2) -> tuple[Mark, ...] | Unreadable:
    return read_rubric(text, criteria=criteria, answer=ANSWER)


def test_marks_are_read_in_order() -> None:
    found = read(reply(("12월 3일 마감", 4), ("500만 원 예산", 5)))
    assert found == (
        Mark(criterion="c1", points=4, quote="12월 3일 마감", stands=True),
        Mark(criterion="c2", points=5, quote="500만 원 예산", stands=True),
    )


def test_a_passage_that_is_not_in_the_answer_voids_its_criterion_alone() -> None:
    found = read(reply(("11월 3일 마감", 5), ("500만 원 예산", 3)))
    assert isinstance(found, tuple)
    assert [mark.stands for mark in found] == [False, True]


def test_an_empty_passage_stands_with_no_points_only() -> None:
    found = read(reply(("", 0), ("", 3)))
    assert isinstance(found, tuple)
    assert [mark.stands for mark in found] == [True, False]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "not JSON"),
        ("The answer is good: 4 points.", "not JSON"),
        (reply(("12월 3일 마감", 4), ("500만 원 예산", 5))[:-9], "not JSON"),
        ("[1, 2]", "not a JSON object"),
        (reply(("12월 3일 마감", 4)), "c2 is missing"),
        (reply(("12월 3일 마감", 4), ("x", 6)), "c2.points is not a whole number from 0 to 5"),
        (reply(("12월 3일 마감", 3.5), ("x", 1)), "c1.points is not a whole number"),
        (reply(("12월 3일 마감", "4"), ("x", 1)), "c1.points is not a whole number"),
        (reply(("12월 3일 마감", True), ("x", 1)), "c1.points is not a whole number"),
        ('{"c1": {"points": 3}, "c2": {"quote": "", "points": 0}}', "c1.quote is not text"),
        ('{"c1": 4, "c2": 5}', "c1 is missing"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_what_is_not_what_was_asked_for_is_unreadable_never_zero(text: str, problem: str) -> None:
    found = read(text)
    assert isinstance(found, Unreadable)
    assert problem in found.problem


def test_a_fence_whole_floats_and_extra_keys_are_tolerated() -> None:
    """Servers that force no schema wrap JSON in a fence; none of it changes what is said."""
    text = '```json\n{"c1": {"quote": "500만 원", "points": 4.0, "why": "…"}, "note": 1}\n```'
    found = read(text, criteria=1)
    assert found == (Mark(criterion="c1", points=4, quote="500만 원", stands=True),)


@given(st.text(max_size=200))
def test_no_reply_crashes_the_reader(text: str) -> None:
    assert isinstance(read(text), tuple | Unreadable)
    assert isinstance(read_pairwise(text), str | Unreadable)


@pytest.mark.parametrize("better", ["A", "B", "tie"])
def test_a_comparison_names_one_or_neither(better: str) -> None:
    assert read_pairwise(json.dumps({"reason": "…", "better": better})) == better


@pytest.mark.parametrize("text", ['{"better": "C"}', '{"better": null}', "A", '{"reason": "A"}'])
def test_a_comparison_that_names_nothing_is_unreadable(text: str) -> None:
    assert isinstance(read_pairwise(text), Unreadable)


def test_schemas_want_evidence_before_points_and_a_reason_before_the_choice() -> None:
    """Gemini writes required keys in the order in which they are listed."""
    schema = rubric_schema(3)
    assert schema["required"] == ["c1", "c2", "c3"]
    assert schema["properties"]["c2"]["required"] == ["quote", "points"]
    assert pairwise_schema()["required"] == ["reason", "better"]
