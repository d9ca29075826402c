"""The panel: the same contrasts as every judge sees them, and what follows when they differ in sign."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import takewhile

import numpy as np

from evalharness.core.decision import (
    Binding,
    BindingKind,
    Condition,
    ConditionKind,
    ConditionName,
    Reason,
    ReasonCode,
)
from evalharness.core.experiment import Experiment, JudgeChoice
from evalharness.core.judging import JUDGE_CAUSE, rubric_scorer
from evalharness.core.score import Scored
from evalharness.core.study import Study
from evalharness.decide.bench import Bench
from evalharness.decide.cells import BoolArray, Cells, FloatArray
from evalharness.decide.conditions import fact
from evalharness.decide.pairing import Pair

_SAME_HOUSE = {"google": "gemini", "gemma": "gemini", "learnlm": "gemini"}
"""Names under which one family goes: of one house, trained on each other's answers."""

Margin = Callable[[Pair], FloatArray]
"""What a verdict turns on, per case: its mean's sign is compared between judges."""


def seen_by(bench: Bench, judge: str) -> Bench:
    """Return the study as one judge sees it: its rubric points, on the experiment's scale, as quality."""
    quality, unjudged = _points(bench.study, bench.cells, judge)
    return replace(bench, cells=replace(bench.cells, quality=quality, unjudged=unjudged))


def agreement_condition(
    bench: Bench, minuend: int, subtrahend: int, *, margin: Margin, subject: str = ""
) -> tuple[Condition, ...]:
    """Return the row "no judge sees it with the other sign".

    There is none unless the primary judge decides and others have judged too.

    Args:
        bench: The study.
        minuend: Position of the arm.
        subtrahend: Position of the arm that it is compared with.
        margin: What the verdict turns on.
        subject: Model that the row is about, where a verdict has one row for each.
    """
    experiment = bench.study.experiment
    if not experiment.scorer.judge:
        return ()
    means: dict[str, float] = {}
    for judge in experiment.judges:
        pair = seen_by(bench, judge.name).pair(minuend, subtrahend)
        if pair.design.n:
            means[judge.name] = float(np.average(margin(pair), weights=pair.design.weights))
    if len(means) < 2:
        return ()
    flipped = min(means.values()) < 0 < max(means.values())
    listed = ", ".join(f"{name} {mean:+.2f}" for name, mean in means.items())
    detail = (Reason(code=ReasonCode.JUDGES_DISAGREE, values=(("judges", listed),)),) if flipped else ()
    return (
        fact(
            ConditionName.JUDGES_AGREE, ConditionKind.PROOF, met=not flipped, subject=subject, detail=detail
        ),
    )


def disagreements(conditions: tuple[Condition, ...]) -> tuple[Reason, ...]:
    """Return why judges cap a verdict at INCONCLUSIVE; empty if they do not."""
    return tuple(
        reason
        for row in conditions
        if row.name is ConditionName.JUDGES_AGREE and row.met is False
        for reason in row.detail
    )


def judges_binding(conditions: tuple[Condition, ...]) -> Binding | None:
    """Return the judges as what binds, None if they agree."""
    if not disagreements(conditions):
        return None
    return Binding(kind=BindingKind.JUDGE, condition=ConditionName.JUDGES_AGREE)


def is_kin(judge: JudgeChoice, experiment: Experiment) -> bool:
    """Tell whether a judge is of a judged model's family, by its own declaration or by its id."""
    families = {family_of(arm.model) for arm in experiment.arms}
    return bool({family_of(judge.family), family_of(judge.model)} & families)


def family_of(model: str) -> str:
    """Return a model's family by its id: the letters before the first digit or dash, such as gemini."""
    name = model.lower().rpartition("/")[2]
    letters = "".join(takewhile(str.isalpha, name))
    return _SAME_HOUSE.get(letters, letters)


def _points(study: Study, cells: Cells, judge: str) -> tuple[FloatArray, BoolArray]:
    arms = {arm.name: i for i, arm in enumerate(cells.arms)}
    cases = {case.case_id: i for i, case in enumerate(cells.cases)}
    repeats = {number: i for i, number in enumerate(sorted({o.repeat for o in study.outcomes}))}
    scale, name = study.experiment.scorer, rubric_scorer(judge)
    quality = np.full(cells.shape, np.nan)
    unjudged = np.zeros(cells.shape, dtype=np.bool_)
    for score in study.scores:
        if score.scorer.partition("/")[0] != name:
            continue
        place = (arms[score.arm], cases[score.case_id], repeats[score.repeat])
        if isinstance(score, Scored):
            quality[place] = scale.scale_low + scale.width * score.value
        else:
            unjudged[place] = score.cause.startswith(JUDGE_CAUSE)
    return quality, unjudged
