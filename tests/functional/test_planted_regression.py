"""A planted regression: Sena drops one fact in twenty cases, and the gate says which sentences are gone."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from evalharness.app import stages
from evalharness.app.clients import Mode
from evalharness.app.gate.bless import bless_run
from evalharness.app.project import Project
from evalharness.cli.check import check
from evalharness.core.errors import CassetteMiss, CheckFailed
from evalharness.core.text import find_any
from evalharness.gateway.sena import COMPRESSORS
from evalharness.store import RunDirectory
from evalharness.store.baseline_file import read_baseline, read_texts

from .conftest import without_judges


@pytest.fixture(autouse=True)
def _studies(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(root / "studies"))
    yield
    for name in ("gate_study", "gate_planting"):
        sys.modules.pop(name, None)


def quiet(_: object) -> None: ...


def replay(project: Project, out: Path) -> RunDirectory:
    directory = stages.run_experiment(project, mode=Mode.REPLAY, out=out, note=quiet, watch=quiet).directory
    stages.score_run(directory)
    return directory


def checked(directory: RunDirectory, baseline: Path) -> tuple[int, str, dict[str, Any]]:
    """Run the command in this process, where Sena forgets; returns exit code, text and report."""
    done = CliRunner().invoke(check, [str(directory.path), "--baseline", str(baseline), "-v"])
    code = getattr(done.exception, "exit_code", done.exit_code)
    return code, done.output, directory.read_json("gate.json")


def test_sena_drops_one_fact_in_twenty_cases(
    root: Path, tmp_path: Path, emulator: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gate_planting import PLANTED_CASES, Forgetful, plant, uses

    for name in ("prompts", "cassettes"):
        shutil.copytree(root / name, tmp_path / name)
    without_judges(tmp_path)
    file, baseline = tmp_path / "prompts" / "experiment.toml", tmp_path / "baseline.json"
    before = replay(Project(file), tmp_path / "before")
    bless_run(before, file=baseline, by="Jin", reason="first", texts=True, other_origin=False)
    assert checked(before, baseline)[0] == 0

    project = Project(file)
    cases = {case.message: case for case in project.dataset.cases}
    blessed = read_baseline(baseline)
    drops = plant(project, seed=1, found=uses(blessed.snapshot))
    assert len(drops) == PLANTED_CASES == 20
    method = project.experiment.sena.method
    forgetful = Forgetful(inner=COMPRESSORS[method](), drops=drops)
    monkeypatch.setitem(COMPRESSORS, method, lambda *_: forgetful)  # type: ignore[arg-type]

    # First the replay refuses, and the gate says what is stale: twenty cases in both Sena arms.
    with pytest.raises(CassetteMiss):
        stages.run_experiment(
            Project(file), mode=Mode.REPLAY, out=tmp_path / "after", note=quiet, watch=quiet
        )
    (refused,) = (tmp_path / "after").iterdir()
    code, text, report = checked(RunDirectory(refused), baseline)
    assert (code, report["status"]) == (6, "stale")
    assert sum(row["calls"] for row in report["stale"]) == 40
    assert all(cases[message].id in text for message in drops)

    # Then what changed is recorded, and the gate turns red.
    monkeypatch.setitem(os.environ, "GOOGLE_GEMINI_BASE_URL", emulator)
    stages.run_experiment(
        Project(file), mode=Mode.RECORD_MISSING, out=tmp_path / "rec", note=quiet, watch=quiet
    )
    monkeypatch.delitem(os.environ, "GOOGLE_GEMINI_BASE_URL")
    after = replay(Project(file), tmp_path / "after")
    code, text, report = checked(after, baseline)
    assert (code, report["status"]) == (1, "fail")
    failed = {(row["kind"], row["arm"]) for row in report["checks"] if row["status"] == "fail"}
    assert failed >= {("context", "flash-sena"), ("context", "pro-sena")}
    assert not {arm for _, arm in failed} - {"flash-sena", "pro-sena"}

    kept = read_texts(baseline, blessed)
    lost = {(row["case"], row["arm"]): {fact["id"]: fact for fact in row["lost"]} for row in report["worse"]}
    answers = {(cell.case, cell.arm): cell.answers for cell in blessed.snapshot.cells}
    flat = " ".join(text.split())
    for message, fact in drops.items():
        case = cases[message]
        assert f"{case.id}: " in text
        for arm in ("flash-sena", "pro-sena"):
            found = lost[case.id, arm][fact.id]
            assert found["unsent"]
            assert found["sentences"]
            whole = " ".join(" ".join(kept[key] for key in answers[case.id, arm]).split())
            for sentence in found["sentences"]:
                assert sentence in whole
                assert " ".join(sentence[:60].split()) in flat
            assert find_any(fact.forms, " ".join(found["sentences"]))


def test_a_failed_check_is_a_check_that_failed() -> None:
    """What the tests above read off exceptions are the exit codes of the program."""
    assert (CheckFailed.exit_code, CassetteMiss.exit_code) == (1, 6)


def test_a_few_unchanged_recordings_are_green(root: Path) -> None:
    """The quick version of `make gate-study`: four recordings with seeds of their own, each against each."""
    from gate_study import Recorder, against_each_other, recordings

    found = against_each_other(recordings(Recorder(Project(root / "prompts" / "experiment.toml")), 4))
    assert sum(row.comparisons for row in found) == 12
    assert sum(row.red for row in found) <= 1


@pytest.mark.slow
def test_over_a_hundred_unchanged_recordings_false_alarms_stay_below_5_percent(root: Path) -> None:
    from gate_study import Recorder, against_each_other, alarms, recordings, shipped

    project = Project(root / "prompts" / "experiment.toml")
    made = recordings(Recorder(project), 100)
    baseline = shipped(project)
    first = alarms((baseline, now) for now in made)
    assert first.comparisons == 100
    assert first.red <= 5
    cross = against_each_other(made)
    assert sum(row.red for row in cross) / sum(row.comparisons for row in cross) <= 0.05
