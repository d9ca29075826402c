"""Before any call: what a study of this size could detect, and whether it is worth its price."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evalharness.core.assumptions import Assumptions
from evalharness.decide.money import Exchange, overhead_per_request, value_per_point
from evalharness.decide.power import mde

SPREADS = (0.10, 0.16, 0.22)
"""Standard deviations of the difference between two arms on one case, as shares of the score range: .5, .8
and 1.1 points on a scale of five. Assumed: nothing is measured yet."""
POWER = 0.80
_FEWEST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Detectable:
    """The smallest true difference that a study finds, at one spread."""

    sd_points: float
    mde_points: float
    """At 80 % power, one-sided, at the experiment's confidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallerStudy:
    """A study that costs no more than what it decides about."""

    cases: int
    usd: float
    detectable: tuple[Detectable, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BeforeStudy:
    """What a study costs beside what it decides about."""

    cases: int
    study_usd: float
    """Expected."""
    months: int
    decided_usd: float | None
    """Incremental cost over the horizon at expected tokens and announced prices, operations and one-off
    included; None while an assumption is unknown."""
    unknown: tuple[str, ...]
    """Assumptions that would be needed."""
    break_even_points: float | None
    """Quality gain at which the upgrade returns exactly the ROI to beat; None if it costs no more, or an
    assumption is unknown."""
    detectable: tuple[Detectable, ...]
    smaller: SmallerStudy | None
    """A smaller study where this one costs more than it decides about; None where it does not, or where none
    of at least two cases is cheap enough."""

    @property
    def too_dear(self) -> bool:
        """Whether the study costs more than what it decides about."""
        return self.decided_usd is not None and self.study_usd > abs(self.decided_usd)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a study is about, in numbers known before it."""

    cases: int
    study_usd: float
    roi: float
    """To beat, as a share."""
    confidence: float
    scale_width: float
    cost_changes: Sequence[float]
    """Treatment minus control, USD per request, for each month of the horizon."""


def before_study(question: Question, assumptions: Assumptions) -> BeforeStudy:
    """Weigh a study that has not begun."""
    unknown = tuple(field.name for field in assumptions.used() if field.is_unknown)
    values = {field.name: field.expected() for field in assumptions.used() if not field.is_unknown}
    decided = None if {"requests_per_month", "ops_delta_per_month", "one_off_cost"} & set(unknown) else (
        _decided(question, values)
    )  # fmt: skip
    smaller = None
    if decided is not None and question.study_usd > abs(decided):
        smaller = _smaller(question, abs(decided))
    return BeforeStudy(
        cases=question.cases,
        study_usd=question.study_usd,
        months=len(question.cost_changes),
        decided_usd=decided,
        unknown=unknown,
        break_even_points=None if unknown else _break_even(question, assumptions, values),
        detectable=_detectable(question, question.cases),
        smaller=smaller,
    )


def _decided(question: Question, values: Mapping[str, float]) -> float:
    tokens = math.fsum(change * values["requests_per_month"] for change in question.cost_changes)
    months = len(question.cost_changes)
    return tokens + months * values["ops_delta_per_month"] + values["one_off_cost"]


def _break_even(question: Question, assumptions: Assumptions, values: Mapping[str, float]) -> float | None:
    """Return Δq* = (1 + r)·C/V, points."""
    exchange = Exchange(
        channel=assumptions.channel, scale_width=question.scale_width, months=assumptions.horizon_months
    )
    mean = math.fsum(question.cost_changes) / len(question.cost_changes)
    cost = mean + float(overhead_per_request(values, exchange))
    value = float(value_per_point(values, exchange))
    return (1 + question.roi) * cost / value if cost > 0 and value > 0 else None


def _detectable(question: Question, cases: int) -> tuple[Detectable, ...]:
    if cases < _FEWEST:
        return ()
    found = []
    for spread in SPREADS:
        sd = spread * question.scale_width
        points = mde(sd, cases, confidence=question.confidence, power=POWER)
        found.append(Detectable(sd_points=sd, mde_points=points))
    return tuple(found)


def _smaller(question: Question, decided: float) -> SmallerStudy | None:
    one = question.study_usd / question.cases
    cases = min(question.cases - 1, math.floor(decided / one)) if one > 0 else 0
    if cases < _FEWEST:
        return None
    return SmallerStudy(cases=cases, usd=cases * one, detectable=_detectable(question, cases))
