"""Appendix H and I: what was spent, what production would pay, and the prices both stand on."""

from __future__ import annotations

from evalharness.core.decision import LedgerRow, RateRow
from evalharness.core.visible import clean
from evalharness.render.blocks import Block, Paragraph, Table
from evalharness.render.frame import Frame

_NAME_LENGTH, _SOURCE_LENGTH = 40, 160
_COLUMNS = ("arm", "purpose", "calls", "input", "cached", "output", "thinking", "usd", "per_request")
_PRICES = ("model", "input", "output", "cached", "from", "to", "read", "source")


def ledger_blocks(frame: Frame) -> tuple[Block, ...]:
    """Lay out production by arm, then what the study itself spent."""
    say, ledger = frame.say, frame.decision.ledger
    blocks: list[Block] = []
    for name, rows in (("production", ledger.production), ("study", ledger.study)):
        total = say(f"ledger.{name}", total=frame.numerals.money(sum(row.usd for row in rows)), on=ledger.on)
        blocks.append(Paragraph((total,)))
        blocks += [_table(frame, rows)] if rows else []
    return tuple(blocks)


def _table(frame: Frame, rows: tuple[LedgerRow, ...]) -> Table:
    headers = tuple(frame.say(f"ledger.{column}") for column in _COLUMNS)
    return Table(headers=headers, align="ll" + "r" * 7, rows=tuple(_row(frame, row) for row in rows))


def _row(frame: Frame, row: LedgerRow) -> tuple[str, ...]:
    say = frame.say
    counts = (row.calls, row.input_tokens, row.cached_tokens, row.output_tokens, row.thinking_tokens)
    usd = frame.numerals.currency(row.usd, "USD", 4)
    return (
        clean(row.arm, limit=_NAME_LENGTH),
        say.name("purpose", row.purpose),
        *(say.number(count, "count") for count in counts),
        say("ledger.upper_bound", usd=usd) if row.upper_bound else usd,
        say.number(row.usd_per_request, "per_thousand"),
    )


def prices_blocks(frame: Frame) -> tuple[Block, ...]:
    """Lay out every price row that a number stands on."""
    say, rates = frame.say, frame.decision.rates
    if not rates:
        return (Paragraph((say("price.none"),)),)
    card = clean(frame.decision.rate_card, limit=_NAME_LENGTH)
    headers = tuple(say(f"price.{column}") for column in _PRICES)
    table = Table(headers=headers, align="lrrrllll", rows=tuple(_price(frame, row) for row in rates))
    return (Paragraph((say("price.intro", card=card),)), table)


def _price(frame: Frame, row: RateRow) -> tuple[str, ...]:
    say = frame.say
    return (
        clean(row.model, limit=_NAME_LENGTH),
        frame.numerals.money(row.input),
        frame.numerals.money(row.output),
        say.number(row.cached, "usd"),
        row.valid_from.isoformat(),
        say("price.open") if row.valid_to is None else row.valid_to.isoformat(),
        row.as_of.isoformat(),
        clean(row.source, limit=_SOURCE_LENGTH),
    )
