"""One writer a run directory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from evalharness.core.errors import RunLocked
from evalharness.store.lock import RunLock

HOLDER = """
import sys, time
from pathlib import Path
from evalharness.store.lock import RunLock
with RunLock(Path(sys.argv[1]), since="2026-11-23 08:00:00 UTC", note=print):
    print("held", flush=True)
    time.sleep(60)
"""


def lock(folder: Path, notes: list[str]) -> RunLock:
    return RunLock(folder, since="2026-11-23 09:00:00 UTC", note=notes.append)


def test_the_lock_is_given_back(tmp_path: Path) -> None:
    notes: list[str] = []
    for _ in range(2):
        with lock(tmp_path / "run", notes):
            pass
    assert notes == []


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="SIGKILL is POSIX")
def test_a_second_writer_is_told_who_holds_it_and_a_killed_one_is_explained(tmp_path: Path) -> None:
    notes: list[str] = []
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == "held"
        told = rf"process {holder.pid} on .*, since 2026-11-23 08:00:00 UTC\); wait"
        with pytest.raises(RunLocked, match=told), lock(tmp_path, notes):
            pass
        assert notes == []
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
        with lock(tmp_path, notes):
            pass
    (note,) = notes
    assert f"process {holder.pid}" in note
    assert "stale" in note
