"""Verification of a whole folder: every recording for itself, then all of them together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evalharness.core.errors import CassetteDamaged
from evalharness.core.provenance import derive_origin
from evalharness.disk import PARTIAL_SUFFIX
from evalharness.gateway.cassette.checks import check_recording
from evalharness.gateway.cassette.files import RECORDING_NAME, read
from evalharness.gateway.cassette.finding import Check, Finding, Standard
from evalharness.gateway.cassette.private import PrivateText
from evalharness.gateway.cassette.seal import SEAL_NAME

if TYPE_CHECKING:
    from pathlib import Path

    from evalharness.gateway.cassette.interaction import Interaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was looked at and what was found."""

    recordings: int
    """Files that should be recordings, damaged ones included."""
    findings: tuple[Finding, ...]
    """Sorted by file and check."""

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What fails the verification."""
        return tuple(finding for finding in self.findings if not finding.warning)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What is only said."""
        return tuple(finding for finding in self.findings if finding.warning)


def verify_folder(folder: Path, standard: Standard) -> Verification:
    """Check every entry of a cassette folder; writes nothing, and never stops at a fault."""
    findings = list(_strays(folder))
    private = PrivateText(standard)
    first_with: dict[str, str] = {}
    origins: Counter[str] = Counter()
    count = 0
    for file in _recordings(folder):
        count += 1
        try:
            item = read(file)
        except (CassetteDamaged, FileNotFoundError) as error:
            message = error.message if isinstance(error, CassetteDamaged) else "is a link to nothing"
            findings.append(Finding(check=Check.DAMAGE, file=file.name, message=message))
            continue
        findings += [*check_recording(item, standard), *private.check(item), *_unique(item, first_with)]
        origins[derive_origin(item.host, item.headers, item.response_body).value] += 1
    findings += _whole(count, origins)
    return Verification(
        recordings=count, findings=tuple(sorted(findings, key=lambda f: (f.file, f.check, f.message)))
    )


def _recordings(folder: Path) -> tuple[Path, ...]:
    return tuple(sorted(path for path in _entries(folder) if RECORDING_NAME.fullmatch(path.name)))


def _entries(folder: Path) -> tuple[Path, ...]:
    return tuple(sorted(folder.iterdir())) if folder.is_dir() else ()


def _strays(folder: Path) -> Iterator[Finding]:
    """Yield what does not belong: other names, folders and links; a cut-off write is only said."""
    for path in _entries(folder):
        if path.name.endswith(PARTIAL_SUFFIX):
            message = "left by a write that was cut off; it holds no recording and can be removed"
            yield Finding(check=Check.FOLDER, file=path.name, message=message, warning=True)
        elif path.is_symlink():
            yield Finding(check=Check.FOLDER, file=path.name, message="is a link, which may lead anywhere")
        elif RECORDING_NAME.fullmatch(path.name):
            if not path.is_file():
                yield Finding(check=Check.FOLDER, file=path.name, message="is not a file")
        elif path.name not in {SEAL_NAME, ".gitattributes", ".gitignore", ".gitkeep", "README.md"}:
            yield Finding(check=Check.FOLDER, file=path.name, message="is not the name of a recording")


def _unique(item: Interaction, first_with: dict[str, str]) -> Iterator[Finding]:
    response_id = str(item.response_body.get("responseId", ""))
    if not response_id:
        return
    name = f"{item.key}.json"
    first = first_with.setdefault(response_id, name)
    if first != name:
        message = f"has the responseId of {first}: an answer was copied"
        yield Finding(check=Check.IDENTITY, file=name, message=message)


def _whole(count: int, origins: Counter[str]) -> Iterator[Finding]:
    if count == 0:
        yield Finding(check=Check.FOLDER, file="", message="holds no recording: nothing was verified")
    if len(origins) > 1:
        mix = ", ".join(f"{number} {origin}" for origin, number in sorted(origins.items()))
        message = f"recordings of several origins lie together ({mix}); a report takes the weakest"
        yield Finding(check=Check.ORIGIN, file="", message=message, warning=True)
