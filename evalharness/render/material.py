"""What a report is made from beside the decision: cells, names, terms, and what fixed the run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from evalharness.core.case import Case
from evalharness.core.finance import Currency, MonthlyBudget
from evalharness.core.labels import LabelledPair
from evalharness.core.plan import PlannedCell
from evalharness.core.reporting import PLAIN_REPORT, ReportSettings, Terms
from evalharness.core.score import Record, Score
from evalharness.core.study import CaseFacts, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Values that the app has read; everything may be missing, and a report says what it then lacks."""

    cases: Mapping[str, Case] = field(default_factory=dict)
    records: tuple[Record, ...] = ()
    scores: tuple[Score, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    """One per cell, quality on the experiment's scale."""
    plan: tuple[PlannedCell, ...] = ()
    case_facts: tuple[CaseFacts, ...] = ()
    """What is known of each case, also where the case itself is not at hand (imports)."""
    labels: tuple[LabelledPair, ...] = ()
    """People's grades, unblinded."""
    settings: ReportSettings = PLAIN_REPORT
    terms: Terms | None = None
    currency: Currency | None = None
    """Shown beside USD; None: amounts are shown in USD alone, and the report says so."""
    budget: MonthlyBudget | None = None
    """What production may spend in a month, None where finance states nothing."""
    finance_is_example: bool = False
    """Whether nobody has signed the finance file."""
    budget_usd: Decimal | None = None
    """What the study may spend."""
    hashes: tuple[tuple[str, str], ...] = ()
    """(what, SHA-256) of every input that can change a number."""
    limit: int | None = None
    """Cases of a pilot; None for the whole dataset."""


NOTHING = Material()
