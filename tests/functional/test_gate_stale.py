"""Stale calls of an experiment whose contexts a model compresses: compressions first, answers behind them."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from evalharness.app.clients import Mode
from evalharness.app.gate.stale import stale_rows
from evalharness.app.project import Project
from evalharness.app.stages import run_experiment

ON = dt.date(2026, 11, 29)


@pytest.fixture
def project(root: Path, tmp_path: Path) -> Path:
    for name in ("prompts", "cassettes"):
        shutil.copytree(root / name, tmp_path / name)
    return tmp_path / "prompts" / "sena" / "llm.toml"


def test_nothing_is_stale_while_everything_is_recorded(project: Path) -> None:
    assert stale_rows(Project(project), calls={}, on=ON) == ()


def test_a_changed_compression_takes_its_answers_along(project: Path) -> None:
    template = project.parents[1] / "personas" / "compress-context.ko.j2"
    template.write_text("새 지시.\n" + template.read_text(encoding="utf-8"), encoding="utf-8", newline="\n")
    rows = {(row.arm, row.purpose): row for row in stale_rows(Project(project), calls={}, on=ON)}
    compressions = [row for (_, purpose), row in rows.items() if purpose == "compress"]
    answers = [row for (_, purpose), row in rows.items() if purpose == "answer"]
    assert compressions
    assert answers
    cells = {cell for row in compressions for cell in row.cells}
    assert all("-ko-" in cell and "-sena/" in cell for cell in cells)
    # Every arm that waits for a compression is named with it, and again with its answer.
    assert {cell for row in answers for cell in row.cells} == cells
    assert all(row.usd_low < row.usd_expected < row.usd_high for row in rows.values())


def test_a_lost_reply_is_stale_and_so_is_what_waits_for_it(project: Path) -> None:
    plan = Project(project).plan
    job = plan.compressions[0]
    (project.parents[2] / "cassettes" / "mentoring" / f"{job.key}.json").unlink()
    rows = stale_rows(Project(project), calls={}, on=ON)
    assert {row.purpose for row in rows} == {"compress", "answer"}
    assert {cell for row in rows for cell in row.cells} == {cell.id for cell in job.cells}


def test_what_a_run_answered_is_not_stale(project: Path, tmp_path: Path) -> None:
    """A live run records nothing, and has answers all the same; here a replay from before the loss."""
    done = run_experiment(
        Project(project), mode=Mode.REPLAY, out=tmp_path / "out", note=lambda _: None, watch=lambda _: None
    )
    calls = done.directory.read_calls()
    plan = Project(project).plan
    cassettes = project.parents[2] / "cassettes" / "mentoring"
    for key in calls:
        (cassettes / f"{key}.json").unlink()
    assert stale_rows(Project(project), calls=calls, on=ON) == ()
    one = plan.compressions[0].key
    fewer = {key: call for key, call in calls.items() if key != one}
    assert {row.purpose for row in stale_rows(Project(project), calls=fewer, on=ON)} == {"compress", "answer"}
