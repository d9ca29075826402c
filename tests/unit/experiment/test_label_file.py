"""Graded sheets: one line for whatever is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from evalharness.core.errors import BadInput
from evalharness.experiment.label_file import read_grades

PAIRS = {"p1", "p2"}
GOOD = "pair,rater,score_a,score_b,comment\np1,kim,4,2,\np2,kim,0,5.0,'=fine\n"


def sheet(folder: Path, text: str | bytes, name: str = "kim.csv") -> Path:
    file = folder / name
    file.write_bytes(text.encode("utf-8") if isinstance(text, str) else text)
    return file


def test_a_good_sheet(tmp_path: Path) -> None:
    grades = read_grades([sheet(tmp_path, "\ufeff" + GOOD)], PAIRS)
    assert [(g.pair, g.rater, g.score_a, g.score_b, g.comment) for g in grades] == [
        ("p1", "kim", 4, 2, ""), ("p2", "kim", 0, 5, "=fine"),
    ]  # fmt: skip


def test_the_answers_in_a_spreadsheet_are_not_read(tmp_path: Path) -> None:
    text = 'pair,message,answer_a,rater,score_a,score_b\np1,m,"line\nline, ""x""",kim,4,2\n'
    assert read_grades([sheet(tmp_path, text)], PAIRS)[0].score_a == 4


def test_several_raters(tmp_path: Path) -> None:
    other = sheet(tmp_path, GOOD.replace("kim", "lee"), "lee.csv")
    assert len(read_grades([sheet(tmp_path, GOOD), other], PAIRS)) == 4


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD.replace("p2", "p9"), "kim.csv:3: row 2: pair 'p9' is not on this run's sheet"),
        (GOOD.replace("p2", "p1"), "kim.csv:3: row 2: kim graded pair p1 already in row 1; keep one"),
        (GOOD.replace(",4,2", ",6,2"), "kim.csv:2: row 1: score_a is '6', not a whole number from 0 to 5"),
        (GOOD.replace(",4,2", ",4,-1"), "row 1: score_b is '-1', not a whole number"),
        (GOOD.replace(",4,2", ",4.5,2"), "row 1: score_a is '4.5', not a whole number"),
        (GOOD.replace(",4,2", ",٤,2"), "row 1: score_a is '٤', not a whole number"),
        (GOOD.replace(",4,2", ",nan,2"), "row 1: score_a is 'nan', not a whole number"),
        (GOOD.replace(",4,2", ",,2"), "row 1: score_a is empty; grade both answers of every pair"),
        (GOOD.replace("p1,kim", "p1,"), "row 1: no rater; write a name or initials"),
        (GOOD.replace("p1,kim", f"p1,{'k' * 61}"), "row 1: the rater's name has 61 characters"),
        (GOOD.replace("pair,", "p,"), "kim.csv:1: no column 'pair'; a graded sheet has pair, rater, score_a"),
        (GOOD + "p1,lee\n", "kim.csv:4: row 3: 2 cells under a header of 5"),
        ("pair,rater,score_a,score_b\n", "no record in this file"),
        (GOOD.replace(",", ";"), "kim.csv:1: columns are separated by semicolons; save it with commas"),
        (GOOD.encode("utf-16"), "not UTF-8 at byte 0; save it as UTF-8"),
        (GOOD + 'p1,"lee', "bad CSV"),
    ],
)
def test_a_wrong_sheet_gives_one_line(tmp_path: Path, text: str | bytes, message: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_grades([sheet(tmp_path, text)], PAIRS)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_same_rater_in_two_files(tmp_path: Path) -> None:
    first, second = sheet(tmp_path, GOOD), sheet(tmp_path, GOOD, "again.csv")
    with pytest.raises(BadInput, match=r"again.csv:2: row 1: kim graded pair p1 already in .*kim.csv:2"):
        read_grades([first, second], PAIRS)
