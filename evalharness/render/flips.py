"""What would flip the upgrade verdict, as far as the decision has computed it."""

from __future__ import annotations

from evalharness.core.decision import (
    BreakEven,
    Condition,
    ConditionKind,
    Corner,
    DateRow,
    Flip,
    ReasonCode,
    Ruling,
)
from evalharness.render.conditions import limit_text, value_text
from evalharness.render.frame import Frame

_MOST = 3


def flips(frame: Frame) -> tuple[str, ...]:
    """Return one sentence for each kind of thing that could change the ruling."""
    if frame.upgrade.verdict.ruling is Ruling.NO_VERDICT:
        return (frame.say("decision.evidence_first"),)
    found = (
        " ".join(part for part in (_turns(frame), _break_evens(frame)) if part),
        _curve(frame),
        _corners(frame),
        _dates(frame),
        _unmet(frame),
        _sensitivities(frame),
    )
    return tuple(sentence for sentence in found if sentence)


def ruling_words(frame: Frame, ruling: Ruling) -> str:
    """Return a ruling as a table shows it, with its "would be"."""
    if frame.is_google and not frame.upgrade.verdict.would_be:
        return frame.say.name("ruling", ruling.value)
    return frame.say("verdict.table", ruling=ruling.value)


def _turns(frame: Frame) -> str:
    """Say at which value of one assumption every money condition holds, or stops holding."""
    say, proof = frame.say, ConditionKind.PROOF
    held = not any(row.kind is proof and row.met is False for row in frame.upgrade.verdict.conditions)
    turning = [row for row in frame.upgrade.flips if row.value is not None and (row.holds or not held)]
    never = [row for row in frame.upgrade.flips if row.value is None and not row.holds]
    parts = []
    if turning:
        items = say.listed([_turn(frame, row) for row in turning])
        parts.append(say(f"decision.{'holds_while' if held else 'holds_from'}", list=items))
    if never:
        parts.append(say("decision.never", list=say.listed([_never(frame, row) for row in never])))
    return " ".join(parts)


def _turn(frame: Frame, row: Flip) -> str:
    value = frame.say(f"word.{row.direction}", value=_amount(frame, row.value, row.unit))
    current = frame.say.number(row.current, "number", missing="unknown")
    return frame.say("decision.break_even_item", name=frame.field(row.name), value=value, current=current)


def _never(frame: Frame, row: Flip) -> str:
    return frame.say(
        "decision.never_item",
        name=frame.field(row.name),
        reach=_amount(frame, row.reach, row.unit),
        current=frame.say.number(row.current, "number", missing="unknown"),
    )


def _break_evens(frame: Frame) -> str:
    """Say what the mean alone would need; nothing where it has it."""
    say = frame.say
    if not frame.upgrade.break_evens:
        return ""
    swings = {row.name: row.swing for row in frame.upgrade.tornado}
    rows = [row for row in frame.upgrade.break_evens if row.value is not None]
    if not rows:
        return say("decision.nothing_flips")
    rows = [row for row in rows if not _reached(row)]
    first = [row for row in rows if row.name == "quality_difference"]
    rest = [row for row in rows if row.name not in ("quality_difference", "value_per_point")]
    unknown_first = sorted(rest, key=lambda row: (row.current is not None, -swings.get(row.name, 0.0)))
    # The table of assumptions has all of them; beside what really turns the verdict two are enough.
    chosen = [*first, *unknown_first][: 2 if frame.upgrade.flips else _MOST]
    chosen = chosen or rows[:1]
    if not chosen:
        turns = any(row.value is not None for row in frame.upgrade.flips)
        return "" if turns else say("decision.mean_pays")
    return say("decision.break_even", list=say.listed([_break_even(frame, row) for row in chosen]))


def _reached(row: BreakEven) -> bool:
    if row.value is None or row.current is None:
        return False
    return row.current >= row.value if row.direction == "at_least" else row.current <= row.value


def _break_even(frame: Frame, row: BreakEven) -> str:
    say, unit = frame.say, "points" if row.unit == "points" else "number"
    value = say(f"word.{row.direction}", value=_amount(frame, row.value, row.unit))
    current = say.number(row.current, unit, missing="unknown")
    return say("decision.break_even_item", name=frame.field(row.name), value=value, current=current)


def _amount(frame: Frame, value: float | None, unit: str) -> str:
    say = frame.say
    if unit == "points":
        return say("word.points", value=say.number(value, "points"))
    number = say.number(value, "number")
    return number if unit.startswith("share") else say("word.with_unit", value=number, unit=unit)


def _curve(frame: Frame) -> str:
    say, curve = frame.say, frame.upgrade.curve
    if curve is None or not curve.points:
        return ""
    last = len(curve.points) - 1
    shown = sorted({round(last * step / (_MOST - 1)) for step in range(_MOST)})
    pairs = [say("decision.curve_item", x=x, y=y) for x, y in (curve.points[k] for k in shown)]
    x_name, y_name = frame.field(curve.x), frame.field(curve.y)
    units = {"x_unit": say.name("unit_name", curve.x_unit), "y_unit": say.name("unit_name", curve.y_unit)}
    return say("decision.curve", x=x_name, y=y_name, **units, list=say.listed(pairs))


def _corners(frame: Frame) -> str:
    say, corners = frame.say, frame.upgrade.corners
    told = any(reason.code is ReasonCode.DIFFERS_ACROSS_BOUNDS for reason in frame.upgrade.verdict.reasons)
    if not corners or (told and len(corners) == 2):
        return ""
    return say("decision.corners", list=say.listed([_corner(frame, row) for row in corners], most=4))


def _corner(frame: Frame, corner: Corner) -> str:
    say = frame.say
    values = [
        say("decision.corner_value", field=frame.field(name), value=value) for name, value in corner.values
    ]
    return say("decision.corner_item", ruling=corner.ruling.value, values=say.listed(values, by="comma"))


def _dates(frame: Frame) -> str:
    say, ruling = frame.say, frame.upgrade.verdict.ruling
    later = [row for row in frame.upgrade.dates if row.why != "run"]
    changed = [row for row in later if row.ruling is not ruling]
    if changed:
        return say("decision.dates_flip", list=say.listed([_date(frame, row) for row in changed], most=3))
    return ""


def _date(frame: Frame, row: DateRow) -> str:
    return frame.say("decision.date_item", on=row.on, ruling=ruling_words(frame, row.ruling))


def _unmet(frame: Frame) -> str:
    say = frame.say
    wanted = (ConditionKind.GUARDRAIL, ConditionKind.CAP)
    rows = [row for row in frame.upgrade.verdict.conditions if row.kind in wanted and row.met is False]
    items = dict.fromkeys(_unmet_item(frame, row) for row in rows)
    return say("decision.unmet", list=say.listed(list(items))) if items else ""


def _unmet_item(frame: Frame, row: Condition) -> str:
    say, name = frame.say, frame.say.name("condition", row.name.value)
    if row.unit == "none":
        return say("decision.unmet_fact", name=name)
    return say("decision.unmet_item", name=name, value=value_text(frame, row), limit=limit_text(frame, row))


def _sensitivities(frame: Frame) -> str:
    say, net = frame.say, frame.upgrade.net_at_threshold
    if net is None or net.low is None:
        return ""
    odd = [row for row in frame.upgrade.sensitivities if row.holds is not None and row.holds != (net.low > 0)]
    if not odd:
        return ""
    items = [
        say(
            f"decision.sensitivity_{'holds' if row.holds else 'fails'}",
            name=say.name("sensitivity", row.name),
        )
        for row in odd
    ]
    return say("decision.sensitivity", list=say.listed(items))
