"""Words of the report that must fit the study: what the score is, what is evidence, which mean is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from evalharness.core.decision import Decision
from evalharness.render import language, render_appendix, render_report
from evalharness.render.assumed import values_text
from evalharness.render.conditions import evidence_items
from evalharness.render.frame import make_frame

Build = Callable[[str], Decision]
IDENTITY = "0123456789abcdef" * 4


def test_key_facts_are_the_score_only_where_they_are(build: Build) -> None:
    base = build("simulated_inconclusive")
    stand_in = replace(base, evidence=replace(base.evidence, judge=False, scorer="key_facts/1"))
    judged = replace(base, evidence=replace(base.evidence, judge=True, scorer="rubric"))
    assert "the score key_facts/1 is the share found" in render_appendix(stand_in, identity=IDENTITY)
    text = render_appendix(judged, identity=IDENTITY)
    assert "The score is rubric, not the share of them that is found" in text
    assert "is the share found in the answer" not in text


def test_what_is_no_evidence_is_not_listed_as_evidence(build: Build) -> None:
    """As many checks as the report counts; the model's lifecycle caps a verdict and is none of them."""
    frame = make_frame(build("simulated_inconclusive"), language("en"))
    items = evidence_items(frame)
    evidence = [item for item in items if not item.startswith("Not of the evidence: ")]
    assert f"{len(evidence)} of {len(evidence)} checks hold" in render_report(
        frame.decision, identity=IDENTITY
    )
    assert all(item.endswith(": yes") for item in evidence)
    assert any("Candidate neither preview" in item for item in items if item not in evidence)


def test_the_table_of_assumptions_shows_the_mean_that_the_figures_stand_on(build: Build) -> None:
    frame = make_frame(build("simulated_inconclusive"), language("en"))
    row = next(r for r in frame.decision.assumptions.rows if r.low is not None)
    skewed = replace(row, low=0.1, mid=0.5, high=1.0, mean=0.516667)
    assert values_text(frame, skewed, whole=False) == "0.1 / 0.517 / 1"
    assert values_text(frame, skewed, whole=True) == "0.1 / 0.517 / 1 (most likely 0.5)"
    assert values_text(frame, replace(skewed, mean=0.5), whole=True) == "0.1 / 0.5 / 1"
