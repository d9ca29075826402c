"""Section 4: measured quality, controls and severe losses; and section 7: where the upgrade pays."""

from __future__ import annotations

from evalharness.core.decision import ArmSummary, Contrast, ControlCheck, Estimate, SevereLosses, Slice
from evalharness.core.experiment import ContextMode, Role
from evalharness.render.escape import clean
from evalharness.render.frame import Frame
from evalharness.render.judged import judge_notes
from evalharness.render.views import QualityView, SlicesView, Table

_MOST_SLICES = 8
"""Columns of the slice table that still fit a page."""
_NAME_LENGTH = 40


def quality_view(frame: Frame) -> QualityView:
    """Lay out quality: the 2 x 2, slices by persona and language, controls, severe losses."""
    return QualityView(
        intro=_intro(frame),
        grid=_grid(frame),
        slices=_slice_table(frame),
        notes=(_controls(frame), _severe(frame), *judge_notes(frame)),
    )


def slices_view(frame: Frame) -> SlicesView:
    """Lay out where the upgrade pays, one row a dimension, best slices first."""
    say, rows = frame.say, frame.upgrade.slices
    if not rows:
        return SlicesView(intro=say("slices.none"), lines=())
    money = any(row.net_at_threshold is not None for row in rows)
    shown = say(f"slices.values_{'money' if money else 'quality'}")
    tested = sum(row.p_holm is not None for row in rows)
    return SlicesView(
        intro=say("slices.intro", n=tested, shown=shown, found=_found(frame, money)),
        lines=tuple(_dimension(frame, name, money) for name in dict.fromkeys(row.dimension for row in rows)),
    )


def _intro(frame: Frame) -> str:
    say, evidence = frame.say, frame.decision.evidence
    if not evidence.judge:
        limits = say("quality.stand_in")
    elif evidence.human_labels:
        limits = say("quality.judge", labels=evidence.human_labels)
    else:
        limits = say("quality.judge_bare")
    scorer = clean(evidence.scorer, limit=_NAME_LENGTH)
    n, k = frame.upgrade.quality.n, evidence.repeats
    return say(
        "quality.intro",
        n=n,
        units=_counted(frame, "cases" if evidence.clusters is None else "clusters", n),
        k=k,
        repeats=_counted(frame, "repeats", k),
        scorer=scorer,
        scorer_limits=limits,
    )


def _counted(frame: Frame, what: str, n: int) -> str:
    return frame.say.name("counted", f"{what}_1" if n == 1 else what)


def _grid(frame: Frame) -> Table:
    say = frame.say
    contrasts = {row.name: row for row in frame.decision.grid.contrasts}
    rows = [_context_row(frame, context, contrasts) for context in (ContextMode.RAW, ContextMode.SENA)]
    if (
        frame.arm(Role.CONTROL, ContextMode.SENA) is None
        and frame.arm(Role.TREATMENT, ContextMode.SENA) is None
    ):
        rows = rows[:1]
    else:
        interaction = say.estimate(frame.decision.grid.interaction, "points")
        effects = (_difference(frame, contrasts.get(f"sena-raw|{side}")) for side in ("flash", "pro"))
        rows.append((say("quality.effect"), *effects, say("quality.interaction", value=interaction)))
    headers = (say("quality.grid"), frame.control, frame.treatment, say("quality.difference"))
    return Table(headers=headers, align="lrrr", rows=tuple(rows))


def _context_row(frame: Frame, context: ContextMode, contrasts: dict[str, Contrast]) -> tuple[str, ...]:
    arms = (frame.arm(role, context) for role in (Role.CONTROL, Role.TREATMENT))
    difference = _difference(frame, contrasts.get(f"pro-flash|{context.value}"))
    return (frame.say(f"quality.{context.value}"), *(_mean(frame, arm) for arm in arms), difference)


def _mean(frame: Frame, arm: ArmSummary | None) -> str:
    if arm is None:
        return frame.say("quality.absent")
    return frame.say.estimate(arm.quality, "score", missing="not_measured")


def _difference(frame: Frame, contrast: Contrast | None) -> str:
    return frame.say.estimate(contrast.quality if contrast else None, "points")


def _slice_table(frame: Frame) -> Table | None:
    say = frame.say
    rows = [row for row in frame.upgrade.slices if row.dimension in ("persona", "language")][:_MOST_SLICES]
    if not rows:
        return None
    names = tuple(clean(row.value, limit=_NAME_LENGTH) for row in rows)
    counts = tuple(say.number(row.n, "count") for row in rows)
    values = tuple(say.estimate(row.quality, "points", missing="not_estimable") for row in rows)
    return Table(
        headers=(say("quality.slices"), *names),
        align="l" + "r" * len(rows),
        rows=((say("quality.slices_n"), *counts), (say("quality.slices_value"), *values)),
    )


def _controls(frame: Frame) -> str:
    say, checks = frame.say, frame.decision.controls
    if not checks:
        return say("quality.no_controls")
    return say("quality.controls", list=say.listed([_control(frame, check) for check in checks]))


def _control(frame: Frame, check: ControlCheck) -> str:
    say, role = frame.say, check.role.value
    passed = say(f"quality.{'passed' if check.passed else 'failed'}_{role}")
    return say(
        f"quality.{role}",
        arm=clean(check.arm, limit=_NAME_LENGTH),
        against=clean(check.against, limit=_NAME_LENGTH),
        value=say.estimate(check.difference, "points"),
        passed=passed,
    )


def _severe(frame: Frame) -> str:
    say, severe = frame.say, frame.upgrade.severe
    items = [_severe_item(frame, say("quality.severe_upgrade"), severe)]
    items += [
        _severe_item(frame, say("quality.severe_aa"), check.severe)
        for check in frame.decision.controls
        if check.role is Role.AA
    ]
    return say("quality.severe", threshold=severe.threshold_points, list=say.listed(items))


def _severe_item(frame: Frame, name: str, severe: SevereLosses) -> str:
    return frame.say("quality.severe_item", name=name, count=severe.count, n=severe.n, high=severe.high)


def _dimension(frame: Frame, dimension: str, money: bool) -> str:
    say = frame.say
    rows = [row for row in frame.upgrade.slices if row.dimension == dimension]
    ranked = sorted(rows, key=lambda row: (-_size(row, money), row.value))
    found = say.listed([_slice(frame, row, money) for row in ranked], most=12)
    return say("slices.line", dimension=say.name("dimension", dimension), list=found)


def _tested(row: Slice, money: bool) -> Estimate | None:
    return row.net_at_threshold if money else row.quality


def _size(row: Slice, money: bool) -> float:
    tested = _tested(row, money)
    return float("-inf") if tested is None else tested.value


def _slice(frame: Frame, row: Slice, money: bool) -> str:
    say, tested, name = frame.say, _tested(row, money), _slice_name(row)
    if tested is None:
        return say("slices.item_bare", name=name, n=row.n)
    value = say.number(tested.value, "per_thousand" if money else "points")
    return say("slices.item", name=name, value=value, n=row.n, p=say.number(row.p_holm, "p_value"))


def _slice_name(row: Slice) -> str:
    return clean(row.value.replace("_", " "), limit=_NAME_LENGTH)


def _found(frame: Frame, money: bool) -> str:
    say, alpha = frame.say, 1 - frame.decision.evidence.confidence
    sure = [
        _slice_name(row) for row in frame.upgrade.slices if row.p_holm is not None and row.p_holm <= alpha
    ]
    key = "found" if money else "found_quality"
    return say(f"slices.{key}", list=say.listed(sure, by="comma")) if sure else say(f"slices.{key}_none")
