"""Rows of a table → imported cells, each checked; the first that is wrong is named by its row."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from evalharness.core.errors import BadInput
from evalharness.core.imported import ImportedCell
from evalharness.experiment.import_mapping import ImportMapping
from evalharness.experiment.table_stream import TableRow, stream_rows

_COUNTS = ("input_tokens", "cached_tokens", "output_tokens", "thinking_tokens")
_TEXTS = ("category", "cluster", "persona", "language")
_LONGEST_ID = 200


def stream_cells(table: Path, kind: str, mapping: ImportMapping) -> Iterator[ImportedCell]:
    """Yield the cells of a table in its order.

    What is kept of the rows gone by is one number a row and one a case: enough to find a cell given twice and
    a case described in two ways.

    Raises:
        BadInput: For the first row that cannot be meant, naming row, line and column.
    """
    seen: set[int] = set()
    described: dict[int, int] = {}
    found = False
    for row in stream_rows(table, kind, sorted(set(mapping.columns.values()))):
        found = True
        cell = _cell(row, mapping, table)
        key = _digest(cell.case_id, cell.arm, str(cell.repeat))
        if key in seen:
            hint = (
                "" if "repeat" in mapping.columns else "; map a repeat column if it was asked several times"
            )
            message = f"case {cell.case_id}, arm {cell.arm}, repeat {cell.repeat} is there twice{hint}"
            raise _error(row, message, table)
        seen.add(key)
        facts = _digest(*(getattr(cell, name) or "" for name in _TEXTS))
        if described.setdefault(_digest(cell.case_id), facts) != facts:
            what = " or ".join(name for name in _TEXTS if name in mapping.columns)
            raise _error(row, f"case {cell.case_id} has another {what} here than in an earlier row", table)
        yield cell
    if not found:
        raise BadInput("no row in this table", file=table)


def _cell(row: TableRow, mapping: ImportMapping, table: Path) -> ImportedCell:
    def text(name: str) -> str | None:
        return _text(row.values.get(mapping.columns.get(name, "")))

    try:
        return _checked(text, mapping)
    except ValueError as error:
        raise _error(row, str(error), table) from None


def _checked(text: Any, mapping: ImportMapping) -> ImportedCell:
    columns = mapping.columns

    def number(name: str, low: float = 0.0, high: float = math.inf) -> float | None:
        return _number(text(name), columns.get(name, name), low, high)

    scale = mapping.experiment.scorer
    counts = {name: _count(text(name), columns.get(name, name)) for name in _COUNTS}
    facts = {name: text(name) for name in _TEXTS}
    _check_parts(counts)
    return ImportedCell(
        case_id=_id(text("case_id"), columns["case_id"]),
        arm=_arm(text("arm"), mapping),
        repeat=_count(text("repeat"), columns.get("repeat", "")) or 0,
        output=text("output"),
        score=number("score", scale.scale_low, scale.scale_high),
        error=text("error"),
        cost_usd=_money(text("cost_usd"), columns.get("cost_usd", "")),
        context_tokens=number("tokens"),
        latency_ms=number("latency_ms"),
        input_tokens=counts["input_tokens"],
        cached_tokens=counts["cached_tokens"],
        output_tokens=counts["output_tokens"],
        thinking_tokens=counts["thinking_tokens"],
        category=facts["category"],
        cluster=facts["cluster"],
        persona=facts["persona"],
        language=facts["language"],
    )


def _check_parts(counts: Mapping[str, int | None]) -> None:
    for part, whole in (("cached_tokens", "input_tokens"), ("thinking_tokens", "output_tokens")):
        some, total = counts[part], counts[whole]
        if some is not None and (total is None or some > total):
            raise ValueError(f"{part} {some} is more than {whole} {total or 0}, of which it is a part")


def _text(value: Any) -> str | None:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, bool):
        return str(value).lower()
    text = value if isinstance(value, str) else str(value)
    return text if text.strip() else None


def _id(text: str | None, column: str) -> str:
    name = (text or "").strip()
    if not name:
        raise ValueError(f"column {column!r} is empty; every row names its case")
    if len(name) > _LONGEST_ID or not name.isprintable():
        raise ValueError(f"column {column!r}: a case id has at most {_LONGEST_ID} printable characters")
    return name


def _arm(text: str | None, mapping: ImportMapping) -> str:
    label = (text or "").strip()
    if label not in mapping.arms:
        known = ", ".join(mapping.arms)
        raise ValueError(f"column {mapping.columns['arm']!r}: arm {label!r} is none of {known}")
    return mapping.arms[label]


def _number(text: str | None, column: str, low: float, high: float) -> float | None:
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"column {column!r}: {text.strip()[:40]!r} is not a number") from None
    if not (math.isfinite(value) and low <= value <= high):
        limits = f"at least {low:g}" if high == math.inf else f"{low:g} to {high:g}"
        raise ValueError(f"column {column!r}: {text.strip()[:40]} is not a number of {limits}")
    return value


def _count(text: str | None, column: str) -> int | None:
    value = _number(text, column, 0.0, 1e15)
    if value is None:
        return None
    if not value.is_integer():
        raise ValueError(f"column {column!r}: {(text or '').strip()[:40]} is not a whole number")
    return int(value)


def _money(text: str | None, column: str) -> Decimal | None:
    if text is None:
        return None
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        raise ValueError(
            f"column {column!r}: {text.strip()[:40]!r} is not an amount in USD; write 0.0123"
        ) from None
    if not value.is_finite() or value < 0:
        raise ValueError(f"column {column!r}: {text.strip()[:40]} is not an amount of at least 0")
    return value


def _digest(*parts: str) -> int:
    joined = "\0".join(parts).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(joined, digest_size=8).digest(), "big")


def _error(row: TableRow, message: str, table: Path) -> BadInput:
    return BadInput(f"row {row.number}: {message}", file=table, line=row.line)
