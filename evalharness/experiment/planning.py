"""Experiment × dataset × prepared requests → Plan."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Sequence

from evalharness.core.case import Case
from evalharness.core.experiment import Arm, Experiment, Role
from evalharness.core.job import Job
from evalharness.core.plan import Plan, PlannedCell
from evalharness.core.wire.canonical import canonical_json

Prepare = Callable[[Case, Arm, int, int], tuple[PlannedCell, Job]]
"""Given case, arm, repeat and draw: the cell's plan, and the job it asks for (whose only cell it is)."""


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
    random.Random(f"{experiment.seed}/{arm.name}").shuffle(order)  # noqa: S311
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
    cells: list[PlannedCell] = []
    jobs: dict[str, Job] = {}
    for arm in experiment.arms:
        for case in select_cases(cases, arm, experiment):
            for repeat in range(experiment.repeats):
                planned, job = prepare(case, arm, repeat, first_draw(arm, experiment) + repeat)
                cells.append(planned)
                jobs[job.key] = _merge(jobs.get(job.key), job)
    cells.sort(key=lambda planned: (planned.cell.case_id, planned.cell.arm, planned.cell.repeat))
    return Plan(
        cells=tuple(cells),
        jobs=_interleave(list(jobs.values()), experiment.seed),
        identity=_identity(cells),
    )


def _merge(known: Job | None, job: Job) -> Job:
    if known is None:
        return job
    return Job(purpose=job.purpose, request=job.request, draw=job.draw, cells=known.cells + job.cells)


def _interleave(jobs: list[Job], seed: int) -> tuple[Job, ...]:
    """Order jobs case by case, cases and arms in seeded random order."""
    shuffled = sorted(jobs, key=lambda job: job.key)
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - an order, not a secret
    rank: dict[str, int] = {}
    for job in shuffled:
        rank.setdefault(job.cells[0].case_id, len(rank))
    return tuple(sorted(shuffled, key=lambda job: rank[job.cells[0].case_id]))


def _identity(cells: Sequence[PlannedCell]) -> str:
    lines = [[planned.cell.id, planned.answer_key, planned.persona] for planned in cells]
    return hashlib.sha256(canonical_json(lines).encode()).hexdigest()
