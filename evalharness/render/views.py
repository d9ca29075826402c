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
class DecisionView:
    """Section 1."""

    upgrade: str
    sena: str
    notes: tuple[str, ...]
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


@dataclass(frozen=True, slots=True, kw_only=True)
class AssumptionsPart:
    """Section 6."""

    intro: str
    table: Table
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SlicesView:
    """Section 7."""

    intro: str
    table: Table | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    """The whole report, section by section."""

    title: TitleView
    decision: DecisionView
    conditions: ConditionsView
    money: MoneyView
    quality: QualityView
    sena: SenaView
    assumptions: AssumptionsPart
    slices: SlicesView
    evidence: tuple[str, ...]
    next: tuple[str, ...]
    signoff: Table
    reproduce: str
