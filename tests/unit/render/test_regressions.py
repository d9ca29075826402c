"""Which cases are worst, which facts were lost there, and what of the answers is shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from evalharness.core.decision import Decision
from evalharness.core.experiment import DroppedCells
from evalharness.core.score import Failed
from evalharness.render import Material, language, render_appendix
from evalharness.render.frame import Frame, make_frame
from evalharness.render.regressions import regressions

Build = Callable[[str], Decision]


def frame_of(decision: Decision, material: Material) -> Frame:
    return make_frame(decision, language("en"), material)


def appendix(decision: Decision, material: Material) -> str:
    return render_appendix(decision, identity="0" * 64, material=material)


def test_the_largest_drop_comes_first_then_the_greatest_harm(build: Build, cells: Material) -> None:
    """Two cases drop by one point: the one where a wrong answer does more harm goes first."""
    found = regressions(frame_of(build("simulated_inconclusive"), cells))
    assert [(row.case.id, row.difference, row.case.severity.value) for row in found] == [
        ("pen-ko-01", -2.5, "low"), ("moon-ko-03", -1.0, "high"), ("earth-en-02", -1.0, "medium"),
    ]  # fmt: skip


def test_lost_facts_are_those_that_the_control_alone_used(build: Build, cells: Material) -> None:
    worst = regressions(frame_of(build("simulated_inconclusive"), cells))[0]
    assert [fact.id for fact in worst.lost] == ["f1"]
    assert worst.treatment.claims == ("마감이 11월",)


def test_the_judged_context_is_the_one_compared(build: Build, cells: Material) -> None:
    base = build("simulated_inconclusive")
    turned = replace(base, upgrade=replace(base.upgrade, control_arm="pro-raw", treatment_arm="flash-raw"))
    assert [row.case.id for row in regressions(frame_of(turned, cells))] == ["pen-en-05"]


def test_a_cell_without_a_score_counts_as_the_experiment_says(build: Build, cells: Material) -> None:
    """Worst: the lowest score, and the report says that there was no answer. Drop: the case is left out."""
    base = build("simulated_inconclusive")
    outcomes = tuple(
        replace(o, quality=None) if (o.case_id, o.arm) == ("square-en-04", "pro-raw") else o
        for o in cells.outcomes
    )
    records = tuple(
        Failed(case_id=r.case_id, arm=r.arm, repeat=0, calls=(), cause="provider:UNAVAILABLE", persona="pen")
        if (r.case_id, r.arm) == ("square-en-04", "pro-raw")
        else r
        for r in cells.records
    )
    failed = replace(cells, outcomes=outcomes, records=records)
    worst = regressions(frame_of(base, failed))[0]
    assert (worst.case.id, worst.treatment.score) == ("square-en-04", 0.0)
    assert "no answer (provider:UNAVAILABLE)" in appendix(base, failed)
    dropping = replace(base, evidence=replace(base.evidence, dropped_cells=DroppedCells.DROP))
    assert "square-en-04" not in [row.case.id for row in regressions(frame_of(dropping, failed))]


def test_repeats_are_averaged_and_a_fact_is_used_if_most_of_them_use_it(
    build: Build, cells: Material
) -> None:
    extra = tuple(
        replace(o, repeat=1, quality=5.0)
        for o in cells.outcomes
        if (o.case_id, o.arm) == ("pen-ko-01", "pro-raw")
    )
    scores = tuple(
        replace(s, repeat=k, detail=("f1", "f2"))
        for s in cells.scores
        if (s.case_id, s.arm, s.scorer) == ("pen-ko-01", "pro-raw", "key_facts/1")
        for k in (1, 2)
    )
    material = replace(cells, outcomes=cells.outcomes + extra, scores=cells.scores + scores)
    found = {row.case.id: row for row in regressions(frame_of(build("simulated_inconclusive"), material))}
    assert found["pen-ko-01"].treatment.score == (1.5 + 5.0) / 2
    assert found["pen-ko-01"].lost == ()


def test_sentences_that_carried_a_lost_fact_are_marked_and_never_cut(
    build: Build, cells_with: Callable[..., Material]
) -> None:
    """A long answer is cut around the sentence that matters."""
    filler = "그날의 일을 하나씩 떠올려 보면 생각보다 많은 것이 이미 정해져 있습니다. " * 60
    material = cells_with(
        lambda _case, arm: f"{filler}마감은 12월 3일입니다. {filler}" if arm == "flash-raw" else filler
    )
    text = appendix(build("simulated_inconclusive"), material)
    rows = [line for line in text.splitlines() if "그날의 일을" in line]
    assert len(rows) == 3
    for row in rows:
        flash, pro = re.split(r" \| ", row.strip("| "))
        assert "… **마감은 12월 3일입니다.** …" in flash
        assert "**" not in pro
        assert max(len(flash), len(pro)) < 1400


def test_without_cells_the_report_says_so_and_without_regressions_too(build: Build, cells: Material) -> None:
    base = build("simulated_inconclusive")
    assert "The cells of the run are not at hand." in appendix(base, Material())
    better = tuple(replace(o, quality=4.0) for o in cells.outcomes)
    assert "Pro scores lower on no case." in appendix(base, replace(cells, outcomes=better))
