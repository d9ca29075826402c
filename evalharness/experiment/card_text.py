"""A rate card's text, edited row by row: comments, order and what people wrote stay as they are."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias

Value: TypeAlias = str | dt.date | int | Decimal | tuple[str, ...]

_HEADER = re.compile(r"^\[\[\s*([A-Za-z_]+)\s*\]\]")
_SUBTABLE = re.compile(r"^\[\s*rates\.([A-Za-z_]+)\s*\]")
_PLACES = 2
_ORDER = (
    "model", "aliases", "valid_from", "valid_to", "above_tokens", "input", "output", "cached", "tool_use",
    "audio", "audio_cached", "batch_factor", "batch_cached", "batch_audio_cached", "flex_factor",
    "priority_factor", "search_per_thousand", "source", "as_of",
)  # fmt: skip
"""Where a key that is new to a row is put: before the first that comes later here."""


@dataclass(slots=True)
class Block:
    """One table array entry, with the comments above it; kind is "" for what stands before the first."""

    kind: str
    lines: list[str] = field(default_factory=list)

    @property
    def row(self) -> dict[str, Any]:
        """The entry's parsed content."""
        parsed: dict[str, Any] = tomllib.loads("\n".join(self.lines))[self.kind][0]
        return parsed

    def set(self, key: str, value: Value, table: str = "") -> None:
        """Write a key of the row, or of its sub-table, where it stands or at the table's end."""
        start, end = self._section(table)
        written = f"{key} = {_toml(value, is_price=not key.endswith('_factor'))}"
        place = next((i for i in range(start, end) if re.match(rf"{key}\s*=", self.lines[i])), None)
        if place is None:
            self.lines.insert(self._place(key, start, end), written)
        else:
            comment = re.search(r"\s+#[^\"]*$", self.lines[place])
            self.lines[place] = written + (comment.group() if comment else "")

    def _section(self, table: str) -> tuple[int, int]:
        """Return the first line after a table's header and the line after its last key."""
        heads = [i for i, line in enumerate(self.lines) if _HEADER.match(line) or _SUBTABLE.match(line)]
        if table and not any(self._names(i, table) for i in heads):
            self.lines += ["", f"[rates.{table}]"]
            return len(self.lines), len(self.lines)
        head = next(i for i in heads if (self._names(i, table) if table else _HEADER.match(self.lines[i])))
        end = next((i for i in heads if i > head), len(self.lines))
        while end > head + 1 and not self.lines[end - 1].strip():
            end -= 1
        return head + 1, end

    def _place(self, key: str, start: int, end: int) -> int:
        later = _ORDER[_ORDER.index(key) + 1 :]
        names = {i: self.lines[i].partition("=")[0].strip() for i in range(start, end)}
        return next((i for i, name in names.items() if name in later), end)

    def _names(self, line: int, table: str) -> bool:
        found = _SUBTABLE.match(self.lines[line])
        return found is not None and found.group(1) == table


def split_blocks(text: str) -> list[Block]:
    """Cut a card into its entries; joined again, they are the text."""
    blocks = [Block("")]
    pending: list[str] = []
    for line in text.splitlines():
        head = _HEADER.match(line)
        if head:
            blocks.append(Block(head.group(1), [*pending, line]))
            pending = []
        elif line.startswith("#") or (pending and not line.strip()):
            # Comments above an entry belong to it; a blank line ends what they belong to.
            pending.append(line)
            if not line.strip():
                blocks[-1].lines += pending
                pending = []
        else:
            blocks[-1].lines += [*pending, line]
            pending = []
    blocks[-1].lines += pending
    return blocks


def join_blocks(blocks: list[Block]) -> str:
    """Return the card's text, one blank line between entries."""
    parts = ["\n".join(block.lines).strip("\n") for block in blocks]
    return "\n\n".join(part for part in parts if part) + "\n"


def new_block(values: Mapping[str, Value]) -> Block:
    """Return a [[rates]] entry with these keys."""
    block = Block("rates", ["[[rates]]"])
    for key, value in values.items():
        block.set(key, value)
    return block


def _toml(value: Value, *, is_price: bool = True) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    if isinstance(value, Decimal):
        # Cents are written out: "0.30" reads as a price, "0.3" as a share.
        exact = value.normalize()
        places = max(_PLACES if is_price and exact % 1 else 0, -int(exact.as_tuple().exponent))
        return f'"{exact:.{places}f}"'
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return value.isoformat() if isinstance(value, dt.date) else str(value)
