"""What is assumed: the fields of an assumption file, their meaning, domain and channel."""

from __future__ import annotations

import math
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from evalharness.core.errors import BadInput


class Channel(StrEnum):
    """The one way in which quality becomes money."""

    SESSIONS = "sessions"
    RETENTION = "retention"
    MENTORING = "mentoring"
    """Human mentoring avoided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSpec:
    """What a field means, whatever its value."""

    name: str
    symbol: str
    """As METHOD.md §3 writes it."""
    unit: str
    definition: str
    low: float = 0.0
    """Smallest value that makes sense."""
    high: float = math.inf
    positive: bool = False
    """Whether zero itself is refused (the field is a divisor)."""
    channels: tuple[Channel, ...] = tuple(Channel)
    is_value: bool = False
    """Whether it is the money value of quality, which must not be `fixed` without a waiver."""


_SESSIONS, _RETENTION, _MENTORING = (Channel.SESSIONS,), (Channel.RETENTION,), (Channel.MENTORING,)

SPECS: tuple[FieldSpec, ...] = (
    FieldSpec(name="requests_per_month", symbol="M", unit="requests/month", positive=True,
              definition="requests that the gateway answers in a month"),
    FieldSpec(name="requests_per_session", symbol="requests_per_session",
              unit="requests/session", positive=True,
              definition="requests in one mentoring session"),
    FieldSpec(name="sessions_per_user", symbol="sessions_per_user", unit="sessions/user/month", positive=True,
              definition="sessions that one user has in a month", channels=_RETENTION),
    FieldSpec(name="satisfaction_per_quality", symbol="κ", unit="share/share", low=0.0, high=10.0,
              definition="satisfied-share points gained per quality-share point "
                         "(1 point on a 0-5 scale is a quality share of 0.2)"),
    FieldSpec(name="realisation", symbol="ρ", unit="share", high=1.0, positive=True,
              definition="share of the measured effect that reaches users"),
    FieldSpec(name="baseline_satisfaction", symbol="p0", unit="share", high=1.0,
              definition="share of sessions rated satisfied today"),
    FieldSpec(name="latency_penalty", symbol="π_lat", unit="share/second", high=1.0,
              definition="satisfied share lost for each second that an answer takes longer"),
    FieldSpec(name="value_per_satisfied_session", symbol="value_per_satisfied_session", unit="USD/session",
              definition="what one more satisfied session is worth", channels=_SESSIONS, is_value=True),
    FieldSpec(name="churn_unsatisfied", symbol="churn_unsat", unit="share/month", high=1.0,
              definition="share of unsatisfied users who leave in a month", channels=_RETENTION),
    FieldSpec(name="churn_satisfied", symbol="churn_sat", unit="share/month", high=1.0,
              definition="share of satisfied users who leave in a month", channels=_RETENTION),
    FieldSpec(name="baseline_churn", symbol="churn0", unit="share/month", high=1.0, positive=True,
              definition="share of all users who leave in a month", channels=_RETENTION),
    FieldSpec(name="revenue_per_user", symbol="ARPU", unit="USD/user/month",
              definition="revenue from one user in a month", channels=_RETENTION, is_value=True),
    FieldSpec(name="margin", symbol="margin", unit="share", high=1.0,
              definition="share of that revenue left after variable cost", channels=_RETENTION),
    FieldSpec(name="cost_human_session", symbol="cost_human_session", unit="USD/session",
              definition="cost of one human mentoring session that is avoided", channels=_MENTORING,
              is_value=True),
    FieldSpec(name="ops_delta_per_month", symbol="ops delta", unit="USD/month", low=-math.inf,
              definition="what running Pro costs more in a month, tokens aside"),
    FieldSpec(name="one_off_cost", symbol="I0", unit="USD",
              definition="cost of the switch itself, paid once"),
    FieldSpec(name="discount_rate", symbol="r_a", unit="share/year", high=1.0,
              definition="yearly discount rate"),
)  # fmt: skip
"""Every field that an assumption file may hold, in the order in which reports show them."""

_BY_NAME = {spec.name: spec for spec in SPECS}


def spec_of(name: str) -> FieldSpec:
    """Return what a field means.

    Raises:
        BadInput: If there is no such field; the message names the nearest one.
    """
    if name in _BY_NAME:
        return _BY_NAME[name]
    near = get_close_matches(name, _BY_NAME, n=1, cutoff=0.5)
    hint = f"; nearest valid name: {near[0]}" if near else f"; valid names: {', '.join(_BY_NAME)}"
    raise BadInput(f"unknown assumption {name}{hint}")
