"""Packs the starter project of `evalharness init` out of prompts/ and cassettes/: no file is kept twice.

One archive, since the recordings share nearly all their text: a tenth of what they take one by one.
"""

from __future__ import annotations

import io
import lzma
import tarfile
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

STARTER = "prompts/starter/starter.toml"
RECORDINGS = "prompts/starter/recordings.txt"
ARCHIVE = "evalharness/app/starter.tar.xz"


class StarterHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the archive to wheel and sdist; a wheel built from an sdist finds it there already."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Make the archive and name it to the build."""
        root = Path(self.root)
        if not (root / STARTER).exists():
            return
        self._scratch = tempfile.TemporaryDirectory()
        made = Path(self._scratch.name) / "starter.tar.xz"
        made.write_bytes(packed(starter_files(root)))
        build_data["force_include"][str(made)] = ARCHIVE

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """Remove what the build has read."""
        if hasattr(self, "_scratch"):
            self._scratch.cleanup()


def starter_files(root: Path, *, recordings: bool = True) -> dict[str, Path]:
    """Return the files of the starter project: name in it → file in the repository.

    Raises:
        FileNotFoundError: If one is listed and not there; after a change of requests, `make record`.
    """
    wanted = tomllib.loads((root / STARTER).read_text(encoding="utf-8"))
    names = [*wanted["files"], *(f"prompts/mentoring/{case}.yaml" for case in wanted["cases"])]
    for folder in wanted["folders"]:
        names += [p.relative_to(root).as_posix() for p in (root / folder).rglob("*") if p.is_file()]
    if recordings:
        names += (root / RECORDINGS).read_text(encoding="utf-8").split()
    found = {name: root / name for name in names} | {
        name: root / source for name, source in wanted["renamed"].items()
    }
    missing = [name for name, file in found.items() if not file.is_file()]
    if missing:
        raise FileNotFoundError(
            f"{missing[0]} and {len(missing) - 1} more of the starter project: make record"
        )
    return dict(sorted(found.items()))


def packed(files: dict[str, Path]) -> bytes:
    """Return the archive: the same bytes for the same files."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, file in files.items():
            content = file.read_bytes()
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return lzma.compress(plain.getvalue(), preset=9 | lzma.PRESET_EXTREME)
