"""A run's live calls held against an exported bill."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from evalharness.app.opening import open_project
from evalharness.core.call import Call
from evalharness.core.errors import InvalidUsage, PricingError, ProviderError
from evalharness.core.imported import IMPORTED
from evalharness.core.invoice import Booked, Invoice, InvoiceLine, Kind, Place, Reconciled, Verdict
from evalharness.core.pacific import billing_day, pacific_day
from evalharness.core.pricing import RateCard, bill_of, is_long, price_usage, prices_of
from evalharness.core.pricing.tally import stated_tier
from evalharness.core.provenance import Delivery, Origin
from evalharness.core.usage import Usage
from evalharness.core.wire.response import parse_response, served_id
from evalharness.decide.reconcile import RunBill, reconcile
from evalharness.experiment.invoice_file import load_invoice
from evalharness.store import RunDirectory


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A run and a bill side by side."""

    rows: tuple[Reconciled, ...]
    invoice: Invoice
    unread: tuple[tuple[int, str, Decimal], ...]
    """Rows whose SKU names no known model: (line, SKU, USD)."""
    notes: tuple[str, ...]


def compare_invoice(directory: RunDirectory, path: Path) -> Comparison:
    """Reconcile a run's calls, each priced on its own billing day, with an exported bill.

    Raises:
        BadInput: If the bill cannot be read, or a call's model or day has no price.
    """
    project = open_project(directory)
    card = project.contract or project.card
    finance = project.finance
    invoice = load_invoice(path, card, None if finance is None else finance.currency, pacific_day)
    calls = tuple(directory.read_calls().values())
    bill = run_bill(calls, card)
    notes = []
    if project.contract is not None:
        notes.append(f"booked at negotiated prices ({card.name})")
    live = [call for call in calls if call.reply is not None and call.reply.delivery is Delivery.LIVE]
    if directory.read_manifest().mode == IMPORTED:
        notes.append("an imported run made no call that could be on a bill: its costs are the table's")
    elif not live:
        notes.append("every answer of this run was read from a recording: it bought nothing")
    elif any(call.origin is Origin.SIMULATED for call in live):
        notes.append("SIMULATED: answers of the emulator, which nobody bills")
    lines = invoice.lines
    return Comparison(
        rows=tuple(_with_tokens(row, lines) for row in reconcile(bill, lines)),
        invoice=invoice,
        unread=tuple((line.row, line.sku, line.usd) for line in lines if line.place is None),
        notes=tuple(notes),
    )


def _with_tokens(row: Reconciled, lines: Sequence[InvoiceLine]) -> Reconciled:
    """Return a row whose money agrees with what is to be said of its tokens, if the bill counts others."""
    billed = row.billed_tokens
    if row.verdict is not Verdict.AGREES or billed is None or billed == row.run_tokens:
        return row
    both = f"{billed:,f} tokens billed, {row.run_tokens:,} in the run"
    place = Place(day=row.day, model=row.model, kind=row.kind, long=row.long)
    rounding = sum((line.rounding_usd for line in lines if line.place == place), Decimal(0))
    if row.run_tokens and abs(billed - row.run_tokens) * row.run_usd / row.run_tokens <= rounding:
        return replace(row, why=f"{row.why}, which may hide the difference: {both}")
    return replace(row, verdict=Verdict.UNEXPLAINED, why=f"the same USD for other tokens: {both}")


def run_bill(calls: tuple[Call, ...], card: RateCard) -> RunBill:
    """Return what live calls cost by billing day, model and kind of token; replayed ones cost nothing.

    Raises:
        PricingError: If a call has no price.
    """
    usd: dict[Place, Decimal] = defaultdict(Decimal)
    tokens: dict[Place, int] = defaultdict(int)
    counts: dict[Place, int] = defaultdict(int)
    doubt: dict[tuple[dt.date, str], Decimal] = defaultdict(Decimal)
    for call in calls:
        for place, cost, number in _booked(call, card):
            usd[place] += cost
            tokens[place] += number
            counts[place] += 1
        for day, cost in _doubtful(call, card):
            doubt[day, card.resolve(call.model)] += cost
    booked = {place: Booked(usd=usd[place], tokens=tokens[place], calls=counts[place]) for place in usd}
    return RunBill(booked=booked, unconfirmed=dict(doubt))


def _booked(call: Call, card: RateCard) -> list[tuple[Place, Decimal, int]]:
    found = _counts(call)
    if found is None or call.reply is None:
        return []
    model, usage = found
    day = billing_day(call.reply.recorded_at)
    row = card.rate(model, day)
    long = is_long(row, usage)
    body = call.reply.body
    bill = bill_of(usage, prices_of(row, long=long, tier=stated_tier(body.get("usageMetadata") or {})))
    fresh = usage.input_tokens - usage.cached_tokens + usage.tool_use_tokens
    parts = (
        (Kind.INPUT, bill.input_usd + bill.tool_use_usd, fresh),
        (Kind.CACHED, bill.cached_usd, usage.cached_tokens),
        (Kind.OUTPUT, bill.output_usd + bill.thinking_usd, usage.output_tokens),
    )
    return [
        (Place(day=day, model=row.model, kind=kind, long=long), cost, number)
        for kind, cost, number in parts
        if number
    ]


def _counts(call: Call) -> tuple[str, Usage] | None:
    """Return the model that served a live answer and its tokens, None where there is nothing to book."""
    if call.reply is None or call.reply.delivery is not Delivery.LIVE:
        return None
    try:
        completion = parse_response(call.reply.body)
    except (InvalidUsage, ProviderError):
        return None
    if completion.usage is None:
        return None
    return served_id(completion.served_model) or call.model, completion.usage


def _doubtful(call: Call, card: RateCard) -> list[tuple[dt.date, Decimal]]:
    """Return, for each try or answer that may be billed without counts, its day and the most it can cost."""
    if call.reserve is None:
        return []
    moments = [attempt.at for attempt in call.attempts if attempt.unconfirmed]
    live = call.reply is not None and call.reply.delivery is Delivery.LIVE
    if call.reply is not None and live and _counts(call) is None:
        moments.append(call.reply.recorded_at)
    found = []
    for moment in moments:
        day = billing_day(moment)
        try:
            bill = price_usage(call.reserve, model=call.model, card=card, on=day)
        except PricingError:
            continue
        found.append((day, bill.total_usd))
    return found
