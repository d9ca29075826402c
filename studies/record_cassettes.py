"""Record an experiment's cassettes anew from the emulator, over HTTP: `make record`.

The emulator answers at its own simulated pace, so that the recorded latencies mean something. Recordings
that the experiment no longer asks for are removed afterwards, so that the folder is what the plan needs.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from evalharness.app.clients import Mode
from evalharness.app.project import Project
from evalharness.app.stages import run_experiment
from evalharness.cli.console import PlainProgress
from evalharness.emulator import EmulatorSettings, running
from evalharness.gateway.cassette.files import recording_path, recordings


def main(experiment: Path) -> None:
    """Record, then remove what the plan does not name."""
    project = Project(experiment)
    with tempfile.TemporaryDirectory() as out, running(EmulatorSettings()) as url:
        os.environ["GOOGLE_GEMINI_BASE_URL"] = url
        done = run_experiment(project, mode=Mode.RECORD, out=Path(out), note=say, watch=PlainProgress())
    wanted = {recording_path(project.cassettes, job.key) for job in project.plan.jobs}
    stale = [file for file in recordings(project.cassettes) if file not in wanted]
    for file in stale:
        file.unlink()
    say(f"{done.summary.made} recorded, {done.summary.failed} failed, {len(stale)} stale ones removed")
    if done.summary.failed:
        sys.exit(1)


def say(text: str) -> None:
    """Print a line."""
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
