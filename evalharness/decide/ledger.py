"""Exact money: what each arm's calls cost, and what the study spent."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import partial

import numpy as np

from evalharness.core.decision import ArmPrice, Ledger, LedgerDate, LedgerRow
from evalharness.core.pricing import RateCard
from evalharness.core.study import BOUNDED, RETRY, Spend
from evalharness.decide.bench import Bench
from evalharness.decide.cells import BoolArray
from evalharness.decide.compression_bill import compression_bills
from evalharness.decide.costs import is_long, token_prices
from evalharness.decide.pricepath import add_months


def ledger_of(bench: Bench, decided_usd: float | None, *, months: int) -> Ledger:
    """Sum tokens and price the sums, exactly.

    Within a context tier a price is linear in tokens, so pricing a sum is summing prices.

    Args:
        bench: The study.
        decided_usd: Incremental cost over the horizon, None while unknown.
        months: The horizon, in which announced price changes are shown.

    Raises:
        PricingError: If a model or token kind has no price.
    """
    on = bench.study.on
    study = study_rows(bench, on)
    return Ledger(
        on=on,
        production=production_rows(bench, on),
        imported_usd=tuple(
            (arm.name, usd)
            for arm, usd in zip(bench.cells.arms, bench.cells.imported_exact, strict=True)
            if usd
        ),
        study=study,
        study_usd=study_total(study),
        decided_usd=decided_usd,
        dates=_dates(bench, months),
        compression=compression_bills(bench, on),
    )


def study_rows(bench: Bench, on: dt.date) -> tuple[LedgerRow, ...]:
    """Return what the study spent, at the prices of a day."""
    return tuple(_study_row(bench.card, on, spend) for spend in bench.study.spends)


def study_total(rows: tuple[LedgerRow, ...]) -> Decimal:
    """Add up what the study spent."""
    return sum((row.usd for row in rows), Decimal(0))


def answers_total(rows: tuple[LedgerRow, ...]) -> Decimal:
    """Add up what its answers cost: what further prompts would cost on a day without failures.

    Tries that may be on the bill are booked at the most they can cost, and depend on the provider's day.
    """
    return study_total(tuple(row for row in rows if row.purpose not in (RETRY, BOUNDED)))


def production_rows(bench: Bench, on: dt.date) -> tuple[LedgerRow, ...]:
    """Return what each arm and purpose would pay in production, at the prices of a day."""
    cells, charges = bench.cells, bench.cells.charges
    _, cases, repeats = cells.shape
    arm_of = charges.cell // (cases * repeats)
    long = is_long(charges, bench.card, on)
    rows = []
    for arm in range(len(cells.arms)):
        for purpose, purpose_name in enumerate(charges.purposes):
            for model, model_name in enumerate(charges.models):
                chosen = (arm_of == arm) & (charges.purpose == purpose) & (charges.model == model)
                if chosen.any():
                    labels = (cells.arms[arm].name, purpose_name, model_name)
                    rows.append(_production_row(bench, on, labels, chosen, long))
    return tuple(rows)


def _dates(bench: Bench, months: int) -> tuple[LedgerDate, ...]:
    on, card, recorded = bench.study.on, bench.card, bench.study.recorded_on
    models = bench.costs.models(tuple(range(len(bench.cells.arms))))
    days: list[tuple[dt.date, str]] = []
    if recorded is not None and recorded != on:
        days.append((recorded, "run"))
    days.append((on, "today" if days else "run"))
    days += [(day, "price_change") for day in card.price_changes(models, on, add_months(on, months))]
    return tuple(_date(bench, day, why, models) for day, why in sorted(days))


def _date(bench: Bench, day: dt.date, why: str, models: tuple[str, ...]) -> LedgerDate:
    rows = production_rows(bench, day)
    in_force = {model: bench.card.in_force(model, day) for model in models}
    other = {model: row for model, row in in_force.items() if row.model != bench.card.resolve(model)}
    return LedgerDate(
        on=day,
        why=why,
        arms=arm_prices(bench, rows),
        study_usd=study_total(study_rows(bench, day)),
        held=tuple(model for model, row in in_force.items() if model not in other and not row.covers(day)),
        rerouted=tuple((model, row.model) for model, row in other.items()),
    )


def arm_prices(bench: Bench, rows: tuple[LedgerRow, ...]) -> tuple[ArmPrice, ...]:
    """Add up each arm's rows over the cells that any of its calls served."""
    cells, charges = bench.cells, bench.cells.charges
    _, cases, repeats = cells.shape
    paid = np.unique(charges.cell) // (cases * repeats)
    result = []
    for position, arm in enumerate(cells.arms):
        own = [row for row in rows if row.arm == arm.name]
        requests = int((paid == position).sum())
        if not own or not requests:
            continue
        usd = sum((row.usd for row in own), Decimal(0))
        neutral = sum((row.usd_cache_neutral for row in own), Decimal(0))
        result.append(
            ArmPrice(
                arm=arm.name,
                requests=requests,
                usd=usd,
                usd_per_request=round(usd / requests, 12),
                usd_per_request_cache_neutral=round(neutral / requests, 12),
            )
        )
    return tuple(result)


def _production_row(
    bench: Bench, on: dt.date, labels: tuple[str, str, str], chosen: BoolArray, long: BoolArray
) -> LedgerRow:
    charges = bench.cells.charges
    usd, neutral = Decimal(0), Decimal(0)
    for served in np.unique(charges.served[chosen]):
        for tier in (False, True):
            rows = chosen & (long == tier) & (charges.served == served)
            tokens = _exact(charges.tokens[rows].sum(axis=0))
            if any(tokens):
                price = partial(_price, bench.card, labels[2], on, tokens, long=tier)
                usd += price(cache_neutral=False) / int(served)
                neutral += price(cache_neutral=True) / int(served)
    requests = len(np.unique(charges.cell[chosen]))
    tokens = _exact(charges.tokens[chosen].sum(axis=0))
    return _row(labels, int(chosen.sum()), tokens, usd=usd, neutral=neutral, requests=requests)


def _study_row(card: RateCard, on: dt.date, spend: Spend) -> LedgerRow:
    usage = spend.usage
    tokens = (
        usage.input_tokens - usage.cached_tokens,
        usage.cached_tokens,
        usage.output_tokens - usage.thinking_tokens,
        usage.thinking_tokens,
        usage.tool_use_tokens,
    )
    # Tries that were refused have no tokens, and their model need not have a price.
    row = card.in_force(spend.model, on) if any(tokens) else None
    threshold = None if row is None else row.long_context_above_tokens
    long = threshold is not None and spend.largest_input_tokens > threshold
    return _row(
        (spend.arm, spend.purpose, spend.model),
        spend.calls,
        tokens,
        usd=_price(card, spend.model, on, tokens, long=long, cache_neutral=False),
        neutral=_price(card, spend.model, on, tokens, long=long, cache_neutral=True),
        requests=spend.calls,
        upper_bound=long or spend.purpose == BOUNDED,
    )


def _price(
    card: RateCard, model: str, on: dt.date, tokens: tuple[int, ...], *, long: bool, cache_neutral: bool
) -> Decimal:
    if not any(tokens):
        return Decimal(0)
    row = card.in_force(model, on)
    prices = token_prices(row, long=long, cached=bool(tokens[1]), cache_neutral=cache_neutral)
    return sum((price * count for price, count in zip(prices.usd, tokens, strict=True)), Decimal(0))


def _exact(counts: np.ndarray[tuple[int], np.dtype[np.int64]]) -> tuple[int, ...]:
    return tuple(int(count) for count in counts)


def _row(
    labels: tuple[str, str, str],
    calls: int,
    tokens: tuple[int, ...],
    *,
    usd: Decimal,
    neutral: Decimal,
    requests: int,
    upper_bound: bool = False,
) -> LedgerRow:
    uncached, cached, visible, thinking, tool_use = tokens
    per_request = usd / requests if requests else Decimal(0)
    return LedgerRow(
        arm=labels[0], purpose=labels[1], model=labels[2], calls=calls,
        input_tokens=uncached + cached, cached_tokens=cached, output_tokens=visible + thinking,
        thinking_tokens=thinking, tool_use_tokens=tool_use, usd=usd, usd_cache_neutral=neutral,
        requests=requests, usd_per_request=round(per_request, 12), upper_bound=upper_bound,
        usd_per_thousand=round(1000 * per_request, 9),
        thinking_share=thinking / (visible + thinking) if visible + thinking else None,
        cache_share=cached / (uncached + cached) if uncached + cached else None,
    )  # fmt: skip
