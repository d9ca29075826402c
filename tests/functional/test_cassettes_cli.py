"""`evalharness cassettes` as people and CI run it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from evalharness.experiment.experiment_file import load_experiment

Cli = Callable[..., subprocess.CompletedProcess[str]]
EXPERIMENT = "prompts/experiment.toml"
FOLDER = "cassettes/mentoring"


def files(project: Path) -> list[Path]:
    return sorted((project / FOLDER).glob("*.json"))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")


def test_whole_recordings_verify(cli: Cli, recorded: Path) -> None:
    done = cli("cassettes", "verify", EXPERIMENT)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{len(files(recorded))} recordings in {Path(FOLDER)}: 0 errors, 0 warnings\n"
    assert done.stderr == ""


def test_what_is_wrong_is_a_table_and_exit_6(cli: Cli, recorded: Path) -> None:
    """Level, check, recording and reason, a line each; JSON has whole names; -q leaves warnings out."""
    spoilt, cut = files(recorded)[:2]
    edit(spoilt, '"STOP"', '"MAX_TOKENS"')
    cut.write_bytes(cut.read_bytes()[:100])
    (recorded / FOLDER / ".x.json.0123abcd.partial").write_bytes(b"{")
    done = cli("cassettes", "verify", FOLDER)
    assert done.returncode == 6
    rows = done.stdout.splitlines()
    assert re.fullmatch(
        rf"error    damage    {spoilt.name[:12]}…-d\d\.json +recording is damaged: the answer .*", rows[0]
    )
    assert "cut off or edited" in rows[1]
    assert rows[2].startswith("warning  folder    .x.json.0123abcd.partial")
    assert rows[3].endswith("2 errors, 1 warnings")
    notes, error = done.stderr.splitlines()
    assert notes.startswith("note: no experiment named")
    assert error == f"error: {Path(FOLDER)}: 2 errors in recordings"
    found = json.loads(cli("cassettes", "verify", FOLDER, "--json").stdout)
    assert (found["errors"], found["findings"][1]["file"]) == (2, spoilt.name)
    assert len(cli("cassettes", "verify", FOLDER, "-q").stdout.splitlines()) == 2


def test_age_and_shutdown_count_from_a_day(cli: Cli, recorded: Path) -> None:
    """The limit is the experiment's; shutdowns are the rate card's."""
    late = cli("cassettes", "verify", EXPERIMENT, "--on", "2027-12-31")
    assert late.returncode == 6
    assert "at most 180 (recordings.max_age_days)" in late.stdout
    edit(recorded / EXPERIMENT, "[scorer]", "[recordings]\nmax_age_days = 3650\n\n[scorer]")
    assert cli("cassettes", "verify", EXPERIMENT, "--on", "2027-12-31").returncode == 0
    edit(
        recorded / "prompts" / "rates" / "gemini.toml",
        "[[shutdowns]]",
        '[[shutdowns]]\nmodel = "gemini-3.8-flash"\non = 2027-06-01\nsource = "a test"\n\n[[shutdowns]]',
    )
    done = cli("cassettes", "verify", EXPERIMENT, "--on", "2027-12-31")
    assert "gemini-3.8-flash was shut down on 2027-06-01" in done.stdout


def test_a_seal_is_made_and_demanded(cli: Cli, recorded: Path) -> None:
    key = {"EVALHARNESS_SEAL_KEY": "correct horse battery staple, at length"}
    assert cli("cassettes", "verify", EXPERIMENT, "--sealed", **key).returncode == 6
    done = cli("cassettes", "seal", EXPERIMENT, **key)
    assert (done.returncode, "sealed (hmac-sha256" in done.stdout) == (0, True)
    assert cli("cassettes", "verify", EXPERIMENT, "--sealed", **key).returncode == 0
    assert cli("cassettes", "seal", EXPERIMENT).returncode == 3
    # Replay reads recordings and leaves the seal alone.
    assert cli("run", EXPERIMENT, "-q").returncode == 0


def test_a_recording_is_shown_by_file_and_by_cell(cli: Cli, recorded: Path) -> None:
    by_cell = cli("cassettes", "show", EXPERIMENT, "--cell", "pen-ko-01/flash-raw/0")
    assert by_cell.returncode == 0, by_cell.stderr
    name = by_cell.stdout.splitlines()[0].split()[1]
    assert cli("cassettes", "show", f"{FOLDER}/{name}").stdout == by_cell.stdout
    assert "--- answer" in by_cell.stdout
    raw = cli("cassettes", "show", f"{FOLDER}/{name}", "--json").stdout
    assert raw == (recorded / FOLDER / name).read_text(encoding="utf-8")
    for arguments, code, part in (
        ((EXPERIMENT,), 2, "--cell"),
        ((EXPERIMENT, "--cell", "nobody/flash-raw/0"), 3, "has no cell"),
        (("absent.json",), 3, "no such recording"),
    ):
        done = cli("cassettes", "show", *arguments)
        assert (done.returncode, part in done.stderr) == (code, True)


def test_two_recordings_and_two_folders_are_compared(cli: Cli, recorded: Path) -> None:
    first, second = files(recorded)[:2]
    done = cli("cassettes", "diff", str(first), str(second))
    assert (done.returncode, "asked      " in done.stdout) == (0, True)
    assert cli("cassettes", "diff", str(first), str(first)).stdout == "no difference\n"
    folders = cli("cassettes", "diff", FOLDER, FOLDER, "--json")
    assert json.loads(folders.stdout)["same"] == len(files(recorded))
    assert cli("cassettes", "diff", FOLDER, str(first)).returncode == 3


def test_a_folder_is_counted(cli: Cli, recorded: Path) -> None:
    found = json.loads(cli("cassettes", "stats", EXPERIMENT, "--json").stdout)
    assert (found["recordings"], found["damaged"]) == (len(files(recorded)), 0)
    assert found["origins"] == [["simulated", len(files(recorded))]]
    assert "gemini-3.8-flash" in cli("cassettes", "stats", FOLDER).stdout
    assert cli("cassettes", "stats", "absent").returncode == 3


def test_unused_recordings_are_said_listed_and_removed_after_asking(cli: Cli, recorded: Path) -> None:
    """Four answers that an arm has no longer, and what a judge said of each."""
    every = files(recorded)
    assert "are not used" not in cli("analyze", EXPERIMENT).stderr
    edit(recorded / EXPERIMENT, "cases = 40", "cases = 4")
    # The sweeps share the folder, so what this experiment leaves may be theirs.
    assert "are not used" not in cli("analyze", EXPERIMENT).stderr
    shutil.rmtree(recorded / "prompts" / "sena")
    said = cli("analyze", EXPERIMENT).stderr
    assert f"8 of {len(every)} recordings in {Path(FOLDER)} are not used by this experiment" in said
    listed = cli("cassettes", "prune", EXPERIMENT)
    # There is nobody to answer, so nothing is removed.
    assert listed.returncode == 2
    assert "nobody answered, so nothing is removed" in listed.stderr
    assert sum(line.endswith(".json") for line in listed.stdout.splitlines()) == 8
    assert files(recorded) == every
    done = cli("cassettes", "prune", EXPERIMENT, "--yes")
    assert (done.returncode, len(files(recorded))) == (0, len(every) - 8)
    assert "are not used" not in cli("analyze", EXPERIMENT).stderr


def test_what_a_neighbour_uses_is_not_unused(cli: Cli, recorded: Path) -> None:
    """Another experiment over the same recordings is asked though nobody named it."""
    text = (recorded / EXPERIMENT).read_text(encoding="utf-8")
    (recorded / "prompts" / "second.toml").write_text(text, encoding="utf-8", newline="\n")
    edit(recorded / EXPERIMENT, "cases = 40", "cases = 4")
    done = cli("cassettes", "prune", EXPERIMENT)
    assert done.returncode == 0
    assert f"asked: {Path('prompts/second.toml')}" in done.stdout
    assert f"0 recordings in {Path(FOLDER)} are not used" in done.stdout


def test_packed_and_unpacked(cli: Cli, recorded: Path, tmp_path: Path) -> None:
    """One archive an arm; each alone brings its arm back; a changed archive is refused."""
    packed = cli("cassettes", "pack", EXPERIMENT, "--to", "archives")
    assert packed.returncode == 0, packed.stderr
    archives = sorted((recorded / "archives").glob("*.tar.gz"))
    arms = {arm.name for arm in load_experiment(recorded / EXPERIMENT).arms}
    assert {path.name for path in archives} == {f"mentoring-{arm}.tar.gz" for arm in arms}
    names = [str(path.relative_to(recorded)) for path in archives]
    done = cli("cassettes", "unpack", *names, "--to", "restored")
    assert done.returncode == 0, done.stderr
    restored = {path.name: path.read_bytes() for path in (recorded / "restored").glob("*.json")}
    assert restored == {path.name: path.read_bytes() for path in files(recorded)}
    archives[0].write_bytes(archives[0].read_bytes() + b"\0")
    refused = cli("cassettes", "unpack", names[0], "--to", "again")
    assert (refused.returncode, "SHA256SUMS" in refused.stderr) == (6, True)


@pytest.mark.parametrize("arguments", [("verify", "absent"), ("verify", "absent.toml"), ("prune", FOLDER)])
def test_a_wrong_path_is_one_line(cli: Cli, recorded: Path, arguments: tuple[str, ...]) -> None:
    done = cli("cassettes", *arguments)
    assert done.returncode in {2, 3}
    assert done.stderr.splitlines()[-1].lower().startswith("error: ")
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes among its files")
def test_a_pipe_among_recordings_is_named_and_not_waited_for(cli: Cli, recorded: Path) -> None:
    """It would stop a gate for good."""
    file = files(recorded)[0]
    file.unlink()
    os.mkfifo(file)
    found = cli("cassettes", "verify", EXPERIMENT)
    assert found.returncode == 6
    assert "is a pipe or a device, not a file" in found.stdout
    for command in (("stats", FOLDER), ("pack", EXPERIMENT, "--to", "packed"), ("seal", FOLDER)):
        done = cli("cassettes", *command, EVALHARNESS_SEAL_KEY="0" * 32)
        assert done.returncode == (0 if command[0] == "stats" else 6)
    os.mkfifo(recorded / FOLDER / "SEAL")
    assert "the seal is damaged" in cli("cassettes", "verify", FOLDER).stdout
