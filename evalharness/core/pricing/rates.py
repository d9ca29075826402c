"""Rate cards: dated, sourced prices per million tokens."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from functools import cached_property

from evalharness.core.errors import PricingError


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What one model costs over a span of days, in USD per million tokens."""

    model: str
    valid_from: dt.date
    valid_to: dt.date | None
    """Last day on which the row holds, inclusive; None while no end is announced."""
    input_usd_per_mtok: Decimal
    output_usd_per_mtok: Decimal
    cached_usd_per_mtok: Decimal | None
    """Price of input tokens read from a cache; None where no price is known (then cached tokens raise)."""
    long_context_above_tokens: int | None = None
    """Prompts longer than this are priced by the long_ columns, whole."""
    long_input_usd_per_mtok: Decimal | None = None
    long_output_usd_per_mtok: Decimal | None = None
    long_cached_usd_per_mtok: Decimal | None = None
    batch_factor: Decimal | None = None
    """Share of the standard price that batch and flex calls pay; None if not offered."""
    source: str
    as_of: dt.date
    """Day on which somebody last read the price at its source."""

    def covers(self, day: dt.date) -> bool:
        """Tell whether the row holds on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shutdown:
    """The day from which a model is no longer served."""

    model: str
    on: dt.date
    source: str


@dataclass(frozen=True, kw_only=True)
class RateCard:
    """All known prices, with the aliases under which models are also called."""

    name: str
    rates: tuple[Rate, ...]
    aliases: tuple[tuple[str, str], ...] = ()
    """Pairs (alias, model id)."""
    previews: tuple[str, ...] = ()
    """Model ids that the provider calls preview."""
    shutdowns: tuple[Shutdown, ...] = ()

    @cached_property
    def _by_model(self) -> dict[str, tuple[Rate, ...]]:
        table: dict[str, list[Rate]] = {}
        for rate in self.rates:
            table.setdefault(rate.model, []).append(rate)
        return {model: tuple(sorted(rows, key=lambda r: r.valid_from)) for model, rows in table.items()}

    @cached_property
    def _aliases(self) -> dict[str, str]:
        return dict(self.aliases)

    def resolve(self, model: str) -> str:
        """Return the priced id of a model: alias resolved, `models/` and `-simulated` marks stripped.

        Raises:
            PricingError: If the card does not know the model.
        """
        bare = model.removeprefix("models/").removesuffix("-simulated")
        known = self._aliases.get(bare, bare)
        if known not in self._by_model:
            near = get_close_matches(known, [*self._by_model, *self._aliases], n=1)
            hint = f"; nearest: {near[0]}" if near else ""
            raise PricingError(f"model {model!r} has no price in rate card {self.name!r}{hint}")
        return known

    def rate(self, model: str, on: dt.date) -> Rate:
        """Return the row that holds for a model on a day.

        Raises:
            PricingError: If the model is unknown, or no row covers the day.
        """
        known = self.resolve(model)
        for row in self._by_model[known]:
            if row.covers(on):
                return row
        spans = ", ".join(f"{r.valid_from} to {r.valid_to or 'open'}" for r in self._by_model[known])
        raise PricingError(f"no price of {known} is valid on {on} (rate card {self.name!r} has {spans})")

    def price_changes(self, models: tuple[str, ...], after: dt.date, until: dt.date) -> tuple[dt.date, ...]:
        """Return the announced days in (after, until] on which a price of these models changes, sorted."""
        days = {
            row.valid_from
            for model in models
            for row in self._by_model[self.resolve(model)]
            if after < row.valid_from <= until
        }
        return tuple(sorted(days))
