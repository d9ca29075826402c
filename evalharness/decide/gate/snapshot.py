"""A run as the gate sees it: rounded once, the same for what is blessed and for what is checked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal

import numpy as np

from evalharness.core.experiment import Experiment, Role
from evalharness.core.gate import ArmFacts, CaseHashes, CellFacts, ScorerIdentity, Snapshot
from evalharness.decide.bench import Bench
from evalharness.decide.cells import FloatArray
from evalharness.decide.costs import billed_tokens
from evalharness.decide.gate.seen import Seen
from evalharness.decide.grid import weighted_mean
from evalharness.decide.pairing import case_means, case_quality

_USD = Decimal("1e-9")
_POINT_DIGITS = 4


def gated_arms(experiment: Experiment) -> tuple[str, ...]:
    """Return the arms that are compared: those declared, else every control and treatment."""
    main = (Role.CONTROL, Role.TREATMENT)
    return experiment.gate.arms or tuple(arm.name for arm in experiment.arms if arm.role in main)


def take_snapshot(
    bench: Bench,
    seen: Mapping[tuple[str, str], Seen],
    *,
    cases: Iterable[CaseHashes],
    scorer: ScorerIdentity,
    served: Mapping[str, tuple[str, ...]],
    priced_on: dt.date,
) -> Snapshot:
    """Return a run's snapshot: the gated arms and the A/A arm, whose noise the gate measures with.

    Args:
        bench: The run.
        seen: What was asked and answered, by arm and case.
        cases: What each case of the dataset is.
        scorer: By what the scores were made.
        served: Models that answered, by arm.
        priced_on: The day whose list prices are used.

    Raises:
        PricingError: If a model has no price on that day.
    """
    experiment = bench.study.experiment
    wanted = set(gated_arms(experiment))
    kept = [i for i, arm in enumerate(bench.cells.arms) if arm.name in wanted or arm.role is Role.AA]
    used = {case.case_id for case in bench.cells.cases}
    cells = {i: _cells(bench, i, seen, priced_on) for i in kept}
    return Snapshot(
        origin=bench.study.origin,
        deliveries=tuple(sorted(bench.study.deliveries)),
        on=bench.study.on,
        priced_on=priced_on,
        repeats=bench.cells.shape[2],
        scorer=scorer,
        cases=tuple(case for case in cases if case.case in used),
        arms=tuple(_arm(bench, i, cells[i], served) for i in kept),
        cells=tuple(sorted((c for rows in cells.values() for c in rows), key=lambda c: (c.arm, c.case))),
    )


def counted_scores(bench: Bench) -> dict[tuple[str, str], float]:
    """Return what each gated cell counts as, by arm and case: missing repeats by the experiment's rule.

    Cells that the rule leaves out are absent. Rounded as a snapshot's scores are.
    """
    experiment = bench.study.experiment
    wanted = gated_arms(experiment)
    found: dict[tuple[str, str], float] = {}
    for i, arm in enumerate(bench.cells.arms):
        if arm.name in wanted:
            scores = case_quality(bench.cells, i, experiment.dropped_cells, experiment.scorer)
            pairs = zip(bench.cells.cases, scores.tolist(), strict=True)
            found |= {
                (arm.name, case.case_id): round(score, _POINT_DIGITS)
                for case, score in pairs
                if not np.isnan(score)
            }
    return found


def _cells(
    bench: Bench, arm: int, seen: Mapping[tuple[str, str], Seen], priced_on: dt.date
) -> tuple[CellFacts, ...]:
    cells, name = bench.cells, bench.cells.arms[arm].name
    scores, counts = case_means(cells.quality[arm]), (~np.isnan(cells.quality[arm])).sum(axis=1)
    tokens = case_means(billed_tokens(cells)[arm])
    usd = case_means(bench.costs.at(priced_on, cache_neutral=True)[arm])
    ms = case_means(cells.latency_ms[arm])
    found = []
    for i, case in enumerate(cells.cases):
        own = seen.get((name, case.case_id))
        if own is None:
            continue
        cost = _rounded(usd[i], 12)
        found.append(CellFacts(
            arm=name, case=case.case_id, score=_rounded(scores[i], _POINT_DIGITS), n=int(counts[i]),
            asked=tuple(own.asked), answers=tuple(own.answers), found=tuple(own.found), sent=own.sent,
            tokens=_rounded(tokens[i], 1), usd=None if cost is None else Decimal(str(cost)).quantize(_USD),
            ms=_rounded(ms[i], 0),
        ))  # fmt: skip
    return tuple(found)


def _arm(
    bench: Bench, arm: int, rows: tuple[CellFacts, ...], served: Mapping[str, tuple[str, ...]]
) -> ArmFacts:
    facts = bench.cells.arms[arm]
    place = {case.case_id: i for i, case in enumerate(bench.cells.cases)}
    weights = bench.sampling.design.weights[[place[row.case] for row in rows]]

    def mean(values: list[float | None], digits: int) -> float | None:
        return _rounded(weighted_mean(_column(values), weights), digits)

    usd = mean([None if row.usd is None else float(row.usd) for row in rows], 12)
    return ArmFacts(
        arm=facts.name, model=facts.model, context=facts.context, role=facts.role,
        served=served.get(facts.name, ()), cases=len(rows),
        mean=mean([row.score for row in rows], _POINT_DIGITS),
        dropped=sum(bench.cells.shape[2] - row.n for row in rows),
        tokens=mean([row.tokens for row in rows], 1),
        usd=None if usd is None else Decimal(str(usd)).quantize(_USD),
    )  # fmt: skip


def _column(values: list[float | None]) -> FloatArray:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None or np.isnan(value) else round(float(value), digits)
