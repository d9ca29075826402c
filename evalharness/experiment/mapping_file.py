"""A mapping file: where in one's own CSV, JSON Lines or YAML list the fields of a case stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from evalharness.core.errors import BadInput
from evalharness.experiment.edge import Strict, read_text, read_toml
from evalharness.experiment.rows import FORMATS, format_of
from evalharness.experiment.toml_lines import line_of

_OPTIONAL = frozenset({"pair_id", "profile", "notes", "turns", "must_not"})


class ColumnsTable(Strict):
    """[columns]: field of a case = name of the column; dots lead into nested JSON or YAML."""

    id: str | None = None
    language: str | None = None
    persona: str | None = None
    persona_reason: str | None = None
    category: str | None = None
    difficulty: str | None = None
    severity: str | None = None
    severity_reason: str | None = None
    setting: str | None = None
    source: str | None = None
    licence: str | None = None
    message: str | None = None
    profile: str | None = None
    notes: str | None = None
    turns: str | None = None
    key_facts: str | None = None
    must_not: str | None = None
    rubric: str | None = None
    reference_answer: str | None = None
    pair_id: str | None = None


class TurnsTable(Strict):
    """[turns]: how earlier conversation is written: who speaks, and under which keys in nested records."""

    mentee: str = "mentee"
    mentor: str = "mentor"
    role: str = "role"
    text: str = "text"


class MappingFile(Strict):
    """A mapping file as authored."""

    file: str
    format: Literal["csv", "jsonl", "yaml"] | None = None
    real: bool | None = None
    names: str | None = None
    allow: list[str] = Field(default_factory=list)
    columns: ColumnsTable
    constants: dict[str, Any] = Field(default_factory=dict)
    values: dict[str, dict[str, str]] = Field(default_factory=dict)
    turns: TurnsTable = Field(default_factory=TurnsTable)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseMapping:
    """A checked mapping."""

    path: Path
    file: Path
    """The data file."""
    kind: str
    """csv, jsonl or yaml."""
    columns: Mapping[str, str]
    constants: Mapping[str, Any]
    """Fields that are the same in every case."""
    values: Mapping[str, Mapping[str, str]]
    """Field → word in the data → word that a case uses."""
    turns: TurnsTable


def load_mapping(path: Path) -> CaseMapping:
    """Read and check a mapping file.

    Raises:
        BadInput: For unknown names, and for a field that nothing gives, or two things do.
    """
    table = read_toml(path, MappingFile)
    columns = {name: column for name, column in table.columns.model_dump().items() if column is not None}
    _check_sources(path, columns, table)
    kind = table.format or format_of(Path(table.file))
    if kind is None:
        raise BadInput(f"what is {table.file}? Set format to one of {', '.join(FORMATS)}", file=path, line=1)
    return CaseMapping(
        path=path,
        file=path.parent / table.file,
        kind=kind,
        columns=columns,
        constants=table.constants,
        values=table.values,
        turns=table.turns,
    )


def _check_sources(path: Path, columns: Mapping[str, str], table: MappingFile) -> None:
    text = read_text(path)
    fields = set(ColumnsTable.model_fields)
    for where, names in (("constants", table.constants), ("values", table.values)):
        for name in sorted(set(names) - fields):
            message = f"[{where}]: a case has no field {name!r}; it has {', '.join(sorted(fields))}"
            raise BadInput(message, file=path, line=line_of(text, (where, name)))
    for name in sorted(set(columns) & set(table.constants)):
        message = f"{name} is both a column and a constant; keep one"
        raise BadInput(message, file=path, line=line_of(text, ("constants", name)))
    for name in sorted(fields - _OPTIONAL - set(columns) - set(table.constants)):
        message = f"nothing gives {name}: name its column in [columns] or one value for all in [constants]"
        raise BadInput(message, file=path, line=line_of(text, ("columns",)))
