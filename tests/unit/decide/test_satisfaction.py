"""Ratings → satisfied shares and κ."""

from __future__ import annotations

import numpy as np
import pytest

from evalharness.core.ratings import Rating
from evalharness.decide.satisfaction import fit_ratings, share_of


def sessions(count: int, *, kappa: float, seed: int = 1) -> tuple[list[Rating], dict[tuple[str, str], float]]:
    """Sessions whose chance of satisfaction rises by kappa for each share of quality."""
    rng = np.random.default_rng(seed)
    quality = {
        (f"c{i:03d}", arm): float(rng.uniform(0.3, 0.9)) for i in range(100) for arm in ("flash", "pro")
    }
    places = sorted(quality)
    ratings = []
    for number in range(count):
        case_id, arm = places[int(rng.integers(len(places)))]
        chance = 0.5 + kappa * (quality[case_id, arm] - 0.6)
        ratings.append(
            Rating(session=f"s{number}", satisfied=bool(rng.random() < chance), stars=None, case_id=case_id,
                   arm=arm)
        )  # fmt: skip
    return ratings, quality


def test_the_first_week_of_the_programme() -> None:
    """LUMEN.md: 75 % on 20 ratings; Clopper-Pearson gives 51 to 91 %."""
    ratings = [Rating(session=f"s{i}", satisfied=i < 15, stars=None) for i in range(20)]
    share = share_of(ratings)
    assert share is not None
    assert (share.value, round(share.low, 2), round(share.high, 2)) == (0.75, 0.51, 0.91)
    assert share_of([]) is None


def test_kappa_is_recovered() -> None:
    ratings, quality = sessions(4000, kappa=0.6)
    found = fit_ratings(ratings, treatment={"pro"}, quality=quality)
    assert found.kappa is not None
    assert found.kappa.value == pytest.approx(0.6, abs=3 * (found.kappa.se or 0))
    assert found.kappa.low is not None
    assert found.kappa.low > 0.3
    assert found.linked == 4000
    assert found.today is not None
    assert found.treatment is not None
    assert found.today.ratings + found.treatment.ratings == 4000


def test_its_interval_covers() -> None:
    """300 imports of 300 ratings: at least 92 % of 95 % intervals hold the true slope."""
    covered = 0
    for seed in range(300):
        ratings, quality = sessions(300, kappa=0.6, seed=seed)
        kappa = fit_ratings(ratings, treatment={"pro"}, quality=quality).kappa
        assert kappa is not None
        covered += (kappa.low or 0) <= 0.6 <= (kappa.high or 0)
    assert covered >= 0.92 * 300


@pytest.mark.parametrize(
    ("count", "reason"), [(49, "49 sessions link to scored cells, 50 are needed"), (0, "0 sessions link")]
)
def test_too_few_links(count: int, reason: str) -> None:
    ratings, quality = sessions(count, kappa=0.6)
    found = fit_ratings(ratings, treatment=(), quality=quality)
    assert found.kappa is None
    assert reason in found.why_no_kappa
    assert found.treatment is None


def test_equal_scores_have_no_slope() -> None:
    ratings, quality = sessions(80, kappa=0.6)
    found = fit_ratings(ratings, treatment=(), quality=dict.fromkeys(quality, 0.5))
    assert "differ in no score" in found.why_no_kappa
