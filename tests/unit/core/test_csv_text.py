"""No cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.core.csv_text import csv_text, guarded, unguarded


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "=cmd|' /C calc'!A0"]
)
def test_formulas_are_text(text: str) -> None:
    (row,) = list(csv.reader(io.StringIO(csv_text(["h"], [[text]]).removeprefix("\ufeff"), newline="")))[1:]
    assert row == ["'" + text]
    assert unguarded(row[0]) == text


def test_numbers_stay_numbers() -> None:
    assert csv_text(["a", "b", "c"], [[-1, 2.5, None]]) == '\ufeff"a","b","c"\n-1,2.5,""\n'


@given(st.text())
def test_guarding_can_be_undone_unless_it_was_there(text: str) -> None:
    if unguarded(text) == text:
        assert unguarded(guarded(text)) == text
