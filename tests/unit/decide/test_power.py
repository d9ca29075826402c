"""Detectable effects and power."""

from __future__ import annotations

import numpy as np
import pytest

from evalharness.core.errors import InsufficientData
from evalharness.decide.power import cases_for_power, mde, mde_of_se, power_of


def test_mde_is_2_486_standard_errors() -> None:
    """METHOD §6: 80 % power, one-sided 5 %."""
    assert mde(1.0, 1 * 100) == pytest.approx(0.2486, abs=5e-5)
    assert mde(0.8, 100) == pytest.approx(2.486 * 0.08, abs=1e-4)
    assert mde_of_se(1.0) == pytest.approx(2.486, abs=5e-4)
    with pytest.raises(InsufficientData):
        mde(1.0, 1)


def test_power_of_a_tabulated_design() -> None:
    """Effect size 0.5, n = 27, one-sided 5 %: 80 % (Cohen 1988, table 2.4.1: 26-27 pairs)."""
    assert power_of(0.5, 1.0, 27) == pytest.approx(0.80, abs=0.02)
    assert power_of(0.0, 1.0, 50) == pytest.approx(0.05, abs=1e-6)


def test_cases_for_power_is_the_smallest_number_that_suffices() -> None:
    n = cases_for_power(0.2, 0.8)
    assert power_of(0.2, 0.8, n) >= 0.8 > power_of(0.2, 0.8, n - 1)
    assert cases_for_power(-0.1, 0.8) is None
    assert cases_for_power(1e-9, 1.0) is None


def test_without_spread_power_is_certain() -> None:
    assert (power_of(1.0, 0.0, 10), power_of(0.0, 0.0, 10)) == (1.0, 0.0)
    assert power_of(1e9, 1.0, 10) == pytest.approx(1.0)
    assert power_of(-1e9, 1.0, 10) == pytest.approx(0.0, abs=1e-12)


def test_mde_and_power_agree_by_simulation() -> None:
    rng = np.random.default_rng(1)
    sample = rng.normal(mde(1.0, 100), 1.0, (4000, 100))
    t = sample.mean(axis=1) / (sample.std(axis=1, ddof=1) / 10)
    assert (t > 1.6604).mean() == pytest.approx(0.80, abs=0.025)


@pytest.mark.parametrize("n", [2, 5, 30, 100, 400])
@pytest.mark.parametrize("effect", [-0.2, 0.0, 0.1, 0.5, 1.5])
def test_power_is_that_of_statsmodels(n: int, effect: float) -> None:
    """TTestPower is the library METHOD names; the noncentral t is used directly only to spare its import."""
    from statsmodels.stats.power import TTestPower

    library = TTestPower().power(effect_size=effect, nobs=n, alpha=0.05, alternative="larger")
    assert power_of(effect, 1.0, n) == pytest.approx(float(library), abs=1e-9)
