"""What the templates are given: text, lists of text and tables; no number and no code is left in them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of text.

    Raises:
        ValueError: If a row has another number of cells than the header.
    """

    headers: tuple[str, ...]
    align: str
    """One letter a column: l or r."""
    rows: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        """Refuse a ragged table."""
        if any(len(row) != len(self.headers) for row in self.rows) or len(self.align) != len(self.headers):
            raise ValueError(f"ragged table: {self.headers}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleView:
    """Heading and the facts under it."""

    heading: str
    facts: str
    legend: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A sentence or more under a lead in bold."""

    lead: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionView:
    """Section 1."""

    upgrade: str
    sena: str
    notes: tuple[Note, ...]
    """Why, and what it must be read with."""
    flips: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionsView:
    """Section 2."""

    table: Table
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyView:
    """Section 3."""

    table: Table
    dates: Table | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityView:
    """Section 4."""

    intro: str
    grid: Table
    slices: Table | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SenaView:
    """Section 5."""

    table: Table | None
    note: str
    """Stands in the table's place if there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssumptionsView:
    """Section 6."""

    table: Table
    note: str
    """Channel, what the columns mean, and the assumptions that did not fit the table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlicesView:
    """Section 7."""

    intro: str
    lines: tuple[str, ...]
    """One for each dimension."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    """The whole report, section by section."""

    title: TitleView
    decision: DecisionView
    conditions: ConditionsView
    money: MoneyView
    quality: QualityView
    sena: SenaView
    assumptions: AssumptionsView
    slices: SlicesView
    evidence: tuple[str, ...]
    next: tuple[str, ...]
    signoff: Table
