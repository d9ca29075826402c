"""Many responses → one bill. Memory does not grow with what is priced, only with what is not."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import add, attrgetter
from typing import Any, TypeAlias

from evalharness.core.errors import InvalidUsage, PricingError
from evalharness.core.pricing.bill import EMPTY_BILL, TIERS, Bill, Prices, Tier, bill_of, is_long, prices_of
from evalharness.core.pricing.card import RateCard
from evalharness.core.pricing.rates import Rate
from evalharness.core.provenance import SIMULATED_SUFFIX
from evalharness.core.usage import Usage
from evalharness.core.wire.response import modality_tokens, parse_usage, served_id
from evalharness.core.wire.unwrap import Found

DayOf: TypeAlias = Callable[[str | None], dt.date]

_TRAFFIC: Mapping[str, Tier] = {
    "ON_DEMAND": "standard",
    "ON_DEMAND_FLEX": "flex",
    "ON_DEMAND_PRIORITY": "priority",
}
_EMPTY = Usage(input_tokens=0, output_tokens=0)
_OTHER_OUTPUT = ("AUDIO", "IMAGE", "VIDEO")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpriced:
    """A response that may be on the bill and has no price here."""

    where: str
    """File and line."""
    id: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BillLine:
    """What one model cost on one day at one service tier."""

    model: str
    tier: Tier
    on: dt.date
    """The day whose prices apply."""
    responses: int
    usage: Usage
    bill: Bill


@dataclass(slots=True)
class _Group:
    row: Rate
    prices: Prices
    responses: int = 0
    counts: list[int] = field(default_factory=lambda: [0] * 7)


class Tally:
    """Adds responses up. One price formula: sums of tokens under the same prices are priced exactly."""

    def __init__(self, card: RateCard, *, day_of: DayOf, tier: Tier | None) -> None:
        """Choose the prices.

        Args:
            card: Prices.
            day_of: Day whose prices apply to a response, from the time that it states (None if none);
                raises PricingError where there is no telling.
            tier: Service tier for everything; None for the tier that each response states, else standard.
        """
        self._card, self._day_of, self._tier = card, day_of, tier
        self._groups: dict[tuple[str, dt.date, Tier, bool], _Group] = {}
        self._rows: dict[tuple[str, dt.date], Rate] = {}
        self._ids: set[int] = set()
        self.responses = 0
        self.unpriced: list[Unpriced] = []
        self.not_billed: Counter[str] = Counter()
        self.aliases: Counter[tuple[str, str]] = Counter()
        """Responses that another name than the priced one stands for: (stated, priced)."""
        self.repeated = 0
        """Responses whose id stood in an earlier one: the same response twice, unless somebody reuses ids."""
        self.unstated_models = 0
        """Responses that do not say which model served them, priced as the model asked for."""
        self.unconfirmed = 0
        """Tries that may be billed without counts."""
        self.simulated = 0
        """Responses that bear the emulator's mark."""
        self.searches: Counter[str] = Counter()
        """Grounding searches by model; not in the bill, since allowances are the account's."""

    def add(self, found: Found, where: str) -> None:
        """Price one response, or keep why it has no price."""
        self.unconfirmed += found.unconfirmed
        if found.not_billed is not None:
            self.not_billed[found.not_billed] += 1
            return
        self.responses += 1
        reason = found.problem or self._price(found)
        if reason is not None:
            self.unpriced.append(Unpriced(where=where, id=found.id, reason=reason))

    def lines(self) -> tuple[BillLine, ...]:
        """Return what everything cost, by model, day and tier; both context sizes in one line."""
        merged: dict[tuple[str, dt.date, Tier], BillLine] = {}
        for (model, on, tier, _), group in sorted(self._groups.items()):
            usage = Usage(**dict(zip(_FIELDS, group.counts, strict=True)))
            line = BillLine(
                model=model, tier=tier, on=on, responses=group.responses, usage=usage,
                bill=bill_of(usage, group.prices),
            )  # fmt: skip
            before = merged.get((model, on, tier))
            merged[model, on, tier] = line if before is None else _joined(before, line)
        return tuple(merged.values())

    def _price(self, found: Found) -> str | None:
        """Add a response to its group; returns why it has no price, None if it has one."""
        try:
            metadata = _last(found.chunks, "usageMetadata") or {}
            if not isinstance(metadata, Mapping):
                return "its usageMetadata is no object"
            usage = parse_usage(metadata)
            if usage is None:
                return "it has no token counts"
            others = modality_tokens(metadata, "candidatesTokensDetails", *_OTHER_OUTPUT)
            if others:
                return f"{others} output tokens are no text, and the card prices text only"
            stated = str(_last(found.chunks, "modelVersion") or "")
            self.simulated += stated.endswith(SIMULATED_SUFFIX)
            model = self._model(stated, found.asked_model)
            on = self._day_of(found.at)
            row = self._row(model, on)
            group = self._group(row, on, self._tier or stated_tier(metadata), usage)
            searches = _searches(found.chunks)
        except (InvalidUsage, PricingError) as error:
            return str(error)
        except (AttributeError, TypeError) as error:
            return f"it has an unexpected shape: {error}"
        self._count(group, usage, found, model)
        if searches:
            self.searches[group.row.model] += searches
        return None

    def _model(self, stated: str, asked: str | None) -> str:
        if stated:
            return served_id(stated)
        if asked is None:
            raise PricingError("it names no model")
        self.unstated_models += 1
        return asked

    def _row(self, model: str, on: dt.date) -> Rate:
        row = self._rows.get((model, on))
        if row is None:
            row = self._rows[model, on] = self._card.rate(model, on)
        return row

    def _group(self, row: Rate, on: dt.date, tier: Tier, usage: Usage) -> _Group:
        long = is_long(row, usage)
        key = (row.model, on, tier, long)
        group = self._groups.get(key)
        if group is None:
            group = _Group(row=row, prices=prices_of(row, long=long, tier=tier))
            bill_of(usage, group.prices)  # what has no price shows here, before anything is counted
            self._groups[key] = group
        elif usage.cached_tokens:
            bill_of(usage, group.prices)
        return group

    def _count(self, group: _Group, usage: Usage, found: Found, model: str) -> None:
        group.responses += 1
        group.counts = list(map(add, group.counts, _COUNTS(usage)))
        if model != group.row.model:
            self.aliases[model, group.row.model] += 1
        response_id = _last(found.chunks, "responseId")
        if response_id:
            mark = hash(str(response_id))
            self.repeated += mark in self._ids
            self._ids.add(mark)


_FIELDS = (
    "input_tokens", "cached_tokens", "output_tokens", "thinking_tokens", "tool_use_tokens", "audio_tokens",
    "cached_audio_tokens",
)  # fmt: skip

_COUNTS = attrgetter(*_FIELDS)


def _searches(chunks: Sequence[Mapping[str, Any]]) -> int:
    found = 0
    for chunk in chunks:
        for candidate in chunk.get("candidates") or ():
            grounding = candidate.get("groundingMetadata")
            if grounding:
                found += len(grounding.get("webSearchQueries") or ())
    return found


def stated_tier(metadata: Mapping[str, Any]) -> Tier:
    """Return the service tier that a response says it was served at; standard if it says nothing.

    Raises:
        PricingError: If it says something else, such as provisioned throughput, which is not paid by token.
    """
    stated = metadata.get("serviceTier")
    if stated == "standard":
        return "standard"
    tier = str(stated or "").lower().removeprefix("service_tier_")
    known = next((name for name in TIERS if name == tier), None)
    if known is not None:
        return known
    traffic = str(metadata.get("trafficType") or "")
    if not tier and not traffic:
        return "standard"
    if not tier and traffic in _TRAFFIC:
        return _TRAFFIC[traffic]
    raise PricingError(f"service tier {tier or traffic!r} has no price by token")


def total_of(lines: Sequence[BillLine]) -> tuple[Usage, Bill]:
    """Add up the lines."""
    return sum((line.usage for line in lines), _EMPTY), sum((line.bill for line in lines), EMPTY_BILL)


def _last(chunks: Sequence[Mapping[str, Any]], key: str) -> Any:
    if len(chunks) == 1:  # nearly always: a log of a million answers is read here
        return chunks[0].get(key)
    return next((chunk[key] for chunk in reversed(chunks) if chunk.get(key)), None)


def _joined(first: BillLine, second: BillLine) -> BillLine:
    return BillLine(
        model=first.model, tier=first.tier, on=first.on, responses=first.responses + second.responses,
        usage=first.usage + second.usage, bill=first.bill + second.bill,
    )  # fmt: skip
