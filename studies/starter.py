"""Derive the list of recordings that the starter project needs: prompts/starter/recordings.txt.

`make record` runs it, since other requests are other recordings.
"""

from __future__ import annotations

import runpy
import shutil
import tempfile
from pathlib import Path

from evalharness.app.project import Project
from evalharness.app.recordings.recorded_plan import recorded_jobs

ROOT = Path(__file__).parents[1]
BUILD = runpy.run_path(str(ROOT / "hatch_build.py"))


def needed_recordings(root: Path) -> list[str]:
    """Return the recordings that the starter's experiment asks for, relative to the repository."""
    with tempfile.TemporaryDirectory() as folder:
        for name, file in BUILD["starter_files"](root, recordings=False).items():
            target = Path(folder) / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
        shutil.copytree(root / "cassettes", Path(folder) / "cassettes")
        project = Project(Path(folder) / "prompts" / "experiment.toml")
        recordings = project.cassettes.relative_to(folder).as_posix()
        return sorted(f"{recordings}/{job.key}.json" for job in recorded_jobs(project))


if __name__ == "__main__":
    text = "\n".join(needed_recordings(ROOT)) + "\n"
    (ROOT / BUILD["RECORDINGS"]).write_text(text, encoding="utf-8", newline="\n")
