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
from evalharness.render import render_report


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


@pytest.fixture
def section(build: Callable[[str], Decision]) -> Callable[[JudgeAudit | None], str]:
    """The quality section of a report with these judges."""

    def make(audit: JudgeAudit | None) -> str:
        text = render_report(replace(build("simulated_inconclusive"), judge=audit), identity="0" * 64)
        assert text.count("\n") <= 120
        return text.partition("## 4 Quality")[2].partition("## 5")[0]

    return make


def audit(*judges: JudgeRow, **changes: Any) -> JudgeAudit:
    fields: dict[str, Any] = {"judges": judges, "decides": True, "pairwise": (), "scorers": ()}
    return JudgeAudit(**(fields | changes))


def test_a_judge_is_shown_with_what_speaks_against_it(section: Callable[..., str]) -> None:
    text = section(audit(row("one")))
    assert "Judge one (gemini-3.5-flash, primary, of the judged models' own family, SIMULATED)" in text
    assert "460 of 460 answers scored; 14 replies repaired, 2 % of the criteria void" in text
    assert "+0.40 (+0.30 to +0.50), at equal length +0.31 (+0.21 to +0.41)" in text


def test_a_panel_is_one_line_a_judge(section: Callable[..., str]) -> None:
    second = row(
        "two", primary=False, same_family=False, judges_itself=False, origin=Origin.UNVERIFIED, scored=450,
        unscored=10, causes=(("judge:unreadable", 7), ("judge:provider:UNAVAILABLE", 3)),
        self_agreement=SelfAgreement(answers=450, mean_difference=0.42, correlation=0.7),
        against_primary=0.61,
    )  # fmt: skip
    text = section(audit(row("one", judges_itself=True), second))
    assert "primary, one of the judged models, SIMULATED" in text
    assert "two (gemini-3.5-flash, UNVERIFIED, its own repeats 0.42 points apart, correlation with" in text
    lost = "the others, counted and never zero: unreadable 7, provider UNAVAILABLE 3; 14 replies"
    assert f"450 of 460 answers scored; {lost}" in text


def test_comparisons_and_plain_scorers(section: Callable[..., str]) -> None:
    scorers = (
        ScorerAgreement(scorer="key_facts/1", answers=460, pearson=0.71, spearman=0.7),
        ScorerAgreement(scorer="must_not/1", answers=460, pearson=None, spearman=None),
    )
    text = section(audit(row("one"), pairwise=(PAIRWISE,), scorers=scorers))
    assert "18 won, 6 lost, 16 tied, 1 without a verdict; win rate 75 % (65–85 %) of those decided" in text
    assert "the orders disagree on 22.5 %, the answer shown first is named in 56 %" in text
    assert "Correlation with the rubric over answers (m): key_facts 0.71." in text


def test_without_judges_nothing_is_said(section: Callable[..., str]) -> None:
    assert "Judge" not in section(None)
