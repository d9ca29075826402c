"""Unknown assumptions: never defaulted. A verdict stands only if every corner of their bounds agrees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

from evalharness.core.assumptions import Assumptions
from evalharness.core.decision import Corner, Reason, ReasonCode, Ruling
from evalharness.decide.assess import Assessment, assess
from evalharness.decide.rulings import proof_conditions, rule_upgrade
from evalharness.decide.stakes import Stakes

MOST_CORNERED = 5
"""Unknowns whose corners are tried; a verdict that must hold for more is not claimed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cornered:
    """The rulings over all corners of the unknowns' bounds."""

    corners: tuple[Corner, ...]
    worst: Assessment | None
    """The corner with the lowest decisive bound, on whose numbers the conditions table stands."""
    field: str | None
    """The unknown that binds; None if all corners agree."""
    reason: Reason


def corner_verdicts(stakes: Stakes) -> Cornered:
    """Assess the upgrade at every corner of the unknowns' stated bounds.

    The decisive bound is concave in what the unknowns multiply, so that its lowest value over the box lies at
    a corner.
    """
    unknown = stakes.assumptions.unknowns()
    unbounded = next((field.name for field in unknown if field.bounds is None), None)
    if unbounded is not None or len(unknown) > MOST_CORNERED:
        return _not_known(unbounded or unknown[0].name)
    on = stakes.bench.study.on
    found: list[tuple[Corner, Assessment]] = []
    for values in product(*(field.bounds or () for field in unknown)):
        given = dict(zip((field.name for field in unknown), values, strict=True))
        assessment = assess(stakes, on, given, explain=False)
        if assessment is None:
            return _not_known(unknown[0].name)
        ruling, _ = rule_upgrade(assessment, proof_conditions(stakes, assessment))
        found.append((Corner(values=tuple(given.items()), ruling=ruling), assessment))
    corners = tuple(corner for corner, _ in found)
    worst = min((a for _, a in found), key=_decisive_low)
    field, reason = _agreement(stakes.assumptions, corners)
    return Cornered(corners=corners, worst=worst, field=field, reason=reason)


def _not_known(name: str) -> Cornered:
    reason = Reason(code=ReasonCode.UNKNOWN_ASSUMPTION, values=(("field", name),))
    return Cornered(corners=(), worst=None, field=name, reason=reason)


def _decisive_low(found: Assessment) -> float:
    low = found.net_at_threshold.low
    return found.net_at_threshold.value if low is None else low


def _agreement(assumptions: Assumptions, corners: tuple[Corner, ...]) -> tuple[str | None, Reason]:
    names = [field.name for field in assumptions.unknowns()]
    if len({corner.ruling for corner in corners}) == 1:
        values = (("fields", ",".join(names)), ("corners", len(corners)))
        return None, Reason(code=ReasonCode.SAME_ACROSS_BOUNDS, values=values)
    rulings = {corner.values: corner.ruling for corner in corners}
    for corner in corners:
        for name in names:
            flipped = _flip(assumptions, corner, name)
            if flipped in rulings and rulings[flipped] is not corner.ruling:
                return name, _difference(name, dict(corner.values), corner.ruling, rulings[flipped], flipped)
    raise AssertionError("corners differ, so two neighbours do")


def _flip(assumptions: Assumptions, corner: Corner, name: str) -> tuple[tuple[str, float], ...]:
    low, high = assumptions.get(name).bounds or (0.0, 0.0)
    return tuple((n, (high if v == low else low) if n == name else v) for n, v in corner.values)


def _difference(
    name: str,
    values: Mapping[str, float],
    ruling: Ruling,
    other: Ruling,
    flipped: tuple[tuple[str, float], ...],
) -> Reason:
    ends = sorted([(values[name], ruling), (dict(flipped)[name], other)], key=lambda end: end[0])
    (low, low_ruling), (high, high_ruling) = ends
    return Reason(
        code=ReasonCode.DIFFERS_ACROSS_BOUNDS,
        values=(
            ("field", name), ("low", low), ("low_ruling", low_ruling.value), ("high", high),
            ("high_ruling", high_ruling.value),
        ),
    )  # fmt: skip
