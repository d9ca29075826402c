"""The gate: every check of a run against a baseline, and which cases got worse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from evalharness.core.errors import BadInput
from evalharness.core.experiment import Experiment
from evalharness.core.gate import (
    CellFacts,
    CheckKind,
    CheckStatus,
    GateCheck,
    Remark,
    Snapshot,
)
from evalharness.core.provenance import Delivery, Origin
from evalharness.decide.bench import Bench
from evalharness.decide.design import Design
from evalharness.decide.gate.comparable import Comparable, comparable
from evalharness.decide.gate.coverage import dropped_check, scored_check, served_check
from evalharness.decide.gate.noise import Noise, noise_of
from evalharness.decide.gate.scores import (
    FloorRow,
    Scored,
    context_checks,
    floor_checks,
    score_checks,
    severe_checks,
)
from evalharness.decide.gate.sides import Side, by_place, side_of
from evalharness.decide.gate.snapshot import counted_scores, gated_arms
from evalharness.decide.gate.spending import VALUES, spending_checks

_EQUAL = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Worse:
    """A cell that lost points, or key facts on the way to the model."""

    before: CellFacts
    after: CellFacts
    was: float
    """Points."""
    now: float
    severe: bool
    unsent: tuple[str, ...]
    """Key facts that the request no longer holds."""
    blamed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What comparing gave."""

    checks: tuple[GateCheck, ...]
    worse: tuple[Worse, ...]
    """Blamed ones first, then by how much they lost."""
    drift: bool
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, kw_only=True)
class Ground:
    """Everything that the checks start from."""

    before: Snapshot
    now: Snapshot
    experiment: Experiment
    design: Design
    """Of the run's cases, sorted by id."""
    cases: tuple[tuple[str, str, str], ...]
    """Id, persona and language of the run's cases, in the same order."""
    counted: Mapping[tuple[str, str], float]
    """What each gated cell of the run counts as, by arm and case (`snapshot.counted_scores`)."""
    served_mismatches: tuple[str, ...] = ()

    @classmethod
    def of(cls, bench: Bench, *, before: Snapshot, now: Snapshot) -> Ground:
        """Return the ground of a run: its bench, a baseline, and the run's snapshot or a part of it."""
        study = bench.study
        return cls(
            before=before,
            now=now,
            experiment=study.experiment,
            design=bench.sampling.design,
            cases=tuple((case.case_id, case.persona, case.language) for case in bench.cells.cases),
            counted=counted_scores(bench),
            served_mismatches=study.served_mismatches,
        )

    @cached_property
    def arms(self) -> tuple[str, ...]:
        """Arms that are compared."""
        return gated_arms(self.experiment)

    @cached_property
    def shared(self) -> Comparable:
        """Which cases and arms can be compared."""
        return comparable(self.before, self.now, self.experiment)

    @cached_property
    def sides(self) -> tuple[Side, ...]:
        """The arms on their comparable cases."""
        before, now = by_place(self.before), by_place(self.now)
        cases = [(case, i) for i, (case, _, _) in enumerate(self.cases) if case in self.shared.cases]
        return tuple(
            side_of(arm, cases, before=before, now=now, design=self.design) for arm in self.shared.arms
        )

    @cached_property
    def scored(self) -> tuple[Scored, ...]:
        """The arms' scores before and now; empty if they are not made alike."""
        return tuple(self._scored(side) for side in self.sides) if self.shared.same_scorer else ()

    @cached_property
    def noise(self) -> Noise | None:
        """What the A/A arm tells."""
        limits = self.experiment.thresholds
        return noise_of(self.now, limits) or noise_of(self.before, limits)

    def _scored(self, side: Side) -> Scored:
        pairs = [
            (a.score, self.counted.get((b.arm, b.case))) for a, b in zip(side.before, side.after, strict=True)
        ]
        keep = np.array([a is not None and b is not None for a, b in pairs], dtype=np.bool_)
        column = np.array([pairs[i] for i in np.flatnonzero(keep)], dtype=np.float64).reshape(-1, 2)
        return Scored(side=side.take(keep), before=column[:, 0], after=column[:, 1])


def compare(ground: Ground) -> Comparison:
    """Make every check.

    Raises:
        BadInput: If the experiment gates an arm that the run does not have.
    """
    for arm in ground.arms:
        if arm not in {facts.arm for facts in ground.now.arms}:
            raise BadInput(f"[gate] names arm {arm!r}, which the run does not have")
    checks = tuple(_checks(ground))
    return Comparison(
        checks=checks,
        worse=tuple(sorted(_worse(ground, checks), key=_weight)),
        drift=_drift(ground),
        remarks=ground.shared.remarks,
    )


def _checks(ground: Ground) -> Iterator[GateCheck]:
    settings, limits = ground.experiment.gate, ground.experiment.thresholds
    yield scored_check(ground.now, ground.arms)
    yield dropped_check(ground.now, ground.arms, settings.max_dropped)
    yield served_check(ground.served_mismatches, ground.arms)
    yield ground.shared.check
    yield from score_checks(ground.scored, settings, ground.noise)
    if ground.now.origin is not Origin.IMPORTED:  # of an import nobody knows what was sent
        yield from context_checks(ground.sides, settings.alpha)
    yield from severe_checks(ground.scored, limits, settings.alpha, ground.noise)
    yield from floor_checks(_floors(ground), settings.alpha)
    live = frozenset(ground.now.deliveries) == {Delivery.LIVE}
    tolerances = (
        (CheckKind.COST, settings.cost_per_request),
        (CheckKind.TOKENS, settings.tokens),
        (CheckKind.LATENCY, settings.latency if live else None),
    )
    for kind, tolerated in tolerances:
        if tolerated is not None and not _never_stated(kind, ground):
            yield from spending_checks(kind, ground.sides, tolerated=tolerated, alpha=settings.alpha)


def _never_stated(kind: CheckKind, ground: Ground) -> bool:
    """Tell whether neither table of two imports states what is compared."""
    if ground.now.origin is not Origin.IMPORTED:
        return False
    return not any(VALUES[kind](cell) for snapshot in (ground.before, ground.now) for cell in snapshot.cells)


def _floors(ground: Ground) -> list[FloorRow]:
    """Return the floors in each arm, on all of the run's scores: a floor needs no baseline."""
    cells = by_place(ground.now)
    rows = []
    for floor in ground.experiment.gate.floors:
        column = {"persona": 1, "language": 2}[floor.dimension]
        inside = [i for i, case in enumerate(ground.cases) if case[column] == floor.value]
        for arm in ground.arms:
            known = [
                (i, ground.counted[place])
                for i in inside
                if ground.design.weights[i] > 0
                and (place := (arm, ground.cases[i][0])) in cells
                and place in ground.counted
            ]
            rows.append(FloorRow(
                arm=arm, dimension=floor.dimension, value=floor.value, points=floor.points,
                scores=np.array([score for _, score in known], dtype=np.float64),
                design=ground.design.take(np.array([i for i, _ in known], dtype=np.int64)),
            ))  # fmt: skip
    return rows


def _drift(ground: Ground) -> bool:
    """Tell whether the run asked live what the baseline was asked: a change is then the provider's."""
    same = all(
        a.asked == b.asked for side in ground.sides for a, b in zip(side.before, side.after, strict=True)
    )
    any_case = any(side.before for side in ground.sides)
    return any_case and same and frozenset(ground.now.deliveries) == {Delivery.LIVE}


def _worse(ground: Ground, checks: Sequence[GateCheck]) -> Iterator[Worse]:
    failed = {(check.kind, check.arm) for check in checks if check.status is CheckStatus.FAIL}
    severe_loss = ground.experiment.thresholds.severe_loss
    for row in ground.scored:
        arm = row.side.arm
        fell = {(CheckKind.SCORE, arm), (CheckKind.SEVERE, arm), (CheckKind.FLOOR, arm)} & failed
        pairs = zip(row.side.before, row.side.after, row.before.tolist(), row.after.tolist(), strict=True)
        for before, after, was, now in pairs:
            unsent = tuple(sorted(before.sent_facts - after.sent_facts))
            lower = now < was - _EQUAL
            if lower or unsent:
                yield Worse(
                    before=before, after=after, was=was, now=now, unsent=unsent,
                    severe=was - now >= severe_loss - _EQUAL,
                    blamed=bool((lower and fell) or (unsent and (CheckKind.CONTEXT, arm) in failed)),
                )  # fmt: skip


def _weight(worse: Worse) -> tuple[bool, float, str, str]:
    return (not worse.blamed, worse.now - worse.was, worse.before.case, worse.before.arm)
