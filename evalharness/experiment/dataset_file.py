"""prompts/mentoring/*.yaml, or one's own records → Dataset."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from evalharness.core.case import Case, Dataset
from evalharness.core.errors import BadInput
from evalharness.core.privacy import redact_case
from evalharness.core.wire.canonical import canonical_json
from evalharness.experiment.case_file import parse_case, parse_row, place_text
from evalharness.experiment.dataset_description import describe_dataset
from evalharness.experiment.edge import read_text
from evalharness.experiment.import_dataset import read_mapped
from evalharness.experiment.rows import Row, format_of, read_rows
from evalharness.experiment.yaml_lines import Where, line_in_yaml, parse_yaml


def load_dataset(path: Path, remembered: MutableMapping[str, Case] | None = None) -> Dataset:
    """Read every case of a folder of YAML files, one YAML or JSON Lines file, or what a mapping (TOML) names.

    Args:
        path: Where the cases are.
        remembered: Cases parsed before, by the hash of their text; None to parse them all.

    Returns:
        The cases sorted by id, redacted if the dataset is real, with the SHA-256 of what the files say.

    Raises:
        BadInput: For an empty folder, a duplicate id, or the first thing wrong, with its file and line (and
            row).
    """
    description = describe_dataset(path)
    if description.real:
        remembered = None  # what people wrote stays in the files that they gave
    seen: dict[str, CaseSource] = {}
    redacted: Counter[str] = Counter()
    cases = []
    for source in find_sources(path):
        case = _parsed(source, remembered)
        if case.id in seen:
            first = f"{seen[case.id].file.name}:{seen[case.id].line(('id',))}"
            message = f"duplicate case id {case.id!r}, also in {first}"
            raise BadInput(message, file=source.file, line=source.line(("id",)))
        seen[case.id] = source
        if description.real:
            case, counts = redact_case(case, description.personal)
            redacted.update(counts)
        cases.append(case)
    return Dataset(
        cases=tuple(sorted(cases, key=lambda case: case.id)),
        sha256=description.hashed_with(hash_sources(seen)),
        real=description.real,
        names=description.names,
        allowed=description.allowed,
        redacted=tuple(sorted(redacted.items())),
    )


def _parsed(source: CaseSource, remembered: MutableMapping[str, Case] | None) -> Case:
    if remembered is None or isinstance(source, RowCase):
        return source.parse()
    key = hashlib.sha256(source.content.encode("utf-8", "surrogatepass")).hexdigest()
    try:
        return remembered[key]
    except KeyError:
        case = remembered[key] = source.parse()
        return case


def hash_sources(sources: Mapping[str, CaseSource]) -> str:
    """Return the SHA-256 of the cases' text, by id, whatever the files' names, order and line ends."""
    digest = hashlib.sha256()
    for case_id in sorted(sources):
        digest.update(f"{case_id}\0{sources[case_id].content}\0".encode())
    return digest.hexdigest()


def find_sources(path: Path) -> tuple[CaseSource, ...]:
    """Return the cases of a dataset as they are written, none of them checked yet.

    Raises:
        BadInput: If the folder is empty or a file cannot be read.
    """
    if path.is_dir():
        files = sorted(path.glob("**/*.yaml"))
        if not files:
            raise BadInput("the dataset has no case (*.yaml)", file=path)
        return tuple(YamlCase(file=file, text=read_text(file)) for file in files)
    if path.suffix == ".toml":
        return tuple(RowCase(row=row) for row in read_mapped(path))
    kind = format_of(path)
    if kind == "csv":
        raise BadInput("a CSV needs a mapping file (TOML) that names it: see docs/dataset.md", file=path)
    text = read_text(path)
    if kind == "jsonl" or (kind == "yaml" and isinstance(parse_yaml(text, path), list)):
        return tuple(RowCase(row=row) for row in read_rows(path, kind))
    return (YamlCase(file=path, text=text),)


@dataclass(frozen=True, slots=True, kw_only=True)
class YamlCase:
    """A case in a file of its own."""

    file: Path
    text: str

    @property
    def content(self) -> str:
        """What is hashed."""
        return self.text.replace("\r\n", "\n")

    def parse(self) -> Case:
        """Return the case, checked; raises BadInput."""
        return parse_case(self.text, self.file)

    def line(self, where: Where) -> int | None:
        """Return the line of a key."""
        return line_in_yaml(self.text, where)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowCase:
    """A case that is one record of a larger file."""

    row: Row

    @property
    def file(self) -> Path:
        """The data file."""
        return self.row.file

    @property
    def content(self) -> str:
        """What is hashed: the fields after mapping."""
        return canonical_json(self.row.values)

    def parse(self) -> Case:
        """Return the case, checked; raises BadInput."""
        return parse_row(self.row)

    def line(self, where: Where) -> int | None:
        """Return the line on which the record begins."""
        del where
        return self.row.line


CaseSource: TypeAlias = YamlCase | RowCase
"""A case as it is written."""

__all__ = [
    "CaseSource",
    "RowCase",
    "YamlCase",
    "find_sources",
    "hash_sources",
    "load_dataset",
    "parse_case",
    "place_text",
]
