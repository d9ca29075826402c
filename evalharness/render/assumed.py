"""Section 6: every assumption in use, with its doubt, source, owner, break-even and swing."""

from __future__ import annotations

from evalharness.core.decision import AssumptionRow, BreakEven, TornadoRow
from evalharness.render.escape import clean
from evalharness.render.frame import Frame
from evalharness.render.views import AssumptionsView, Table

_COLUMNS = ("name", "values", "unit", "source", "owner", "break_even", "swing")
_SOURCE_LENGTH, _OWNER_LENGTH = 70, 30


def assumptions_view(frame: Frame, *, most: int) -> AssumptionsView:
    """Lay out the assumptions of the chosen channel, in the order of the file's fields.

    Args:
        frame: The decision.
        most: Rows of the table; the assumptions that move the answer least fold into the note below it.
    """
    say, view = frame.say, frame.decision.assumptions
    used = [row for row in view.rows if row.used]
    folded = _least(frame, used, len(used) - most)
    rows = tuple(_row(frame, row) for row in used if row not in folded)
    headers = tuple(say(f"assumptions.{column}") for column in _COLUMNS)
    notes = [_intro(frame)]
    notes += [_measured(frame)] if _measured_rows(frame) else []
    notes += [_folded(frame, folded)] if folded else []
    return AssumptionsView(table=Table(headers=headers, align="llllllr", rows=rows), note=" ".join(notes))


def _intro(frame: Frame) -> str:
    say, view = frame.say, frame.decision.assumptions
    signed = say(f"assumptions.{'example' if view.example else 'signed'}")
    preset = clean(view.preset, limit=_OWNER_LENGTH)
    return say("assumptions.intro", channel=view.channel, preset=preset, signed=signed)


def _swings(frame: Frame) -> dict[str, TornadoRow]:
    return {row.name: row for row in frame.upgrade.tornado}


def _least(frame: Frame, used: list[AssumptionRow], excess: int) -> list[AssumptionRow]:
    """Return the rows that do not fit: fixed ones first, then by least swing; never an unknown."""
    swings = {name: row.swing for name, row in _swings(frame).items()}
    stated = [row for row in used if row.status != "unknown"]
    stated.sort(key=lambda row: (row.dist != "fixed", swings.get(row.name, 0.0)))
    return stated[: max(0, excess)]


def _row(frame: Frame, row: AssumptionRow) -> tuple[str, ...]:
    say, found = frame.say, _swings(frame).get(row.name)
    return (
        frame.field(row.name),
        _values(frame, row),
        clean(row.unit, limit=_OWNER_LENGTH),
        _source(frame, row),
        clean(row.owner, limit=_OWNER_LENGTH) or say("word.not_stated"),
        _break_even(frame, next((b for b in frame.upgrade.break_evens if b.name == row.name), None)),
        say.number(found.swing, "usd_per_month") if found else say("assumptions.no_swing"),
    )


def _values(frame: Frame, row: AssumptionRow) -> str:
    say = frame.say
    if row.status == "unknown":
        bounded = row.low is not None and row.high is not None
        key = "unknown_bounds" if bounded else "unknown"
        return say(f"assumptions.{key}", low=row.low, high=row.high)
    if row.dist == "fixed":
        return say("assumptions.fixed", value=row.mid)
    if row.low is None or row.mid is None or row.high is None:
        return say("assumptions.quantiles", low=row.p05, mean=row.mean, high=row.p95)
    return say("assumptions.triple", low=row.low, mid=row.mid, high=row.high)


def _source(frame: Frame, row: AssumptionRow) -> str:
    source = clean(row.source, limit=_SOURCE_LENGTH) or frame.say("word.not_stated")
    return source if row.as_of is None else frame.say("assumptions.dated", source=source, day=row.as_of)


def _break_even(frame: Frame, found: BreakEven | None) -> str:
    say = frame.say
    if found is None:
        return say("word.na")
    if found.value is None:
        return say("assumptions.no_break_even")
    return say(f"word.{found.direction}", value=say.number(found.value, "number"))


def _measured_rows(frame: Frame) -> list[TornadoRow]:
    assumed = {row.name for row in frame.decision.assumptions.rows}
    return [row for row in frame.upgrade.tornado if row.name not in assumed]


def _measured(frame: Frame) -> str:
    say = frame.say
    items = [
        say("assumptions.measured_item", name=frame.field(row.name), swing=row.swing)
        for row in _measured_rows(frame)
    ]
    return say("assumptions.measured", list=say.listed(items))


def _folded(frame: Frame, rows: list[AssumptionRow]) -> str:
    say = frame.say
    items = [
        say(
            "assumptions.folded_item",
            name=frame.field(row.name),
            value=_values(frame, row),
            source=_source(frame, row),
        )
        for row in rows
    ]
    return say("assumptions.folded", n=len(rows), list=say.listed(items))
