"""Experiment × dataset × prepared requests → Plan."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from evalharness.core.case import Case
from evalharness.core.experiment import Arm, Experiment, Role
from evalharness.core.job import Job
from evalharness.core.plan import Plan, PlannedCell
from evalharness.core.wire.canonical import canonical_json


@dataclass(frozen=True, slots=True, kw_only=True)
class CellWork:
    """What one cell asks for; the only cell of its jobs is this one."""

    planned: PlannedCell
    answer: Job | None
    """None if the compression that it stands on failed."""
    compress: Job | None
    recipe: str
    """Names the request before a compressor's reply is known: the answer's key, or the compressor's and
    what the reply will be put into."""


Prepare = Callable[[Case, Arm, int, int], CellWork]
"""The gateway as a function of case, arm, repeat and draw."""


def draw_seed(experiment_seed: int, draw: int) -> int:
    """Return the generation seed of a draw: 31 bits, different for every draw of an experiment."""
    digest = hashlib.sha256(f"{experiment_seed}/{draw}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1


def first_draw(arm: Arm, experiment: Experiment) -> int:
    """Return the draw of an arm's first repeat: A/A arms repeat the control with draws of their own."""
    return experiment.repeats if arm.role is Role.AA else 0


def select_cases(cases: Sequence[Case], arm: Arm, experiment: Experiment) -> tuple[Case, ...]:
    """Return the cases that an arm runs on: all, or a seeded subset balanced over persona and language."""
    if arm.cases is None or arm.cases >= len(cases):
        return tuple(cases)
    order = list(cases)
    # Seeded shuffles of a fixed list; nothing here is a secret.
    # Arms of equal size share their cases, so that a subset study stays paired.
    random.Random(experiment.seed).shuffle(order)  # noqa: S311
    groups: dict[tuple[str, str], list[Case]] = {}
    for case in order:
        groups.setdefault((case.persona, case.language), []).append(case)
    rounds = [
        case for turn in range(len(order)) for g in sorted(groups) for case in groups[g][turn : turn + 1]
    ]
    return tuple(sorted(rounds[: arm.cases], key=lambda case: case.id))


def build_plan(experiment: Experiment, cases: Sequence[Case], prepare: Prepare) -> Plan:
    """Plan every cell; merge identical requests of one draw into one job; interleave arms.

    Args:
        experiment: The authored experiment.
        cases: The dataset's cases (or the pilot's first ones), sorted by id.
        prepare: The gateway, as a function.
    """
    works: list[CellWork] = []
    for arm in experiment.arms:
        for case in select_cases(cases, arm, experiment):
            for repeat in range(experiment.repeats):
                works.append(prepare(case, arm, repeat, first_draw(arm, experiment) + repeat))
    works.sort(key=lambda work: _place(work.planned))
    return Plan(
        cells=tuple(work.planned for work in works),
        compressions=_interleave([w.compress for w in works if w.compress], experiment.seed),
        jobs=_interleave([w.answer for w in works if w.answer], experiment.seed),
        identity=_identity(works),
    )


def _place(planned: PlannedCell) -> tuple[str, str, int]:
    return (planned.cell.case_id, planned.cell.arm, planned.cell.repeat)


def _interleave(jobs: Iterable[Job], seed: int) -> tuple[Job, ...]:
    """Merge equal jobs, then order them case by case, cases and arms in seeded random order."""
    merged: dict[str, Job] = {}
    for job in jobs:
        known = merged.get(job.key)
        merged[job.key] = job if known is None else replace(known, cells=known.cells + job.cells)
    shuffled = sorted(merged.values(), key=lambda job: job.key)
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - an order, not a secret
    rank: dict[str, int] = {}
    for job in shuffled:
        rank.setdefault(job.cells[0].case_id, len(rank))
    return tuple(sorted(shuffled, key=lambda job: rank[job.cells[0].case_id]))


def _identity(works: Sequence[CellWork]) -> str:
    lines = [[work.planned.cell.id, work.recipe, work.planned.persona] for work in works]
    return hashlib.sha256(canonical_json(lines).encode()).hexdigest()
