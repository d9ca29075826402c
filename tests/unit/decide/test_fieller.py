"""Fieller's set, bounded and not."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from evalharness.core.decision import RatioInterval
from evalharness.decide.fieller import fieller_set


def found(
    a: float, b: float, va: float, vb: float, vab: float = 0.0, *, q: float = 1.812461
) -> RatioInterval:
    return fieller_set(a, b, v_numerator=va, v_denominator=vb, v_both=vab, quantile=q, confidence=0.95)


def test_worked_example_of_dcstats() -> None:
    """14 ± 3 over 7 ± 2, uncorrelated, t = 1.812461 (10 df): 1.051413 to 4.414296.

    Source: DCPROGS/DCSTATS tests/test_fieller.py, after Colquhoun (1971), Lectures on Biostatistics, §13.5.
    """
    interval = found(14, 7, 9, 4)
    assert interval.kind == "bounded"
    assert (interval.low, interval.high) == pytest.approx((1.051413, 4.414296), abs=2e-5)


@pytest.mark.parametrize(
    ("a", "b", "va", "vb", "vab", "kind"),
    [
        (14.0, 7.0, 9.0, 4.0, 2.0, "bounded"),
        (14.0, 1.0, 9.0, 4.0, 0.5, "two_rays"),
        (1.0, 0.5, 9.0, 4.0, 0.5, "unbounded"),
        (-14.0, 1.0, 9.0, 4.0, 0.5, "two_rays"),
    ],
)
def test_the_set_holds_exactly_the_ratios_that_a_t_test_accepts(
    *, a: float, b: float, va: float, vb: float, vab: float, kind: str
) -> None:
    """Definition (von Luxburg and Franz 2009, arXiv 0711.0198): |a − ρb| ≤ q·SE(a − ρb)."""
    interval = found(a, b, va, vb, vab)
    assert interval.kind == kind
    for ratio in np.linspace(-60, 60, 2401):
        accepted = abs(a - ratio * b) <= 1.812461 * np.sqrt(va - 2 * ratio * vab + ratio**2 * vb)
        if kind == "bounded":
            inside = interval.low <= ratio <= interval.high
        elif kind == "two_rays":
            inside = ratio <= interval.low or ratio >= interval.high
        else:
            inside = True
        assert inside == accepted


def test_its_lower_limit_is_dual_to_the_test_of_net_benefit() -> None:
    """ROI's lower limit exceeds r exactly if the t bound of B − (1 + r)C exceeds zero (C > 0)."""
    rng = np.random.default_rng(1)
    b, c = rng.normal(3, 2, 50), rng.normal(1, 0.3, 50)
    cov = np.cov(b, c) / 50
    interval = found(b.mean(), c.mean(), cov[0, 0], cov[1, 1], cov[0, 1], q=float(stats.t.ppf(0.95, 49)))
    at_limit = stats.ttest_1samp(b - interval.low * c, 0, alternative="greater")
    assert at_limit.confidence_interval(0.95).low == pytest.approx(0, abs=1e-12)


def test_without_spread_it_is_the_point() -> None:
    interval = found(5, 2, 0, 0)
    assert (interval.kind, interval.low, interval.high) == ("bounded", 2.5, 2.5)


def test_a_denominator_of_zero_is_unbounded() -> None:
    assert found(5, 0, 1, 0).kind == "unbounded"
