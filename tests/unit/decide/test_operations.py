"""Times, failures and tries of each arm against the programme's targets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from evalharness.core.assumptions import Assumptions
from evalharness.core.decision import ArmOperations, ConditionName, Level
from evalharness.core.experiment import ServiceTargets
from evalharness.core.pricing import RateCard
from evalharness.core.provenance import Delivery
from evalharness.core.reporting import PROGRAMME_ROLLOUT
from evalharness.core.study import ArmCalls, Study
from evalharness.decide import bench_of, decide
from evalharness.decide.operations import error_level, latency_level, operations_of, timing

TARGETS = ServiceTargets()


def test_quantiles_interpolate_between_observations() -> None:
    found = timing(np.arange(1.0, 101.0))
    assert (found.n, found.mean, found.p50) == (100, 50.5, 50.5)
    assert (found.p95, found.p99) == (pytest.approx(95.05), pytest.approx(99.01))
    assert timing(np.array([])) is None


@pytest.mark.parametrize(
    ("mean", "level"),
    [(999.9, Level.TARGET), (1000.0, Level.ABOVE), (3000.0, Level.ABOVE), (3000.1, Level.ROLLBACK)],
)
def test_levels_of_latency_are_lumens(mean: float, level: Level) -> None:
    """Average below 1 s; rollback above 3 s."""
    assert latency_level(mean, TARGETS, PROGRAMME_ROLLOUT) is level


@pytest.mark.parametrize(
    ("rate", "level"),
    [
        (0.0, Level.TARGET),
        (0.0049, Level.TARGET),
        (0.005, Level.CANARY),
        (0.0099, Level.CANARY),
        (0.01, Level.ABOVE),
        (0.02, Level.ABOVE),
        (0.0201, Level.ROLLBACK),
    ],
)
def test_levels_of_errors_are_lumens(rate: float, level: Level) -> None:
    """Below 0.5 %; canary below 1 %; rollback above 2 %."""
    assert error_level(rate, TARGETS, PROGRAMME_ROLLOUT) is level


@pytest.fixture
def arms(assume: Callable[..., Assumptions], card: RateCard) -> Callable[[Study], dict[str, ArmOperations]]:
    def describe(made: Study) -> dict[str, ArmOperations]:
        return {row.arm: row for row in operations_of(bench_of(made, card, assume())).arms}

    return describe


@pytest.fixture
def broken(study: Callable[..., Study]) -> Callable[..., Study]:
    """Forty cases; so many of the treatment's requests failed."""

    def make(failed: int) -> Study:
        pro = [None] * failed + [3.0] * (40 - failed)
        scores = {"flash-raw": [3.0] * 40, "pro-raw": pro, "flash-sena": [3.0] * 40, "pro-sena": [3.0] * 40}
        made: Study = study(scores, latency_ms={"flash-raw": 500.0, "pro-raw": 2000.0})
        return made

    return make


def test_an_arm_with_failures(
    broken: Callable[..., Study], arms: Callable[[Study], dict[str, ArmOperations]]
) -> None:
    calls = ArmCalls(
        arm="pro-raw", calls=40, delivered=((Delivery.LIVE, 38),), live=40,
        tries=(("server_error", 8), ("timeout", 9)), unconfirmed=3, first_token_ms=(100.0, 300.0),
    )  # fmt: skip
    found = arms(replace(broken(2), calls=(calls,)))
    pro, flash = found["pro-raw"], found["flash-raw"]
    assert (pro.requests, pro.errors, pro.error_rate) == (40, (("timeout", 2),), 0.05)
    assert pro.error_rate_high == pytest.approx(float(stats.beta.ppf(pro.error_confidence, 3, 38)))
    assert (pro.error_level, pro.latency_level) == (Level.ROLLBACK, Level.ABOVE)
    assert (pro.latency.n, pro.latency.mean, pro.latency.p99) == (38, 2000.0, 2000.0)
    assert pro.retries == (("timeout", 9), ("server_error", 8))
    assert (pro.calls, pro.live_calls, pro.unconfirmed) == (40, 40, 3)
    assert (pro.first_token.n, pro.first_token.p50) == (2, 200.0)
    assert (flash.errors, flash.error_level, flash.latency_level) == ((), Level.TARGET, Level.TARGET)
    assert (flash.first_token, flash.calls, flash.delivered) == (None, 0, ())
    assert flash.error_rate_high == pytest.approx(1 - 0.05 ** (1 / 40))


def test_an_arm_without_any_answer_has_no_times(
    broken: Callable[..., Study], arms: Callable[[Study], dict[str, ArmOperations]]
) -> None:
    found = arms(broken(40))["pro-raw"]
    assert (found.latency, found.latency_level, found.error_rate) == (None, None, 1.0)
    assert found.error_rate_high == 1.0


@pytest.mark.parametrize("asked", [40, 10, 0])
def test_cells_that_a_stopped_run_did_not_come_to_are_no_errors_of_the_service(
    broken: Callable[..., Study], arms: Callable[[Study], dict[str, ArmOperations]], asked: int
) -> None:
    """Of ten requests that were made two failed; nobody knows what became of the other thirty."""
    made = broken(40 - asked + 2 if asked else 40)
    never = [o for o in made.outcomes if o.arm == "pro-raw" and o.failed][: 40 - asked]
    outcomes = tuple(replace(o, cause="not_called") if o in never else o for o in made.outcomes)
    found = arms(replace(made, outcomes=outcomes))["pro-raw"]
    assert (found.requests, found.not_called) == (asked, 40 - asked)
    assert found.error_rate == (2 / asked if asked else None)
    assert found.errors == ((("timeout", 2),) if asked else ())
    assert (found.error_rate_high is None, found.error_level is None) == (asked == 0, asked == 0)


def test_an_arm_that_never_answered_has_no_error_rate(
    broken: Callable[..., Study], arms: Callable[[Study], dict[str, ArmOperations]]
) -> None:
    made = broken(0)
    silent = replace(made, outcomes=tuple(row for row in made.outcomes if row.arm != "pro-raw"))
    found = arms(silent)["pro-raw"]
    assert (found.error_rate, found.error_rate_high, found.error_level) == (None, None, None)
    assert arms(silent)["flash-raw"].error_rate == 0.0


def test_cells_that_nobody_asked_are_no_answers(
    broken: Callable[..., Study], arms: Callable[[Study], dict[str, ArmOperations]]
) -> None:
    """Two of the ten rows that are there failed; the thirty that are not say nothing."""
    made = broken(2)
    first = {f"c{number:06d}" for number in range(10)}
    few = tuple(row for row in made.outcomes if row.arm != "pro-raw" or row.case_id in first)
    assert arms(replace(made, outcomes=few))["pro-raw"].error_rate == 0.2


def test_where_failures_are_not_listed_nobody_knows_the_error_rate(
    broken: Callable[..., Study], card: RateCard, assume: Callable[..., Assumptions]
) -> None:
    """A table of what was answered is no proof that everything was: the guardrail is not met."""
    decided = decide(replace(broken(0), failures_known=False), card, assume())
    assert {arm.error_rate for arm in decided.arms} == {None}
    row = next(r for r in decided.upgrade.verdict.conditions if r.name is ConditionName.ERRORS)
    assert (row.value, row.met) == (None, False)
