"""What a dataset says of itself: whether people wrote it, whose names it holds, what belongs to nobody."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from evalharness.core.errors import BadInput
from evalharness.core.privacy import PersonalText
from evalharness.core.wire.canonical import canonical_json
from evalharness.experiment.edge import Strict, read_text, read_toml
from evalharness.experiment.mapping_file import MappingFile

FILE_NAME = "dataset.toml"
_SHORTEST_NAME = 2


class DescriptionFile(Strict):
    """dataset.toml inside a folder of cases, `<name>.dataset.toml` beside one file of them."""

    real: bool
    names: str | None = None
    allow: list[str] = []


@dataclass(frozen=True)
class Description:
    """What a dataset says of itself; a mapping file says it in its own first keys."""

    real: bool | None = None
    """Whether people wrote it; None if nothing says."""
    names: tuple[str, ...] = ()
    allowed: frozenset[str] = frozenset()

    @cached_property
    def personal(self) -> PersonalText:
        """What finds personal text in it."""
        return PersonalText(names=self.names, allowed=self.allowed)

    def hashed_with(self, sha256: str) -> str:
        """Return the dataset's hash, with what redaction depends on if it is redacted."""
        if not self.real:
            return sha256
        facts = canonical_json([sha256, sorted(self.names), sorted(self.allowed)])
        return hashlib.sha256(facts.encode()).hexdigest()


def describe_dataset(path: Path) -> Description:
    """Return what a dataset says of itself; nothing at all if no file says it.

    Raises:
        BadInput: If the file that says it, or its list of names, is wrong.
    """
    if path.suffix == ".toml":
        mapping = read_toml(path, MappingFile)
        return _description(path, mapping.real, mapping.names, mapping.allow)
    file = path / FILE_NAME if path.is_dir() else path.with_name(f"{path.stem}.{FILE_NAME}")
    if not file.exists():
        return Description()
    table = read_toml(file, DescriptionFile)
    return _description(file, table.real, table.names, table.allow)


def _description(file: Path, real: bool | None, names: str | None, allow: Sequence[str]) -> Description:
    found = () if names is None else _read_names(file.parent / names)
    return Description(real=real, names=found, allowed=frozenset(allow))


def _read_names(file: Path) -> tuple[str, ...]:
    """Read one name a line; empty lines and lines that begin with # are left out.

    Raises:
        BadInput: If a name is one sign, which would be found everywhere.
    """
    names = []
    for number, line in enumerate(read_text(file).splitlines(), start=1):
        name = " ".join(line.split())
        if not name or name.startswith("#"):
            continue
        if len(name) < _SHORTEST_NAME:
            raise BadInput(
                f"{name!r} is too short for a name: it would be found everywhere", file=file, line=number
            )
        names.append(name)
    return tuple(names)
