"""Mean scores: paired, bounded as decide bounds them, Holm over the arms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import stats

from evalharness.core.gate import CheckKind, CheckStatus, GateCheck, GateSettings, RemarkCode
from evalharness.decide.design import Design
from evalharness.decide.gate import Ground, compare

Ground_ = Callable[..., Ground]
EXACT = GateSettings(tolerance=0.0)


def check(ground: Ground, kind: CheckKind, arm: str = "", slice_: str = "") -> GateCheck:
    (found,) = [
        row for row in compare(ground).checks if (row.kind, row.arm, row.slice) == (kind, arm, slice_)
    ]
    return found


def statuses(ground: Ground, kind: CheckKind) -> list[CheckStatus]:
    return [row.status for row in compare(ground).checks if row.kind is kind]


def test_an_unchanged_run_passes_and_says_what_it_would_catch(ground: Ground_) -> None:
    """Nothing is new, so the A/A arm tells the noise: 2.486 standard errors at one arm and 80 % power."""
    wavering = [3.0 + (-1) ** i for i in range(40)]
    found = ground(before={"flash-again": wavering}, gate=GateSettings(arms=("flash-raw",), tolerance=0.0))
    row = check(found, CheckKind.SCORE, "flash-raw")
    assert (row.status, row.change, row.bound, row.anew) == (CheckStatus.PASS, 0.0, 0.0, 0)
    sd = np.std(wavering, ddof=1)
    assert row.catches == pytest.approx(2.4865 * sd / 40**0.5, rel=1e-4)
    assert row.catches_from == "aa"


def test_one_arm_is_scipys_paired_t_test(ground: Ground_) -> None:
    """All answers new, one arm: p and bound are those of ttest_rel, one-sided."""
    rng = np.random.default_rng(3)
    before, after = (np.round(rng.normal(mean, 0.6, 60), 4).tolist() for mean in (3.2, 2.9))
    gate = GateSettings(arms=("pro-raw",), tolerance=0.0)
    row = check(ground({"pro-raw": before}, {"pro-raw": after}, gate=gate), CheckKind.SCORE, "pro-raw")
    expected = stats.ttest_rel(after, before, alternative="less")
    assert row.p == pytest.approx(expected.pvalue)
    assert row.bound == pytest.approx(expected.confidence_interval(0.95).high)
    assert row.status is (CheckStatus.FAIL if expected.pvalue < 0.05 else CheckStatus.PASS)
    assert row.change == pytest.approx(np.mean(after) - np.mean(before))


def test_cases_asked_anew_are_a_stratum(ground: Ground_) -> None:
    """20 of 100 cases were asked anew: SE = 0.2·s/√20, t with 19 degrees of freedom."""
    change = np.tile([-0.5, -1.5, 0.5, -0.5], 5)
    after = [3.0 + d for d in change] + [3.0] * 80
    gate = GateSettings(arms=("flash-sena",), tolerance=0.0)
    row = check(
        ground({"flash-sena": [3.0] * 100}, {"flash-sena": after}, gate=gate), CheckKind.SCORE, "flash-sena"
    )
    se = 0.2 * change.std(ddof=1) / 20**0.5
    mean = change.sum() / 100
    assert row.anew == 20
    assert row.p == pytest.approx(stats.t.sf(-mean / se, 19))
    assert row.bound == pytest.approx(mean + stats.t.ppf(0.95, 19) * se)
    assert row.catches == pytest.approx((stats.norm.ppf(0.95) + stats.norm.ppf(0.8)) * se)
    assert row.catches_from == "comparison"


def test_two_cases_that_drop_alike_prove_nothing(ground: Ground_) -> None:
    """Their spread is zero by chance; five alike are no chance any more."""
    for count, status in ((2, CheckStatus.PASS), (5, CheckStatus.FAIL)):
        after = [2.0] * count + [3.0] * (40 - count)
        gate = GateSettings(arms=("pro-raw",), tolerance=0.0)
        row = check(ground(now={"pro-raw": after}, gate=gate), CheckKind.SCORE, "pro-raw")
        assert (row.anew, row.status) == (count, status)


def test_a_loss_within_the_tolerance_is_no_regression(ground: Ground_) -> None:
    after = [3.0 - 0.1 - 0.01 * (-1) ** i for i in range(40)]
    for tolerance, status in ((0.05, CheckStatus.FAIL), (0.2, CheckStatus.PASS)):
        gate = GateSettings(arms=("pro-raw",), tolerance=tolerance)
        row = check(ground(now={"pro-raw": after}, gate=gate), CheckKind.SCORE, "pro-raw")
        assert row.status is status
        assert row.limit == -tolerance


def test_a_pass_must_exclude_a_loss_as_large_as_the_margin(ground: Ground_) -> None:
    """Six noisy cases prove nothing: neither a regression nor its absence."""
    after = [1.0, 5.0, 2.0, 4.0, 3.5, 2.5]
    for margin, status in ((0.5, CheckStatus.INCONCLUSIVE), (4.0, CheckStatus.PASS)):
        gate = GateSettings(arms=("pro-raw",), margin=margin)
        row = check(ground(now={"pro-raw": after}, gate=gate), CheckKind.SCORE, "pro-raw")
        assert row.status is status


def test_too_few_cases_are_inconclusive(ground: Ground_) -> None:
    found = ground(now={"pro-raw": [2.0]})
    row = check(found, CheckKind.SCORE, "pro-raw")
    assert row.status is CheckStatus.INCONCLUSIVE
    assert row.remarks[0].code is RemarkCode.FEW_CASES


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1), shift=st.floats(0, 0.6))
def test_a_row_fails_exactly_if_its_bound_passes_the_limit(
    ground: Ground_, noisy: Callable[..., Any], seed: int, shift: float
) -> None:
    """Holm's steps as bounds: each row's bound stands at the level at which the row was tested."""
    rng = np.random.default_rng(seed)
    found = ground(noisy(rng, n=30), noisy(rng, n=30, shift={"pro-raw": shift, "pro-sena": shift / 2}))
    rows = [row for row in compare(found).checks if row.kind is CheckKind.SCORE]
    ordered = sorted(rows, key=lambda row: row.p or 0.0)
    beyond = [(row.bound or 0.0) < (row.limit or 0.0) for row in ordered]
    rejected = beyond.index(False) if False in beyond else len(beyond)
    assert [row.status is CheckStatus.FAIL for row in ordered] == [i < rejected for i in range(len(ordered))]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1), lift=st.floats(0.25, 1.0))
def test_what_both_sides_gain_changes_nothing_and_order_does_not_matter(
    ground: Ground_, noisy: Callable[..., Any], seed: int, lift: float
) -> None:
    rng = np.random.default_rng(seed)
    before, after = noisy(rng, n=24, sd=0.3), noisy(rng, n=24, sd=0.3)
    order = rng.permutation(24)
    moved = [
        {arm: [column[i] + lift for i in order] for arm, column in side.items()} for side in (before, after)
    ]
    plain, other = (
        [row for row in compare(found).checks if row.kind is CheckKind.SCORE]
        for found in (ground(before, after), ground(*moved))
    )
    for one, two in zip(plain, other, strict=True):
        assert two.change == pytest.approx(one.change, abs=1e-9)
        assert two.p == pytest.approx(one.p, abs=1e-9)


def test_swapping_run_and_baseline_negates_the_change(ground: Ground_, noisy: Callable[..., Any]) -> None:
    rng = np.random.default_rng(5)
    before, after = noisy(rng), noisy(rng)
    for arm in ("flash-raw", "pro-sena"):
        one = check(ground(before, after, gate=EXACT), CheckKind.SCORE, arm)
        other = check(ground(after, before, gate=EXACT), CheckKind.SCORE, arm)
        assert one.change == pytest.approx(-(other.change or 0.0))


def test_false_alarms_over_all_arms_stay_at_alpha(noisy: Callable[..., Any], ground: Ground_) -> None:
    """400 unchanged runs of four noisy arms, no tolerance: at most 5 % and three Monte Carlo errors."""
    rng = np.random.default_rng(11)
    studies = 400
    red = sum(
        CheckStatus.FAIL in statuses(ground(noisy(rng), noisy(rng), gate=EXACT), CheckKind.SCORE)
        for _ in range(studies)
    )
    assert red / studies <= 0.05 + 3 * (0.05 * 0.95 / studies) ** 0.5
    assert red > 0  # the count can be above zero


def test_what_is_said_to_be_caught_is_caught_8_times_in_10(
    noisy: Callable[..., Any], ground: Ground_
) -> None:
    """The stated detectable loss, planted in one arm: found in 80 % of runs, within Monte Carlo error."""
    rng = np.random.default_rng(12)
    gate = GateSettings(margin=5.0)
    catches = check(ground(noisy(rng), noisy(rng), gate=gate), CheckKind.SCORE, "pro-raw").catches
    assert catches is not None
    studies = 200
    found = sum(
        check(
            ground(noisy(rng), noisy(rng, shift={"pro-raw": catches}), gate=gate), CheckKind.SCORE, "pro-raw"
        ).status
        is CheckStatus.FAIL
        for _ in range(studies)
    )
    assert found / studies == pytest.approx(0.8, abs=0.12)


def test_a_dropped_cell_counts_as_the_experiment_says(ground: Ground_) -> None:
    """`counted` is decide's own rule: here the worst score for each cell that failed."""
    after: list[float | None] = [3.0] * 40
    after[:8] = [None] * 8
    row = check(ground(now={"pro-raw": after}), CheckKind.SCORE, "pro-raw")
    assert row.change == pytest.approx(-3.0 * 8 / 40)
    assert row.status is CheckStatus.FAIL


def test_traffic_weights_and_clusters_are_decides(
    ground: Ground_, with_design: Callable[..., Ground]
) -> None:
    after = [2.0] * 20 + [3.5] * 20
    weights = np.array([0.0] * 20 + [1.0] * 20)
    found = with_design(ground(now={"pro-raw": after}), Design(weights=weights))
    row = check(found, CheckKind.SCORE, "pro-raw")
    assert (row.n, row.change) == (20, pytest.approx(0.5))
    clustered = Design(weights=np.ones(40), clusters=np.arange(40) // 20)
    row = check(with_design(ground(now={"pro-raw": after}), clustered), CheckKind.SCORE, "pro-raw")
    assert row.change == pytest.approx(-0.25)
    assert row.status is not CheckStatus.FAIL  # two clusters, one better and one worse


def test_severe_drops_are_held_against_the_aa_arm(ground: Ground_) -> None:
    """Five of twenty new answers drop by two points; one of forty does in the A/A arm: Fisher's exact p."""
    after = [1.0] * 5 + [3.0] * 35
    again = [0.5] + [3.0] * 39
    gate = GateSettings(arms=("pro-raw",))
    found = ground(
        before={"flash-again": again}, now={"flash-again": again, "pro-raw": after}, anew=20, gate=gate
    )
    row = check(found, CheckKind.SEVERE, "pro-raw")
    expected = stats.fisher_exact([[5, 15], [1, 39]], alternative="greater").pvalue
    assert row.p == pytest.approx(expected)
    assert (row.after, row.before, row.status) == (5.0, pytest.approx(0.5), CheckStatus.FAIL)
    milder = ground(before={"flash-again": again}, now={"pro-raw": [1.0] + [3.0] * 39}, anew=20, gate=gate)
    assert check(milder, CheckKind.SEVERE, "pro-raw").status is CheckStatus.PASS


def test_without_an_aa_arm_severe_drops_are_inconclusive(ground: Ground_) -> None:
    found = ground(now={"pro-raw": [1.0] * 5 + [3.0] * 35})
    alone = replace(found.now, cells=tuple(c for c in found.now.cells if c.arm != "flash-again"))
    before = replace(found.before, cells=tuple(c for c in found.before.cells if c.arm != "flash-again"))
    found = replace(found, now=alone, before=before)
    row = check(found, CheckKind.SEVERE, "pro-raw")
    assert (row.status, row.after) == (CheckStatus.INCONCLUSIVE, 5.0)
    assert row.remarks[0].code is RemarkCode.NO_NOISE
    assert check(found, CheckKind.SEVERE, "flash-raw").status is CheckStatus.PASS
