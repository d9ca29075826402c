"""Plans: seeded, interleaved, and identical requests bought once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from evalharness.core.case import Case
from evalharness.core.experiment import Arm, Experiment, Role
from evalharness.core.job import Cell, Job, Purpose
from evalharness.core.plan import PlannedCell
from evalharness.core.wire.request import Message, ModelRequest
from evalharness.experiment.experiment_file import load_experiment
from evalharness.experiment.planning import CellWork, build_plan, draw_seed, first_draw, select_cases


def prepare(case: Case, arm: Arm, repeat: int, draw: int) -> CellWork:
    request = ModelRequest(
        model=arm.model,
        system="",
        messages=(Message(role="user", text=f"{case.id} {arm.context}"),),
        max_output_tokens=8,
        seed=draw_seed(1, draw),
        thinking_level=arm.thinking_level,
    )
    job = Job(
        purpose=Purpose.ANSWER,
        request=request,
        draw=draw,
        cells=(Cell(case_id=case.id, arm=arm.name, repeat=repeat),),
    )
    planned = PlannedCell(
        cell=job.cells[0],
        answer_key=job.key,
        model=arm.model,
        persona="pen",
        route_reason="",
        prompt_tokens=1,
        context_tokens=1,
        raw_context_tokens=1,
        dropped=(),
    )
    return CellWork(planned=planned, answer=job, compress=None, recipe=job.key)


def cases(make_case: Callable[..., Case], count: int = 16) -> list[Case]:
    kinds = [(p, lang) for p in ("moon", "square", "earth", "pen") for lang in ("ko", "en")]
    return [
        make_case(id=f"case-{i:02d}", persona=kinds[i % 8][0], language=kinds[i % 8][1]) for i in range(count)
    ]


def shipped(root: Path, **changes: object) -> Experiment:
    return replace(load_experiment(root / "prompts" / "experiment.toml"), **changes)  # type: ignore[arg-type]


def test_every_arm_has_its_cells_and_aa_draws_are_its_own(root: Path, make_case: Callable[..., Case]) -> None:
    experiment = shipped(root, repeats=2)
    plan = build_plan(experiment, cases(make_case), prepare)
    assert len(plan.cells) == len(experiment.arms) * 16 * 2
    assert len(plan.jobs) == len(plan.cells)
    aa = next(arm for arm in experiment.arms if arm.role is Role.AA)
    assert first_draw(aa, experiment) == 2
    assert {job.draw for job in plan.jobs if job.cells[0].arm == aa.name} == {2, 3}


def test_identical_requests_of_one_draw_are_one_job(root: Path, make_case: Callable[..., Case]) -> None:
    experiment = shipped(root)
    twin = replace(experiment.arms[0], name="flash-twin")
    plan = build_plan(replace(experiment, arms=(experiment.arms[0], twin)), cases(make_case), prepare)
    assert (len(plan.cells), len(plan.jobs)) == (32, 16)
    assert {cell.arm for job in plan.jobs for cell in job.cells} == {"flash-raw", "flash-twin"}
    assert all(len(job.cells) == 2 for job in plan.jobs)


def test_arms_are_measured_side_by_side(root: Path, make_case: Callable[..., Case]) -> None:
    """All jobs of a case stand together, and neither cases nor arms are in file order."""
    plan = build_plan(shipped(root), cases(make_case), prepare)
    order = [job.cells[0].case_id for job in plan.jobs]
    runs = [case for index, case in enumerate(order) if index == 0 or order[index - 1] != case]
    assert len(runs) == 16
    assert runs != sorted(runs)
    assert len({job.cells[0].arm for job in plan.jobs[::6]}) > 1


def test_a_plan_is_a_function_of_its_input(root: Path, make_case: Callable[..., Case]) -> None:
    experiment, some = shipped(root), cases(make_case)
    plan = build_plan(experiment, some, prepare)
    assert build_plan(experiment, some, prepare) == plan
    assert build_plan(experiment, some[:-1], prepare).identity != plan.identity
    relabelled = replace(experiment, limits=replace(experiment.limits, concurrency=1))
    assert build_plan(relabelled, some, prepare).identity == plan.identity


def test_subsets_are_seeded_and_spread(root: Path, make_case: Callable[..., Case]) -> None:
    experiment, some = shipped(root), cases(make_case, 80)
    arm = replace(experiment.arms[0], cases=16)
    chosen = select_cases(some, arm, experiment)
    assert len(chosen) == 16
    assert len({(case.persona, case.language) for case in chosen}) == 8
    assert select_cases(some, arm, experiment) == chosen
    assert select_cases(some, arm, replace(experiment, seed=2)) != chosen


def test_draw_seeds_fit_the_wire_and_differ() -> None:
    seeds = [draw_seed(20261123, draw) for draw in range(1000)]
    assert len(set(seeds)) == 1000
    assert all(0 <= seed < 2**31 for seed in seeds)
