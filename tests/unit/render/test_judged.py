"""What the report says of judges."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from evalharness.core.decision import (
    Decision,
    Estimate,
    JudgeAudit,
    JudgeContrast,
    JudgeRow,
    PairwiseRow,
    ScorerAgreement,
    SelfAgreement,
)
from evalharness.core.provenance import Origin
from evalharness.render import render_appendix, render_report


def estimate(value: float, unit: str = "points") -> Estimate:
    return Estimate(
        value=value, low=value - 0.1, high=value + 0.1, n=100, confidence=0.95, method="t", unit=unit
    )


def row(name: str, **changes: Any) -> JudgeRow:
    contrast = JudgeContrast(
        name="pro-flash|raw", minuend="pro-raw", subtrahend="flash-raw", quality=estimate(0.4),
        length_adjusted=estimate(0.31), slope=0.2,
    )  # fmt: skip
    fields: dict[str, Any] = {
        "name": name, "model": "gemini-3.5-flash", "family": "gemini", "client": "google-genai",
        "primary": True, "prompts": "judges/1",
        "prompts_sha256": "0123456789ab", "repeats": 1, "same_family": True, "judges_itself": False,
        "origin": Origin.SIMULATED, "answers": 460, "scored": 460, "unscored": 0, "causes": (),
        "judgements": 460, "repaired": 14, "criteria": 1600, "voided": 32, "contrasts": (contrast,),
        "self_agreement": None, "against_primary": None,
    }  # fmt: skip
    return JudgeRow(**(fields | changes))


PAIRWISE = PairwiseRow(
    judge="one", minuend="pro-raw", subtrahend="flash-raw", pairs=40, wins=18, losses=6, ties=16, flips=9,
    unscored=1, causes=(("judge:empty", 1),), win_rate=estimate(0.75, "share"),
    flip_rate=estimate(0.225, "share"), tie_rate=estimate(0.4, "share"), first_share=0.56,
    uplift=estimate(0.3, "share"), length_adjusted=estimate(0.2, "share"),
)  # fmt: skip


Part = Callable[[JudgeAudit | None], str]


@pytest.fixture
def bullet(build: Callable[[str], Decision]) -> Part:
    """The sentences on judges in the report's section on quality."""

    def make(audit: JudgeAudit | None) -> str:
        base = build("simulated_inconclusive")
        evidence = replace(base.evidence, judge=audit is not None)
        text = render_report(replace(base, judge=audit, evidence=evidence), identity="0" * 64)
        assert text.count("\n") <= 120
        (line,) = [line for line in text.splitlines() if line.startswith("- Judge: ")]
        return line

    return make


@pytest.fixture
def tables(build: Callable[[str], Decision]) -> Part:
    """The appendix's section on judges."""

    def make(audit: JudgeAudit | None) -> str:
        text = render_appendix(replace(build("simulated_inconclusive"), judge=audit), identity="0" * 64)
        return text.partition("## M Judges")[2]

    return make


def audit(*judges: JudgeRow, **changes: Any) -> JudgeAudit:
    fields: dict[str, Any] = {"judges": judges, "decides": True, "pairwise": (), "scorers": ()}
    return JudgeAudit(**(fields | changes))


SECOND = row(
    "two", primary=False, same_family=False, origin=Origin.UNVERIFIED, scored=450, unscored=10,
    causes=(("judge:unreadable", 7), ("judge:provider:UNAVAILABLE", 3)),
    self_agreement=SelfAgreement(answers=450, mean_difference=0.42, correlation=0.7), against_primary=0.61,
)  # fmt: skip


def test_the_report_names_the_judge_and_what_speaks_against_it(bullet: Part) -> None:
    assert bullet(audit(row("one"), pairwise=(PAIRWISE,))) == (
        "- Judge: one (gemini-3.5-flash, of the judged models' own family) scored 460 of 460 answers against"
        " a rubric (m). Side by side, both orders: Pro wins 75 % (65–85 %) of the pairs decided, 22.5 % flip."
        " No human labels calibrate it: the verdict must survive a bias of 0.1 points (a)."
    )


def test_the_report_counts_a_panel(bullet: Part) -> None:
    text = bullet(audit(row("one", judges_itself=True), SECOND))
    assert "(gemini-3.5-flash, one of the judged models)" in text
    assert " (m). 2 judges in all. No human labels" in text


def test_a_judge_is_tabled_with_its_contrasts(tables: Part) -> None:
    text = tables(audit(row("one")))
    flags = "primary, of the judged models' own family, SIMULATED, prompts judges/1 (0123456789ab)"
    assert f"| one | gemini-3.5-flash | {flags} | 460 of 460 | 14 | 2 % | n/a | n/a |" in text
    assert "| +0.40 (+0.30 to +0.50) | +0.31 (+0.21 to +0.41) |" in text


def test_a_panel_is_one_row_a_judge(tables: Part) -> None:
    text = tables(audit(row("one", judges_itself=True), SECOND))
    assert "primary, one of the judged models, SIMULATED" in text
    scored = "450 of 460: unreadable 7; provider UNAVAILABLE 3"
    assert (
        f"UNVERIFIED, prompts judges/1 (0123456789ab) | {scored} | 14 | 2 % | 0.42 points | +0.61 |" in text
    )


def test_comparisons_and_plain_scorers(tables: Part) -> None:
    scorers = (
        ScorerAgreement(scorer="key_facts/1", answers=460, pearson=0.71, spearman=0.7),
        ScorerAgreement(scorer="must_not/1", answers=460, pearson=None, spearman=None),
    )
    text = tables(audit(row("one"), pairwise=(PAIRWISE,), scorers=scorers, decides=False))
    assert "| 18 | 6 | 16; 1 without a verdict | 75 % (65–85 %) | 22.5 % | 56 % |" in text
    assert "Correlation with the rubric over answers (m): key_facts +0.71." in text


def test_without_judges_that_is_said(bullet: Part, tables: Part) -> None:
    assert "Judge: none" in bullet(None)
    assert tables(None).strip().startswith("Nobody judged the answers.")
