"""Whether the evidence may be judged at all, and what every reader must be told about it."""

from __future__ import annotations

from evalharness.core.assumptions import Assumptions
from evalharness.core.decision import (
    Binding,
    BindingKind,
    Condition,
    ConditionKind,
    ConditionName,
    ControlCheck,
    Evidence,
    LabelAudit,
    Reason,
    ReasonCode,
)
from evalharness.core.provenance import Origin
from evalharness.core.study import Study
from evalharness.decide.bench import Bench
from evalharness.decide.conditions import at_least, fact, unmet
from evalharness.decide.controls import control_conditions, missing_controls
from evalharness.decide.panel import is_kin

MOST_TO_ONE = 0.9
"""Share of the cases that one persona may answer before the report says so."""
LEAST_ROUTING_AGREEMENT = 0.5
"""Share of the cases on which the router must agree with their labels before the report says so."""


def evidence_of(bench: Bench, labels: LabelAudit | None = None) -> Evidence:
    """Describe what the numbers stand on."""
    study, design = bench.study, bench.sampling.design
    experiment, scale = study.experiment, study.experiment.scorer
    return Evidence(
        origin=study.origin,
        deliveries=tuple(sorted(study.deliveries)),
        pilot=study.pilot,
        scorer=scale.name,
        judge=scale.judge,
        human_labels=labels.pairs if labels is not None and labels.applied else 0,
        scale_low=scale.scale_low,
        scale_high=scale.scale_high,
        cases=int(bench.complete.cases.sum()),
        repeats=bench.cells.shape[2],
        quadruples=bench.complete.planned,
        complete=bench.complete.complete,
        complete_share=bench.complete.share,
        dropped_cells=experiment.dropped_cells,
        design=design.name,
        clusters=None if design.clusters is None else design.units,
        mix=bench.sampling.mix,
        looks=experiment.thresholds.looks,
        confidence=bench.confidence,
        agreements=study.agreements,
        served_mismatches=study.served_mismatches,
    )


def evidence_conditions(bench: Bench, checks: tuple[ControlCheck, ...]) -> tuple[Condition, ...]:
    """Return the rows without which nothing is judged; each unmet one carries its reason."""
    study, kind = bench.study, ConditionKind.EVIDENCE
    limit, share = study.experiment.thresholds.min_complete_share, bench.complete.share
    pilot = _reason(ReasonCode.PILOT, cases=len(bench.cells.cases))
    incomplete = _reason(ReasonCode.INCOMPLETE, share=share, limit=limit)
    mismatches = tuple(_reason(ReasonCode.SERVED_MISMATCH, seen=seen) for seen in study.served_mismatches)
    return (
        fact(ConditionName.NOT_PILOT, kind, met=not study.pilot, detail=(pilot,) if study.pilot else ()),
        at_least(
            ConditionName.COMPLETE, kind, share, limit, unit="share", strict=False,
            detail=(incomplete,) if share < limit else (),
        ),
        fact(ConditionName.SERVED, kind, met=not mismatches, detail=mismatches),
        *control_conditions(checks),
        *_strata_conditions(bench),
    )  # fmt: skip


def _strata_conditions(bench: Bench) -> tuple[Condition, ...]:
    return tuple(
        fact(ConditionName.COMPLETE, ConditionKind.EVIDENCE, met=False, subject=name,
             detail=(_reason(ReasonCode.EMPTY_STRATUM, stratum=name, share=share),))
        for name, share in bench.sampling.empty
    )  # fmt: skip


def evidence_caps(conditions: tuple[Condition, ...]) -> tuple[Reason, ...]:
    """Return why there is no verdict: the reasons of every unmet evidence row."""
    return tuple(reason for row in unmet(conditions, ConditionKind.EVIDENCE) for reason in row.detail)


def evidence_binding(conditions: tuple[Condition, ...]) -> Binding | None:
    """Return the first unmet evidence row as what binds, None if all are met."""
    rows = unmet(conditions, ConditionKind.EVIDENCE)
    if not rows:
        return None
    return Binding(kind=BindingKind.EVIDENCE, condition=rows[0].name, subject=rows[0].subject)


def common_marks(bench: Bench, checks: tuple[ControlCheck, ...]) -> tuple[Reason, ...]:
    """Return what stands beside every verdict: origin, stand-in score, missing controls, mix."""
    study, scale = bench.study, bench.study.experiment.scorer
    marks: list[Reason] = []
    if study.origin is not Origin.GOOGLE:
        marks.append(_reason(ReasonCode.NOT_GOOGLE, origin=study.origin.value))
    if not scale.judge:
        marks.append(_reason(ReasonCode.STAND_IN_QUALITY, scorer=scale.name, scale_high=scale.scale_high))
    marks += [*_routing(bench.study), *_kin(bench)]
    if bench.sampling.mix == "benchmark":
        marks.append(Reason(code=ReasonCode.BENCHMARK_MIX))
    return (*marks, *missing_controls(checks), *bench.sampling.notes)


def _routing(study: Study) -> list[Reason]:
    """Return a mark if hardly more than one persona answers, or others than the cases are meant for."""
    total = sum(count for _, count in study.routed)
    accuracy = next((share for name, share, _ in study.agreements if name == "routing"), None)
    if not total or accuracy is None:
        return []
    persona, most = study.routed[0]
    if most > MOST_TO_ONE * total:
        return [
            _reason(ReasonCode.ROUTED_TO_ONE, persona=persona, cases=most, total=total, accuracy=accuracy)
        ]
    apart = accuracy < LEAST_ROUTING_AGREEMENT
    return [_reason(ReasonCode.ROUTED_APART, accuracy=accuracy, total=total)] if apart else []


def _kin(bench: Bench) -> list[Reason]:
    """Return a mark for the primary judge if it is of a judged model's family: judges favour their kin."""
    experiment = bench.study.experiment
    judge = next(iter(experiment.judges), None) if experiment.scorer.judge else None
    if judge is None or not is_kin(judge, experiment):
        return []
    return [
        _reason(ReasonCode.JUDGE_OF_SAME_FAMILY, judge=judge.name, model=judge.model, family=judge.family)
    ]


def assumption_marks(assumptions: Assumptions) -> tuple[Reason, ...]:
    """Return what stands beside the money verdict because of what it assumes."""
    if not assumptions.example:
        return ()
    return (_reason(ReasonCode.EXAMPLE_ASSUMPTIONS, preset=assumptions.preset),)


def _reason(code: ReasonCode, **values: str | float | int | bool | None) -> Reason:
    return Reason(code=code, values=tuple(values.items()))
