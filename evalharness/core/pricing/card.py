"""Rate cards: which price holds for a model on a day."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

from evalharness.core.errors import PricingError
from evalharness.core.pricing.rates import CacheStorage, Rate, Shutdown

_VERSION = re.compile(r"-\d{3}$")
_ALIKE = 0.8
"""How alike a name must be to be suggested: nearly all begin with "gemini-"."""
_ONE_DAY = dt.timedelta(days=1)


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
    storage: tuple[CacheStorage, ...] = ()
    file: str | None = None
    """File of the card, as the user named it; None if it comes from no file."""

    @cached_property
    def _by_model(self) -> dict[str, tuple[Rate, ...]]:
        table: dict[str, list[Rate]] = {}
        for rate in self.rates:
            table.setdefault(rate.model, []).append(rate)
        return {model: tuple(sorted(rows, key=lambda r: r.valid_from)) for model, rows in table.items()}

    @cached_property
    def _aliases(self) -> dict[str, str]:
        return dict(self.aliases)

    @cached_property
    def _ends(self) -> dict[str, Shutdown]:
        return {shutdown.model: shutdown for shutdown in self.shutdowns}

    @property
    def models(self) -> tuple[str, ...]:
        """Priced model ids, sorted."""
        return tuple(sorted(self._by_model))

    def rows(self, model: str) -> tuple[Rate, ...]:
        """Return a model's rows by date.

        Raises:
            PricingError: If the card does not know the model.
        """
        return self._by_model[self.resolve(model)]

    def resolve(self, model: str) -> str:
        """Return the priced id of a model.

        Aliases are resolved, the `models/` prefix and the `-simulated` mark stripped, and a fixed version
        such as -001 is priced as the model it is a version of.

        Raises:
            PricingError: If the card does not know the model.
        """
        bare = model.removeprefix("models/").removesuffix("-simulated")
        for name in (bare, _VERSION.sub("", bare)):
            known = self._aliases.get(name, name)
            if known in self._by_model:
                return known
        near = self._nearest(bare)
        hint = f"; nearest: {near}" if near else ""
        raise PricingError(f"model {model!r} has no price in rate card {self.name!r}{hint}", file=self.file)

    def _nearest(self, model: str) -> str | None:
        """Return the known name that begins like this one, else one that hardly differs."""
        names = sorted([*self._by_model, *self._aliases], key=len)
        near = [name for name in names if name.startswith(model)]
        near += get_close_matches(model, names, n=1, cutoff=_ALIKE)
        return near[0] if near else None

    def rate(self, model: str, on: dt.date) -> Rate:
        """Return the row that holds for a model on a day.

        Raises:
            PricingError: If the model is unknown, or no row covers the day.
        """
        known = self.resolve(model)
        rows = self._by_model[known]
        for row in rows:
            if row.covers(on):
                return row
        spans = ", ".join(f"{r.valid_from} to {r.valid_to or 'open'}" for r in rows)
        end = self._ends.get(known)
        why = f"; it was shut down on {end.on}" if end is not None and end.on <= on else ""
        nearest = next((row for row in reversed(rows) if row.valid_from <= on), rows[0])
        raise PricingError(
            f"no price of {known} is valid on {on} (rate card {self.name!r} has {spans}){why}",
            file=nearest.file,
            line=nearest.line,
        )

    def in_force(self, model: str, on: dt.date) -> Rate:
        """Return the row by which requests for a model are billed on a day, announced shutdowns followed.

        After a shutdown that is the row of the model which answers instead; where nobody said which, the
        last price is held.

        Raises:
            PricingError: If no row covers the day and no shutdown explains it.
        """
        known = self.resolve(model)
        end = self._ends.get(known)
        if end is None or on < end.on:
            return self.rate(known, on)
        if end.routed_to is not None:
            return self.in_force(end.routed_to, on)
        past = [row for row in self._by_model[known] if row.valid_from <= on]
        return past[-1] if past else self.rate(known, on)

    def price_changes(self, models: tuple[str, ...], after: dt.date, until: dt.date) -> tuple[dt.date, ...]:
        """Return the announced days in (after, until] on which a price of these models changes, sorted."""
        days = {day for model in models for day in self._turns(model) if after < day <= until}
        return tuple(sorted(day for day in days if any(self._changes(model, day) for model in models)))

    def _turns(self, model: str) -> set[dt.date]:
        known = self.resolve(model)
        days = {row.valid_from for row in self._by_model[known]}
        end = self._ends.get(known)
        if end is None:
            return days
        days.add(end.on)
        return days if end.routed_to is None else days | self._turns(end.routed_to)

    def _changes(self, model: str, day: dt.date) -> bool:
        try:
            before, now = self.in_force(model, day - _ONE_DAY), self.in_force(model, day)
        except PricingError:
            return any(row.valid_from == day for row in self._by_model[self.resolve(model)])
        return before is not now

    def storage_of(self, model: str) -> CacheStorage | None:
        """Return what explicit caching of a model costs, None if the card does not say."""
        known = self.resolve(model)
        return next((entry for entry in self.storage if entry.model == known), None)
