"""What a person reads."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len

from evalharness.cli.gate_table import print_report
from evalharness.core.gate import GateReport, GateStatus, Remark, RemarkCode
from evalharness.core.provenance import Delivery, Origin
from evalharness.render.gate import gate_view
from evalharness.render.gate.words import REMARKS, headline, remark

from .conftest import STALE

Report = Callable[..., GateReport]
GOLDEN = Path(__file__).parents[3] / "golden" / "gate_report.txt"


def printed(report: GateReport, capsys: pytest.CaptureFixture[str], *, every_case: bool = False) -> str:
    print_report(report, every_case=every_case)
    return capsys.readouterr().out


def test_the_report_is_the_one_that_was_read(
    report: Report, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    found = printed(report(stale=(STALE,)), capsys)
    kept = GOLDEN.read_text(encoding="utf-8") if GOLDEN.exists() else ""
    if found != kept:
        new = tmp_path / GOLDEN.name
        new.write_text(found, encoding="utf-8", newline="\n")
        lines = difflib.unified_diff(kept.splitlines(), found.splitlines(), lineterm="", n=0)
        pytest.fail(f"changed; if right, copy {new} over {GOLDEN}\n" + "\n".join(lines), pytrace=False)


def test_no_line_is_wider_than_a_hundred_columns(report: Report, capsys: pytest.CaptureFixture[str]) -> None:
    for line in printed(report(stale=(STALE,)), capsys).splitlines():
        assert cell_len(line) <= 100, line
        assert line == line.rstrip()


def test_cases_come_with_each_lost_fact_and_its_sentences(report: Report) -> None:
    first, second = gate_view(report()).cases
    assert first.title == "moon-ko-02: pro-sena 2.86 → 0.71 severe, flash-sena 2.14 → 1.43"
    assert first.blamed_arms == ("pro-sena",)
    lost = first.lost[0]
    assert lost.what.startswith("lost f1 (pro-sena, flash-sena; the request no longer holds it): 파트원은")
    assert len(lost.sentences) == 2
    assert [other.what for other in first.lost[1:]] == [
        "no longer sent, though the blessed answer lacks it (pro-sena): f3",
        "says what it must not (pro-sena): 마감이 11월이라고 한다",
    ]
    assert second.lost[0].sentences == ()


def test_only_so_many_cases_are_told_and_the_rest_are_named(
    report: Report, capsys: pytest.CaptureFixture[str]
) -> None:
    view = gate_view(report(), most=1)
    assert ([case.case for case in view.cases], view.more_cases) == (["moon-ko-02"], ("pen-en-02",))
    many = report(worse=tuple(replace(report().worse[2], case=f"c-{i:02d}") for i in range(40)))
    assert "and 10 more: c-30, c-31" in printed(many, capsys)
    assert "more:" not in printed(many, capsys, every_case=True)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({}, "GATE FAIL on SIMULATED answers: mentoring, run mentoring-0123456789ab"),
        ({"status": GateStatus.PASS, "origin": Origin.GOOGLE}, "GATE PASS: mentoring"),
        ({"status": GateStatus.STALE, "origin": Origin.UNVERIFIED}, "GATE STALE: mentoring"),
        (
            {"drift": True, "origin": Origin.GOOGLE, "deliveries": (Delivery.LIVE,)},
            "DRIFT CHECK FAIL: mentoring",
        ),
    ],
)
def test_the_headline_says_what_was_checked_and_never_hides_a_simulation(
    report: Report, changes: dict[str, object], says: str
) -> None:
    assert headline(report(**changes)).startswith(says)


def test_stale_cells_are_named_and_priced(report: Report) -> None:
    view = gate_view(report(stale=(STALE,)))
    assert view.stale == (("pro-sena", "answer", "2", "0.0102", "0.0225", "0.0520"),)
    assert "2 calls of 2 cases have no recording" in view.stale_note
    assert "moon-ko-02, pen-en-02" in view.stale_note
    assert "about 0.02 USD (0.01 to 0.05)" in view.stale_note
    assert "evalharness analyze prompts/experiment.toml --mode record-missing" in view.stale_note


def test_every_remark_has_words_and_foreign_text_is_cleaned() -> None:
    assert set(REMARKS) == set(RemarkCode)
    hostile = Remark(code=RemarkCode.SERVED_OTHER, values=(("seen", "a\x1b[31mb\u202e\nc"),))
    assert remark(hostile) == "Another model answered: ab c."
