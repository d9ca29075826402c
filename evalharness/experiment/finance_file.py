"""prompts/finance.toml → Finance."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

from pydantic import Field

from evalharness.core.finance import Credit, Currency, Finance, MonthlyBudget, Vat
from evalharness.experiment.edge import Strict, read_toml
from evalharness.experiment.rates_file import Price, Source


class CurrencyTable(Strict):
    """[currency]: at a dated rate."""

    code: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    per_usd: Price
    as_of: dt.date
    source: Source


class VatTable(Strict):
    """[vat]: on the net bill."""

    rate: Price
    recoverable: bool
    source: Source


class CreditTable(Strict):
    """One [[credits]] row."""

    usd: Price
    expires: dt.date
    source: Source


class BudgetTable(Strict):
    """[budget]: of a calendar month, at list price."""

    usd: Price
    source: Source
    local_from: Annotated[float, Field(gt=0, le=1)] | None = None
    local_usd_per_request: Price | None = None


class FinanceFile(Strict):
    """What finance adds to list prices."""

    name: str
    example: bool = False
    currency: CurrencyTable | None = None
    vat: VatTable | None = None
    credits: list[CreditTable] = []
    budget: BudgetTable | None = None
    thinking: list[Annotated[float, Field(ge=0)]] = [0.0, 2.0]


def load_finance(path: Path) -> Finance:
    """Read and check a finance file.

    Raises:
        BadInput: Naming file and line.
    """
    file = read_toml(path, FinanceFile)
    budget = None
    if file.budget is not None:
        stated = file.budget.model_dump(exclude_none=True)
        budget = MonthlyBudget(**stated)
    return Finance(
        name=file.name,
        example=file.example,
        currency=None if file.currency is None else Currency(**file.currency.model_dump()),
        vat=None if file.vat is None else Vat(**file.vat.model_dump()),
        credits=tuple(Credit(**row.model_dump()) for row in file.credits),
        budget=budget,
        thinking=tuple(file.thinking),
    )
