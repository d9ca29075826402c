"""What would flip the verdict: values at which the conditions hold, and means that are called means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from evalharness.core.decision import BreakEven, Decision, Flip, UpgradeDecision
from evalharness.render import language
from evalharness.render.flips import flips
from evalharness.render.frame import make_frame

FLIP = Flip(
    name="value_per_satisfied_session", value=16.0, current=3.38, reach=33.8, unit="USD/session",
    direction="at_least", holds=False,
)  # fmt: skip
SHORT = BreakEven(
    name="quality_difference", value=0.53, current=0.45, unit="points", direction="at_least"
)  # fmt: skip


@pytest.fixture
def said(build: Callable[[str], Decision]) -> Callable[..., str]:
    """The first sentences for a decision with other findings."""

    def make(name: str = "simulated_inconclusive", code: str = "en", **changes: object) -> str:
        base = build(name)
        upgrade: UpgradeDecision = replace(base.upgrade, **changes)  # type: ignore[arg-type]
        return flips(make_frame(replace(base, upgrade=upgrade), language(code)))[0]

    return make


def test_the_value_at_which_all_money_conditions_hold_comes_first(said: Callable[..., str]) -> None:
    text = said(flips=(FLIP,), break_evens=(SHORT,))
    assert "once it is known that (m·p·a): value per satisfied session at least 16 USD/session" in text
    assert "The mean alone, which proves nothing, would reach an ROI of 150 % with" in text
    assert "quality difference at least +0.53 points (now +0.45)" in text


def test_break_evens_that_are_reached_are_left_out(said: Callable[..., str]) -> None:
    reached = replace(SHORT, current=0.64)
    text = said(flips=(FLIP,), break_evens=(reached,))
    assert "0.53" not in text
    assert "The mean alone" not in text
    assert said(flips=(), break_evens=(reached,)).startswith("The mean is beyond an ROI of 150 % already")
    down = replace(SHORT, name="one_off_cost", value=147.0, unit="USD", direction="at_most")
    assert "147" not in said(flips=(), break_evens=(replace(down, current=100.0),))
    assert "at most 147 USD (now 267)" in said(flips=(), break_evens=(replace(down, current=267.0),))


def test_what_never_turns_is_said_with_the_reach(said: Callable[..., str]) -> None:
    never = replace(
        FLIP, name="satisfaction_per_quality", value=None, reach=5.1667, current=0.5167, unit="share/share"
    )
    text = said(flips=(never,), break_evens=(replace(SHORT, current=0.64),))
    assert "would not do, all else as assumed (m·p·a): satisfaction per quality even at 5.17 (now 0" in text
    assert "The mean is beyond an ROI of 150 % already: what is missing is proof." in text
    nobody_knows = replace(never, name="value_per_satisfied_session", current=None)
    assert "per satisfied session even at 5.17 USD/session (now unknown)" in said(
        flips=(replace(nobody_knows, unit="USD/session"),)
    )


def test_where_all_hold_it_is_said_how_far(said: Callable[..., str]) -> None:
    text = said("approve_google", flips=(replace(FLIP, value=2.0, holds=True),))
    assert "go on holding, all else as assumed, while (m·p·a): value per satisfied session at least 2" in text
    assert "once it is known" not in text
