"""What a report is made of, whatever it is written in: text, lists and tables; no number is left in.

Markdown and HTML are two ways of writing the same document. A string in it is plain text and is escaped by
the writer; the few kinds of emphasis are types of their own, so that no markup ever stands inside a string.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, TypeAlias


class Strong(str):
    """Text that must be seen first. It stands between spaces, or Markdown would not see its end."""

    __slots__ = ()


class Code(str):
    """Text that is typed: a command, an id, a hash."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Link:
    """Text that leads to a file beside the report."""

    text: str
    target: str
    """A relative path of our own making; nothing foreign ever becomes a target."""


Span: TypeAlias = str | Link
Inline: TypeAlias = str | tuple[Span, ...]
"""Text in a line: a string, or spans one after the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table.

    Raises:
        ValueError: If a row has another number of cells than the header.
    """

    kind: ClassVar[str] = "table"
    headers: tuple[Inline, ...]
    align: str
    """One letter a column: l or r."""
    rows: tuple[tuple[Inline, ...], ...]

    def __post_init__(self) -> None:
        """Refuse a ragged table."""
        if any(len(row) != len(self.headers) for row in self.rows) or len(self.align) != len(self.headers):
            raise ValueError(f"ragged table: {self.headers}")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines that stay lines."""

    kind: ClassVar[str] = "paragraph"
    lines: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list."""

    kind: ClassVar[str] = "bullets"
    items: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """Paragraphs that nobody may miss: the verdicts."""

    kind: ClassVar[str] = "quote"
    paragraphs: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """An image file beside the report."""

    kind: ClassVar[str] = "picture"
    target: str
    alternative: str
    """What a reader who does not see it must know."""


Block: TypeAlias = Table | Paragraph | Bullets | Quote | Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading and what stands under it."""

    title: str
    blocks: tuple[Block, ...]
    level: int = 2
    name: str = ""
    """What a page may link it by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A whole report."""

    title: str
    lead: tuple[Block, ...]
    """Under the title, before the first section."""
    sections: tuple[Section, ...]
    reference: str
    """What `verify` reads to make the document again; no reader sees it."""


def plain(text: Inline) -> str:
    """Return the words alone, as a terminal shows them."""
    if isinstance(text, str):
        return str(text)
    return "".join(span.text if isinstance(span, Link) else span for span in text)
