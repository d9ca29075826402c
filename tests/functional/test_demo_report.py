"""The committed reports are what the shipped recordings give: to the byte, on any day, anywhere."""

from __future__ import annotations

import datetime as dt
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from evalharness.app import stages
from evalharness.app.clients import Mode
from evalharness.app.project import Project
from evalharness.app.system import SystemClock

Cli = Callable[..., subprocess.CompletedProcess[str]]
NAMES = (
    "gemini_pro_upgrade_analysis.md",
    "gemini_pro_upgrade_analysis.ko.md",
    "appendix.md",
    "appendix.ko.md",
    *(
        f"plots/{name}{suffix}.svg"
        for name in ("pareto", "differences", "tornado", "months", "sena")
        for suffix in ("", ".ko")
    ),
)
MEANT = "the report changed; if that is meant, run `make demo`, read the difference and commit it"


def check_equal(made: Path, committed: Path) -> None:
    for name in NAMES:
        assert (made / name).read_bytes() == (committed / name).read_bytes(), f"{name}: {MEANT}"


PAGES = ("gemini_pro_upgrade_analysis.html", "gemini_pro_upgrade_analysis.ko.html")


@pytest.fixture(scope="module")
def pages(root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The HTML reports of this machine and day; too large to commit, they are held to each other."""
    project, out = Project(root / "prompts" / "experiment.toml"), tmp_path_factory.mktemp("pages")
    done = stages.run_experiment(project, mode=Mode.REPLAY, out=out, note=print, watch=lambda _: None)
    stages.score_run(done.directory)
    stages.decide_run(done.directory, on=None)
    stages.render_run(done.directory, copy_to=out)
    return {name: (out / name).read_bytes() for name in PAGES}


@pytest.mark.parametrize("day", [None, dt.datetime(2031, 2, 28, 23, 59, tzinfo=dt.UTC)])
def test_the_committed_reports_are_regenerated_byte_for_byte(
    root: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    pages: dict[str, bytes],
    day: dt.datetime | None,
) -> None:
    """Both languages, report and appendix; today and in another year, from another directory."""
    if day is not None:
        monkeypatch.setattr(SystemClock, "now", lambda _self: day)
    monkeypatch.chdir(tmp_path)
    project = Project(root / "prompts" / "experiment.toml")
    done = stages.run_experiment(project, mode=Mode.REPLAY, out=tmp_path, note=print, watch=lambda _: None)
    stages.score_run(done.directory)
    stages.decide_run(done.directory, on=None)
    report = stages.render_run(done.directory, copy_to=tmp_path)
    assert report == tmp_path / NAMES[0]
    check_equal(tmp_path, root / "reports")
    assert {name: (tmp_path / name).read_bytes() for name in PAGES} == pages


LOCALES = [
    {"LC_ALL": "C", "LANG": "C", "TZ": "Asia/Seoul", "PYTHONHASHSEED": "1"},
    {"LC_ALL": "ko_KR.UTF-8", "LANG": "ko_KR.UTF-8", "LANGUAGE": "ko", "TZ": "America/St_Johns"},
    {"LC_ALL": "de_DE.UTF-8", "LANG": "tr_TR.UTF-8", "TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "2"},
]


@pytest.mark.parametrize("machine", LOCALES, ids=[machine["LC_ALL"] for machine in LOCALES])
def test_another_locale_and_time_zone_change_no_byte(
    root: Path, tmp_path: Path, program: Cli, pages: dict[str, bytes], machine: dict[str, str]
) -> None:
    """A whole process of its own, as its user has set it up."""
    done = program(tmp_path, "analyze", str(root / "prompts" / "experiment.toml"), "--out", "here", **machine)
    assert done.returncode == 0, done.stderr
    check_equal(tmp_path / "here", root / "reports")
    assert {name: (tmp_path / "here" / name).read_bytes() for name in PAGES} == pages


def test_the_committed_reports_verify_and_a_changed_digit_does_not(
    root: Path, tmp_path: Path, program: Cli
) -> None:
    """From the recordings alone: no run directory is at hand."""
    committed = root / "reports" / NAMES[0]
    done = program(root, "verify", str(committed))
    assert done.returncode == 0, done.stderr
    text = committed.read_text(encoding="utf-8")
    place = re.search(r"ROI (\d+)", text)
    assert place
    changed = str((int(place[1][-1]) + 1) % 10)
    forged = tmp_path / "forged.md"
    forged.write_text(text[: place.end() - 1] + changed + text[place.end() :], encoding="utf-8", newline="\n")
    done = program(root, "verify", str(forged))
    assert done.returncode == 6
    line = text[: place.start()].count("\n") + 1
    assert f"forged.md:{line}: " in done.stderr
    assert "is “" in done.stderr
    assert "should be “" in done.stderr


def test_every_shipped_recording_is_used(root: Path) -> None:
    """The cassette folder holds what the shipped experiments ask for, and nothing else."""
    folder = root / "cassettes" / "mentoring"
    wanted: set[str] = set()
    prompts = root / "prompts"
    for file in (*sorted(prompts.glob("experiment*.toml")), *sorted((prompts / "sena").glob("*.toml"))):
        wanted |= stages.recordings_of(Project(file))
    assert {path.name for path in folder.iterdir()} == wanted
