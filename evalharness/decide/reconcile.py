"""A run against the provider's bill: what agrees, what is explained and by what, what is not."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from evalharness.core.invoice import Booked, InvoiceLine, Kind, Place, Reconciled, Verdict

_NOTHING = Booked(usd=Decimal(0), tokens=0, calls=0)
_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunBill:
    """What a run's live calls cost."""

    booked: Mapping[Place, Booked]
    unconfirmed: Mapping[tuple[dt.date, str], Decimal]
    """By day and model: the most that tries without counts can be billed."""

    @property
    def models(self) -> frozenset[str]:
        """Models that the run called."""
        return frozenset(place.model for place in self.booked)


@dataclass(slots=True, kw_only=True)
class _Open:
    """One place while it is looked at."""

    place: Place
    booked: Booked
    lines: list[InvoiceLine]

    @property
    def usd(self) -> Decimal:
        """Billed."""
        return sum((line.usd for line in self.lines), Decimal(0))

    @property
    def units(self) -> Decimal | None:
        """Billed tokens, None if the export does not say."""
        if not self.lines or any(line.units is None for line in self.lines):
            return None
        return sum((line.units or Decimal(0) for line in self.lines), Decimal(0))

    @property
    def tolerance(self) -> Decimal:
        """What rounding of the billed rows can add up to: half a unit of the last place each."""
        return sum((Decimal(5).scaleb(-line.cents - 1) for line in self.lines), Decimal("0.0000005"))

    @property
    def difference(self) -> Decimal:
        """Billed minus booked."""
        return self.usd - self.booked.usd


def reconcile(run: RunBill, lines: Sequence[InvoiceLine]) -> tuple[Reconciled, ...]:
    """Compare by day, model and kind of token.

    A difference is explained, in this order, by rounding, by calls around midnight that were billed on the
    neighbouring day, by tries that came back without counts, by another price for the same tokens, and by
    other traffic on a model that the run did not call. What is left is unexplained.

    Args:
        run: What the run booked.
        lines: Rows of the bill; those without a place are other traffic or other things.
    """
    places: dict[Place, _Open] = {}
    for place in run.booked:
        places[place] = _Open(place=place, booked=run.booked[place], lines=[])
    for line in lines:
        if line.place is not None:
            fresh = _Open(place=line.place, booked=_NOTHING, lines=[])
            places.setdefault(line.place, fresh).lines.append(line)
    shifted = _shifted(places)
    ordered = sorted(places, key=lambda p: (p.day, p.model, p.kind, p.long))
    return tuple(_judged(places[place], run, shifted) for place in ordered)


def _judged(entry: _Open, run: RunBill, shifted: set[Place]) -> Reconciled:
    verdict, why = _verdict(entry, run, shifted)
    place = entry.place
    return Reconciled(
        day=place.day,
        model=place.model,
        kind=place.kind,
        long=place.long,
        skus=tuple(sorted({line.sku for line in entry.lines})),
        run_usd=entry.booked.usd,
        billed_usd=entry.usd,
        run_tokens=entry.booked.tokens,
        billed_tokens=entry.units,
        verdict=verdict,
        why=why,
    )


def _verdict(entry: _Open, run: RunBill, shifted: set[Place]) -> tuple[Verdict, str]:
    if abs(entry.difference) <= entry.tolerance:
        return Verdict.AGREES, "to the rounding of the bill"
    why = next(_explanations(entry, run, shifted), None)
    return (Verdict.UNEXPLAINED, _left(entry)) if why is None else (Verdict.EXPLAINED, why)


def _explanations(entry: _Open, run: RunBill, shifted: set[Place]) -> Iterator[str]:
    place, difference = entry.place, entry.difference
    if place in shifted:
        yield "calls around midnight: with the neighbouring day it adds up"
    bound = run.unconfirmed.get((place.day, place.model), Decimal(0))
    if 0 < difference <= bound + entry.tolerance:
        yield f"tries without counts may have cost up to {bound:.6f} USD that day"
    if entry.units is not None and entry.booked.tokens and entry.units == entry.booked.tokens:
        billed, listed = (1_000_000 * usd / entry.units for usd in (entry.usd, entry.booked.usd))
        yield f"the price: billed {billed:.4f} per million tokens, the card says {listed:.4f}"
    if place.model not in run.models:
        yield "other traffic: the run did not call this model"


def _left(entry: _Open) -> str:
    if entry.place.kind is Kind.OTHER:
        return "the run books no such thing (storage, searches)"
    if not entry.lines:
        return "not on the bill: exports come up to a day late, and free tiers bill nothing"
    if not entry.booked.calls:
        return "not of this run: other traffic of the account on this model, or another day"
    return "billed more than was booked" if entry.difference > 0 else "billed less than was booked"


def _shifted(places: Mapping[Place, _Open]) -> set[Place]:
    """Return places that differ, and add up together with the next day's."""
    groups: dict[tuple[str, Kind, bool], list[_Open]] = defaultdict(list)
    for entry in places.values():
        groups[entry.place.model, entry.place.kind, entry.place.long].append(entry)
    found: set[Place] = set()
    for group in groups.values():
        group.sort(key=lambda entry: entry.place.day)
        for first, second in pairwise(group):
            if second.place.day - first.place.day != _ONE_DAY or first.place in found:
                continue
            room = first.tolerance + second.tolerance
            apart = min(abs(first.difference), abs(second.difference)) > room
            if apart and abs(first.difference + second.difference) <= room:
                found |= {first.place, second.place}
    return found
