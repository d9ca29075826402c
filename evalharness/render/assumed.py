"""Section 6: every assumption in use, with its doubt, source, owner, break-even and swing."""

from __future__ import annotations

from evalharness.core.decision import AssumptionRow, BreakEven, TornadoRow
from evalharness.core.visible import clean
from evalharness.render.blocks import Block, Paragraph, Table
from evalharness.render.frame import Frame

_COLUMNS = ("name", "values", "break_even", "swing", "source", "owner")
_ALIGN = "llrrll"
_SHORT_SOURCE, _WHOLE_SOURCE, _OWNER_LENGTH = 60, 400, 30


def assumptions_blocks(frame: Frame, *, most: int) -> tuple[Block, ...]:
    """Lay out the assumptions of the chosen channel, what moves the answer most first.

    Args:
        frame: The decision.
        most: Rows of the table; the assumptions that move the answer least are left to the appendix.
    """
    used = _by_swing(frame)
    left_out = [row for row in used[most:] if row.status != "unknown"]
    shown = [row for row in used if row not in left_out]
    table = assumptions_table(frame, shown, source=_SHORT_SOURCE)
    return (Paragraph((_intro(frame, left_out),)), table)


def assumptions_table(frame: Frame, rows: list[AssumptionRow], *, source: int = _WHOLE_SOURCE) -> Table:
    """Return one row for each assumption, its source cut to so many characters."""
    headers = tuple(frame.say(f"assumptions.{column}") for column in _COLUMNS)
    return Table(headers=headers, align=_ALIGN, rows=tuple(_row(frame, row, source) for row in rows))


def _by_swing(frame: Frame) -> list[AssumptionRow]:
    """Return the assumptions in use: unknown ones first, then by swing, then as the file has them."""
    swings = {name: row.swing for name, row in _swings(frame).items()}
    used = [row for row in frame.decision.assumptions.rows if row.used]
    return sorted(used, key=lambda row: (row.status != "unknown", -swings.get(row.name, -1.0)))


def _intro(frame: Frame, left_out: list[AssumptionRow]) -> str:
    say, view = frame.say, frame.decision.assumptions
    signed = say(f"assumptions.{'example' if view.example else 'signed'}")
    preset = clean(view.preset, limit=_OWNER_LENGTH)
    intro = say("assumptions.intro", channel=view.channel, preset=preset, signed=signed)
    if not left_out:
        return intro
    names = say.listed([frame.field(row.name) for row in left_out], by="comma")
    return f"{intro} {say('assumptions.left_out', list=names)}"


def _swings(frame: Frame) -> dict[str, TornadoRow]:
    return {row.name: row for row in frame.upgrade.tornado}


def _row(frame: Frame, row: AssumptionRow, source: int) -> tuple[str, ...]:
    say, found = frame.say, _swings(frame).get(row.name)
    unit = say.name("unit_name", row.unit)
    return (
        say("assumptions.with_unit", name=frame.field(row.name), unit=unit),
        values_text(frame, row, whole=source == _WHOLE_SOURCE),
        _break_even(frame, next((b for b in frame.upgrade.break_evens if b.name == row.name), None)),
        say.number(found.swing, "usd") if found else say("assumptions.no_swing"),
        _source(frame, row, source),
        clean(row.owner, limit=_OWNER_LENGTH) or say("word.not_stated"),
    )


def values_text(frame: Frame, row: AssumptionRow, *, whole: bool) -> str:
    """Write what is assumed, with its doubt: around its mean, which is what every figure stands on."""
    say = frame.say
    if row.status == "unknown":
        bounded = row.low is not None and row.high is not None
        key = "unknown_bounds" if bounded else "unknown"
        return say(f"assumptions.{key}", low=row.low, high=row.high)
    if row.dist == "fixed":
        return say("assumptions.fixed", value=row.mid)
    if row.low is None or row.mid is None or row.high is None:
        return say("assumptions.quantiles", low=row.p05, mean=row.mean, high=row.p95)
    key = "triple_whole" if whole and row.mid != row.mean else "triple"
    return say(f"assumptions.{key}", low=row.low, mid=row.mid, mean=row.mean, high=row.high)


def _source(frame: Frame, row: AssumptionRow, length: int) -> str:
    source = clean(row.source, limit=length) or frame.say("word.not_stated")
    return source if row.as_of is None else frame.say("assumptions.dated", source=source, day=row.as_of)


def _break_even(frame: Frame, found: BreakEven | None) -> str:
    say = frame.say
    if found is None:
        return say("word.na")
    if found.value is None:
        return say("assumptions.no_break_even")
    side = "sign.min" if found.direction == "at_least" else "sign.max"
    return say(side, value=say.number(found.value, "number"))
