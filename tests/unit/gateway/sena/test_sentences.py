"""Where sentences end, and what is never cut."""

from __future__ import annotations

import time

import pytest

from evalharness.core.case import Context
from evalharness.gateway.sena.sentences import quotations
from evalharness.gateway.sena.units import split_units


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("Dr. Han said 3.5 points. Then we left.", 2),
        ("e.g. this one stays whole.", 1),
        ("1. 첫째 항목입니다.\n2. 둘째 항목입니다.", 2),
        ("버전 2.0.1로 올렸습니다. 끝!", 2),
        ("정말요?! 네…  그래요.", 3),
        ("면담은 2026. 11. 22. 오후 3시입니다. 끝.", 2),
        ("팀장님이 “급해요. 오늘 안에요.”라고 했어요. 네.", 2),
        ('She wrote "Stop. Now" twice. Then left.', 2),
        ('A stray " mark. And more.', 2),
        ("Use `a. b. c` here. Done.", 2),
        ("これは文です。次です！", 2),
        ("```\na. b. c.\n\nd.\n```\n다음 문장.", 2),
        ("````\n```\ninner. fence\n```\n````\nAfter.", 2),
        ("~~~\na. b.\n~~~\nAfter.", 2),
        ("~~~\n네. 알겠습니다.", 3),
        ("```\nunclosed. to. the end", 1),
        ("```inline. code``` is no fence. Done.", 2),
        ("  \n\n ", 0),
    ],
)
def test_sentences_end_where_a_reader_says(text: str, units: int) -> None:
    assert len(split_units(Context(profile=text))) == units


def test_a_mark_clings_to_its_space() -> None:
    """A combining accent after a space is one grapheme with it: no unit begins there."""
    (unit,) = split_units(Context(profile="Odd. \u0301Yes"))
    assert unit.text == "Odd. \u0301Yes"


def test_indentation_and_blank_lines_stay_where_units_stay() -> None:
    text = "Plan:\n\n  - one\n  - two\n"
    units = split_units(Context(profile=text))
    assert [(unit.text, unit.gap) for unit in units] == [
        ("Plan:", "\n\n  "),
        ("- one", "\n  "),
        ("- two", "\n"),
    ]


def test_quotations_pair_within_a_line() -> None:
    assert quotations('He said "yes. no" and “maybe”, `x`.\nA lone " here') == ['"yes. no"', "“maybe”", "`x`"]


@pytest.mark.parametrize("text", ['"a. ', "“a. ", "a ", ". ", "....", "a. ", "```\nx\n", "~~~\n", "1. 2. "])
def test_time_grows_with_length_alone(text: str) -> None:
    """A hostile 100,000-character message takes well under the 20 s that quadratic work would."""
    started = time.perf_counter()
    split_units(Context(profile=text * (100_000 // len(text))))
    assert time.perf_counter() - started < 20
