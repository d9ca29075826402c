"""Record experiments' cassettes anew from the emulator, over HTTP: `make record`.

The emulator answers at its own simulated pace, so that the recorded latencies mean something. Requests that
several experiments share are recorded once. The folders are emptied first, so that they hold what replaying
needs and nothing else.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from evalharness.app.clients import Mode
from evalharness.app.project import Project
from evalharness.app.stages import recordings_of, run_experiment, score_run
from evalharness.cli.console import PlainProgress
from evalharness.emulator import EmulatorSettings, running
from evalharness.gateway.cassette.files import recordings


def main(experiments: list[Path]) -> None:
    """Empty the folders, record every experiment into them, and read everything back once."""
    projects = [Project(experiment) for experiment in experiments]
    folders = {project.cassettes for project in projects}
    for file in [file for folder in folders for file in recordings(folder)]:
        file.unlink()
    failed = 0
    with tempfile.TemporaryDirectory() as out, running(EmulatorSettings()) as url:
        os.environ["GOOGLE_GEMINI_BASE_URL"] = url
        for project in projects:
            done = run_experiment(
                project, mode=Mode.RECORD_MISSING, out=Path(out), note=say, watch=PlainProgress()
            )
            say(f"{project.file}: {done.summary.made} calls, {done.summary.failed} failed")
            failed += done.summary.failed
            score_run(done.directory, mode=Mode.RECORD_MISSING, note=say, watch=PlainProgress())
    if failed:
        sys.exit(1)
    for project in projects:
        recordings_of(project)


def say(text: str) -> None:
    """Print a line."""
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
