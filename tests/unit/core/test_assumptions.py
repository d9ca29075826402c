"""Assumptions refuse what cannot be meant."""

from __future__ import annotations

from typing import Any

import pytest

from evalharness.core.assumption_fields import SPECS, Channel
from evalharness.core.assumptions import Assumption, Assumptions, Dist, Status, TrafficShare
from evalharness.core.errors import BadInput


def assumption(name: str = "realisation", status: Status = Status.RANGE, **changes: Any) -> Assumption:
    settings: dict[str, Any] = {"dist": Dist.PERT, "low": 0.2, "mid": 0.5, "high": 0.9, "source": "test"}
    return Assumption(name=name, status=status, **(settings | changes))


def fixed(name: str, value: float = 0.5) -> Assumption:
    return Assumption(name=name, status=Status.KNOWN, dist=Dist.FIXED, mid=value, source="test")


def whole(channel: Channel = Channel.SESSIONS, **changes: Any) -> Assumptions:
    fields = tuple(fixed(spec.name) for spec in SPECS if channel in spec.channels)
    return Assumptions(**({"preset": "test", "channel": channel, "fields": fields} | changes))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"source": " "}, "has no source"),
        ({"low": 0.6}, "low 0.6 is above mid 0.5"),
        ({"high": 0.4}, "mid 0.5 is above high 0.4"),
        ({"high": 1.2}, "outside its domain"),
        ({"low": -0.1}, "outside its domain"),
        ({"low": 0.0}, "above 0"),
        ({"mid": float("nan")}, "outside its domain"),
        ({"high": None}, "dist pert lacks high"),
        ({"sd": 1.0}, "dist pert takes no sd"),
        ({"dist": None}, "has no dist"),
        ({"name": "realization"}, "nearest valid name: realisation"),
        ({"name": "xyz"}, "valid names:"),
    ],
)
def test_impossible_assumptions_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        assumption(**changes)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"dist": Dist.BETA, "alpha": 0.0, "beta": 5.0}, "alpha must be positive"),
        ({"dist": Dist.NORMAL, "mean": 0.5, "sd": -1.0}, "sd must not be negative"),
        ({"dist": Dist.LOGNORMAL90, "low": 0.5, "high": 0.4}, "low 0.5 is above high 0.4"),
    ],
)
def test_parameters_of_each_distribution_are_checked(parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        Assumption(name="realisation", status=Status.RANGE, source="test", **parameters)


def test_a_lognormal_needs_a_positive_low() -> None:
    with pytest.raises(BadInput, match="above 0"):
        Assumption(
            name="value_per_satisfied_session", status=Status.RANGE, dist=Dist.LOGNORMAL90, low=0.0, high=2.0,
            source="test",
        )  # fmt: skip


def test_an_unknown_holds_nothing_but_its_bounds() -> None:
    unknown = Assumption(name="realisation", status=Status.UNKNOWN, low=0.1, high=0.9)
    assert (unknown.bounds, unknown.is_unknown, unknown.is_fixed) == ((0.1, 0.9), True, False)
    with pytest.raises(ValueError, match="it is unknown"):
        unknown.expected()
    with pytest.raises(BadInput, match="at most low and high"):
        Assumption(name="realisation", status=Status.UNKNOWN, mid=0.5)
    with pytest.raises(BadInput, match="both bounds"):
        Assumption(name="realisation", status=Status.UNKNOWN, low=0.5)
    assert Assumption(name="realisation", status=Status.UNKNOWN).bounds is None


def test_no_width_counts_as_fixed() -> None:
    assert fixed("realisation").is_fixed
    assert assumption(low=0.5, mid=0.5, high=0.5).is_fixed
    assert not assumption().is_fixed
    stated = Assumption(
        name="realisation", status=Status.KNOWN, dist=Dist.FIXED, mid=0.5, low=0.1, high=0.9, source="t"
    )
    assert (stated.is_fixed, stated.expected()) == (True, 0.5)


def test_a_channel_needs_all_of_its_fields_and_only_those() -> None:
    assert {f.name for f in whole().used()}.isdisjoint({"revenue_per_user", "cost_human_session"})
    with pytest.raises(BadInput, match="channel mentoring needs cost_human_session"):
        whole(channel=Channel.MENTORING, fields=whole().fields)
    assert len(whole(Channel.RETENTION).used()) == len(SPECS) - 2


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"fields": (*whole().fields, fixed("margin"), fixed("margin"))}, "margin is given twice"),
        ({"horizon_months": 0}, "horizon_months"),
        ({"example": False}, "signed_by"),
        ({"correlations": (("realisation", "margin", 0.5),)}, "no range to correlate"),
        ({"traffic": (TrafficShare(persona="a", language="ko", share=0.9),)}, "add up to 0.9"),
        ({"traffic": (TrafficShare(persona="a", language="ko", share=0.5),) * 2}, "twice"),
    ],
)
def test_impossible_files_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        whole(**changes)


def test_correlations_are_between_two_ranged_fields_once() -> None:
    others = [f for f in whole().fields if f.name not in ("realisation", "latency_penalty")]
    fields = (*others, assumption(), assumption("latency_penalty"))
    pair = ("realisation", "latency_penalty", 0.5)
    assert whole(fields=fields, correlations=(pair,)).correlations == (pair,)
    for bad, message in (
        ((pair, ("latency_penalty", "realisation", 0.1)), "twice"),
        ((("realisation", "realisation", 0.1),), "itself"),
        ((("realisation", "latency_penalty", 1.0),), "between -1 and 1"),
    ):
        with pytest.raises(BadInput, match=message):
            whole(fields=fields, correlations=bad)
