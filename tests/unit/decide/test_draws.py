"""Assumptions as distributions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from evalharness.core.assumptions import Assumption, Dist, Status
from evalharness.core.errors import BadInput
from evalharness.decide.draws import _stream, draw_all, means, quantile


def ranged(
    name: str = "value_per_satisfied_session", dist: Dist = Dist.PERT, **parameters: float
) -> Assumption:
    return Assumption(name=name, status=Status.RANGE, dist=dist, source="test", **parameters)


def distribution(a: Assumption) -> Any:
    """Return what scipy.stats makes of an assumption."""
    if a.dist is Dist.NORMAL:
        return stats.norm(a.mean, a.sd)
    if a.dist is Dist.BETA:
        return stats.beta(a.alpha, a.beta)
    if a.dist is Dist.LOGNORMAL90:
        mu, sigma = a.log_parameters()
        return stats.lognorm(s=sigma, scale=np.exp(mu))
    width = a.high - a.low
    if a.dist is Dist.TRIANGULAR:
        return stats.triang(c=(a.mid - a.low) / width, loc=a.low, scale=width)
    shape = (1 + 4 * (a.mid - a.low) / width, 1 + 4 * (a.high - a.mid) / width)
    return stats.beta(*shape, loc=a.low, scale=width)


@pytest.mark.parametrize(
    "field",
    [
        ranged(low=3, mid=5, high=9),
        ranged(low=3, mid=3, high=9),
        ranged(dist=Dist.TRIANGULAR, low=1, mid=2, high=7),
        ranged(dist=Dist.TRIANGULAR, low=1, mid=7, high=7),
        ranged(dist=Dist.LOGNORMAL90, low=0.5, high=10.0),
        ranged(dist=Dist.NORMAL, mean=40, sd=2),
        ranged("baseline_satisfaction", Dist.BETA, alpha=15, beta=5),
    ],
    ids=lambda field: str(field.dist),
)
def test_quantiles_are_those_of_scipy(field: Assumption) -> None:
    levels = np.array([0.0001, 0.05, 1 / 6, 0.5, 0.75, 0.95, 0.9999])
    assert quantile(field, levels) == pytest.approx(distribution(field).ppf(levels), rel=1e-12)


@pytest.mark.parametrize(
    ("low", "mid", "high", "mean"),
    [
        (2, 4, 6, 4.0),
        (3, 5, 9, 16 / 3),
        (4, 5, 7, 31 / 6),
        (4, 6, 10, 19 / 3),
        (3, 4, 8, 4.5),
        (3, 5, 8, 31 / 6),
    ],
)
def test_pert_means_of_the_classic_project_table(low: float, mid: float, high: float, mean: float) -> None:
    """(a + 4m + b)/6 (Malcolm et al. 1959, Operations Research 7): activities of the usual example."""
    field = ranged(low=low, mid=mid, high=high)
    assert field.expected() == pytest.approx(mean)
    assert distribution(field).mean() == pytest.approx(mean)


def test_pert_variance_and_ends() -> None:
    """Variance (μ − a)(b − μ)/7 of the beta with α + β = 6 (Vose, Risk Analysis, 3rd ed.)."""
    field = ranged(low=3, mid=5, high=9)
    mu = 16 / 3
    assert distribution(field).var() == pytest.approx((mu - 3) * (9 - mu) / 7)
    assert distribution(field).support() == (3, 9)


def test_lognormal90_returns_its_own_ends_and_mean() -> None:
    field = ranged(dist=Dist.LOGNORMAL90, low=0.5, high=10.0)
    assert quantile(field, 0.05) == pytest.approx(0.5, rel=1e-5)
    assert quantile(field, 0.95) == pytest.approx(10.0, rel=1e-5)
    assert field.expected() == pytest.approx(distribution(field).mean())


def test_triangular_normal_and_beta_means() -> None:
    assert ranged(dist=Dist.TRIANGULAR, low=0, mid=0, high=3).expected() == 1
    assert distribution(ranged(dist=Dist.TRIANGULAR, low=0, mid=0, high=3)).mean() == pytest.approx(1)
    assert ranged(dist=Dist.NORMAL, mean=4, sd=1).expected() == 4
    assert ranged("baseline_satisfaction", Dist.BETA, alpha=15, beta=5).expected() == 0.75


def test_a_normal_is_cut_at_the_domain() -> None:
    field = ranged("realisation", Dist.NORMAL, mean=0.9, sd=0.5)
    assert quantile(field, 0.999) == 1.0
    assert quantile(field, 0.001) == 0.0


def test_a_fixed_number_is_its_only_quantile_and_an_unknown_has_none(fixed) -> None:
    assert quantile(fixed("margin", 0.5), np.array([0.1, 0.9])).tolist() == [0.5, 0.5]
    with pytest.raises(ValueError, match="no quantiles"):
        quantile(Assumption(name="margin", status=Status.UNKNOWN), 0.5)


def test_draws_follow_their_distributions_and_fields_do_not_disturb_each_other(assume) -> None:
    pert = ranged(low=1, mid=2, high=6)
    alone = draw_all(assume(value_per_satisfied_session=pert), draws=20_000, seed=3)
    also = draw_all(
        assume(
            value_per_satisfied_session=pert, realisation=ranged("realisation", low=0.2, mid=0.5, high=0.9)
        ),
        draws=20_000,
        seed=3,
    )
    drawn = alone["value_per_satisfied_session"]
    assert stats.kstest(drawn, distribution(pert).cdf).pvalue > 0.001
    assert np.array_equal(drawn, also["value_per_satisfied_session"])
    assert alone["realisation"] == 0.5


def test_correlated_fields_are_drawn_together(assume) -> None:
    """A Gaussian copula with correlation ρ has Spearman correlation 6/π·asin(ρ/2) (Kruskal 1958)."""
    fields = {
        "value_per_satisfied_session": ranged(low=1, mid=2, high=6),
        "realisation": ranged("realisation", low=0.2, mid=0.5, high=0.9),
    }
    pair = ("value_per_satisfied_session", "realisation", 0.7)
    drawn = draw_all(assume(**fields, options={"correlations": (pair,)}), draws=50_000, seed=3)
    rank = stats.spearmanr(drawn["value_per_satisfied_session"], drawn["realisation"]).statistic
    assert rank == pytest.approx(6 / np.pi * np.arcsin(0.35), abs=0.01)
    assert stats.kstest(drawn["realisation"], distribution(fields["realisation"]).cdf).pvalue > 0.001


def test_contradicting_correlations_are_refused(assume) -> None:
    names = ("value_per_satisfied_session", "realisation", "requests_per_session")
    fields = {name: ranged(name, low=0.1, mid=0.5, high=0.9) for name in names}
    a, b, c = names
    impossible = ((a, b, 0.9), (b, c, 0.9), (a, c, -0.9))
    with pytest.raises(BadInput, match="contradict each other"):
        draw_all(assume(**fields, options={"correlations": impossible}), draws=10, seed=1)


def test_unknowns_are_absent_from_means_and_draws(assume) -> None:
    unknown = Assumption(name="realisation", status=Status.UNKNOWN)
    assert "realisation" not in means(assume(realisation=unknown))
    assert "realisation" not in draw_all(assume(realisation=unknown), draws=10, seed=1)


@pytest.mark.parametrize(
    "field",
    [
        ranged(low=1, mid=1, high=6),
        ranged(dist=Dist.LOGNORMAL90, low=0.5, high=10),
        ranged("baseline_satisfaction", Dist.BETA, alpha=15, beta=5),
        ranged(dist=Dist.TRIANGULAR, low=0, mid=0, high=3),
    ],
)
def test_interpolated_draws_equal_exact_quantiles(field: Assumption, assume) -> None:
    drawn = np.sort(draw_all(assume(**{field.name: field}), draws=5000, seed=1)[field.name])
    scores = np.sort(_stream(field.name, 1).standard_normal(5000))
    assert drawn == pytest.approx(
        quantile(field, stats.norm.cdf(scores)), abs=1e-4 * distribution(field).std()
    )
