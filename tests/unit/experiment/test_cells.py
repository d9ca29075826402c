"""Cells of a table: plain text and records say the same; what cannot be read is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from evalharness.experiment.cells import key_facts, must_nots, notes, transcript
from evalharness.experiment.mapping_file import TurnsTable

TURNS = TurnsTable(mentee="User", mentor="Coach", role="from", text="body")


def test_notes_are_lines_or_a_list() -> None:
    assert notes("- one\n\n- two\n") == notes(["one", "two"]) == ["one", "two"]


def test_a_transcript_is_lines_or_records() -> None:
    written = transcript("user: Hello.\nIt is late: 23:10.\n\nCOACH: Then sleep.", TURNS)
    assert written == [
        {"role": "mentee", "text": "Hello.\nIt is late: 23:10.\n"},
        {"role": "mentor", "text": "Then sleep."},
    ]
    assert transcript([{"from": "Coach", "body": "Then sleep."}], TURNS) == written[1:]


def test_key_facts_are_lines_or_records() -> None:
    assert key_facts("due 3 May = 3 May | May 3 + noon") == [
        {"id": "f1", "fact": "due 3 May", "forms": ["3 May", ["May 3", "noon"]]}
    ]
    record = {"id": "due", "fact": "due 3 May", "forms": ["3 May"], "where": ["profile"]}
    assert key_facts([record]) == [record]


def test_a_plus_inside_a_word_joins_nothing() -> None:
    assert key_facts("C++ = C++ | C+O")[0]["forms"] == ["C++", "C+O"]


def test_must_nots_are_lines_or_records() -> None:
    record = {"claim": "due in June", "forms": ["June"], "kind": "outdated"}
    assert must_nots("outdated: due in June = June") == must_nots([record]) == [record]


@pytest.mark.parametrize(
    ("read", "cell", "message"),
    [
        (notes, 3, "notes are text or a list, got int"),
        (lambda cell: transcript(cell, TURNS), "Boss: no", "does not begin with 'User' or 'Coach'"),
        (lambda cell: transcript(cell, TURNS), [{"who": "x"}], "a turn has 'from' and 'body'"),
        (lambda cell: transcript(cell, TURNS), [{"from": "x", "body": "y"}], "speaker 'x' is neither"),
        (key_facts, "no forms here", "is not `fact = form | form`"),
        (key_facts, "fact = | ", "is not `fact = form | form`"),
        (key_facts, [{"fact": "x"}], "a record has 'fact' and 'forms'"),
        (must_nots, "due in June = June", "does not begin with a kind"),
        (must_nots, "old: due = June", "kinds: outdated, contradicted"),
    ],
)
def test_what_cannot_be_read_is_said(read: Callable[[Any], Any], cell: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read(cell)
