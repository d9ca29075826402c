"""The upgrade's numbers on one day, every assumption at a value: contrasts, money, Monte Carlo, branch."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from evalharness.core.assumptions import Assumptions
from evalharness.core.decision import Branch, Condition, Estimate, Money, MonteCarlo, RatioInterval
from evalharness.core.experiment import Thresholds
from evalharness.decide.bench import Bench
from evalharness.decide.cells import FloatArray
from evalharness.decide.contrasts import MeanVector, mean_or_value, mean_vector, net_values
from evalharness.decide.design import Design
from evalharness.decide.distributions import t_quantile
from evalharness.decide.draws import draw_all, means
from evalharness.decide.fieller import fieller_set
from evalharness.decide.money import CaseMoney, Exchange, case_money
from evalharness.decide.montecarlo import Outlook, Posterior, draw_posterior, outlook, summarise
from evalharness.decide.pairing import Pair, filled_differences
from evalharness.decide.panel import agreement_condition
from evalharness.decide.pricepath import (
    PricePath,
    horizon_roi,
    month_rows,
    net_present_value,
    payback_months,
    price_path,
)
from evalharness.decide.sena import retention_estimates
from evalharness.decide.tail import guarded_estimate, net_benefit_pseudo_case

DRAWS = 50_000


class Stakes:
    """What stays the same however often the upgrade is assessed: arms, assumptions and their draws."""

    def __init__(self, bench: Bench, assumptions: Assumptions, pair: Pair) -> None:
        """Pair the arms once; draw the assumptions when first needed."""
        self.bench = bench
        self.assumptions = assumptions
        self.pair = pair
        experiment = bench.study.experiment
        self.limits: Thresholds = experiment.thresholds
        self.exchange = Exchange(
            channel=assumptions.channel,
            scale_width=experiment.scorer.width,
            months=assumptions.horizon_months,
        )
        self.models = bench.costs.models((pair.minuend, pair.subtrahend))

    @cached_property
    def judges(self) -> tuple[Condition, ...]:
        """The row "no judge sees the difference with the other sign"; empty unless several judges decide."""
        return agreement_condition(
            self.bench, self.pair.minuend, self.pair.subtrahend, margin=lambda pair: pair.quality
        )

    @cached_property
    def draws(self) -> dict[str, float | FloatArray]:
        """Draws of every stated assumption, the same for each day and corner."""
        return draw_all(self.assumptions, draws=DRAWS, seed=self.bench.study.experiment.seed)

    @cached_property
    def latency_s(self) -> FloatArray:
        """Added seconds of each case; zeros while latency is unmeasured."""
        added = filled_differences(self.pair, self.bench.cells.latency_ms)
        return np.zeros(self.pair.design.n) if added is None else added / 1000

    def path(self, on: dt.date) -> PricePath:
        """Return the price path from a day."""
        return price_path(self.bench.card, self.models, on, self.exchange.months)

    def cost_on(self, day: dt.date, *, cache_neutral: bool = False) -> FloatArray | None:
        """Return token cost differences at one day's prices, shape (n,), USD; None if none is known."""
        return filled_differences(self.pair, self.bench.costs.at(day, cache_neutral=cache_neutral))

    def cost_path(self, path: PricePath, *, cache_neutral: bool = False) -> FloatArray | None:
        """Return token cost differences at each set of prices, shape (n, regimes)."""
        columns = [self.cost_on(day, cache_neutral=cache_neutral) for day in path.days]
        known = [column for column in columns if column is not None]
        return np.stack(known, axis=1) if len(known) == len(columns) else None

    def estimate(self, values: FloatArray, unit: str = "usd_per_request") -> Estimate:
        """Estimate a mean over the pair's cases."""
        return mean_or_value(values, self.pair.design, unit=unit, confidence=self.bench.confidence)

    def guarded(self, values: FloatArray, pseudo: float, unit: str = "usd_per_request") -> Estimate:
        """Estimate a mean with the tail guard's pseudo-case."""
        return guarded_estimate(
            values, self.pair.design, pseudo=pseudo, unit=unit, confidence=self.bench.confidence
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """The upgrade on one day, all assumptions at a value."""

    on: dt.date
    values: Mapping[str, float]
    path: PricePath
    case: CaseMoney
    branch: Branch
    quality: Estimate
    """Points."""
    cost: Estimate
    """USD per request over the path, overhead included."""
    net_at_threshold: Estimate
    net: Estimate
    tail_guard: Estimate
    with_allowance: Estimate
    non_inferiority: Estimate
    non_inferiority_tail: Estimate
    fieller: RatioInterval | None
    money: Money
    joint: MeanVector | None
    monte_carlo: MonteCarlo | None

    @property
    def requests(self) -> float:
        """M: requests per month."""
        return float(self.values["requests_per_month"])


def assess(
    stakes: Stakes,
    on: dt.date,
    given: Mapping[str, float],
    *,
    explain: bool = True,
    simulate: bool = True,
) -> Assessment | None:
    """Assess the upgrade on a day.

    Args:
        stakes: Arms, assumptions and draws.
        on: Day from which months are priced.
        given: Values for assumptions that are unknown.
        explain: Whether to split the Monte Carlo spread into sampling and assumptions.
        simulate: Whether to run the Monte Carlo at all.

    Returns:
        None if an assumption is left without a value, or no cost is known.
    """
    values = means(stakes.assumptions) | dict(given)
    path = stakes.path(on)
    costs = stakes.cost_path(path)
    if costs is None or any(field.name not in values for field in stakes.assumptions.used()):
        return None
    case = case_money(
        values, stakes.exchange, quality=stakes.pair.quality, cost=costs @ path.shares,
        latency_s=stakes.latency_s, weights=stakes.pair.design.weights,
    )  # fmt: skip
    cost = stakes.estimate(case.cost)
    branch = branch_of(cost)
    threshold = 0.0 if branch is Branch.NOT_DEARER else stakes.limits.roi
    decisive = net_values(case.benefit, case.cost, threshold)
    kept, kept_tail = retention_estimates(
        stakes.pair, stakes.limits, stakes.bench.study.experiment.scorer, stakes.bench.confidence
    )
    return Assessment(
        on=on, values=values, path=path, case=case, branch=branch, cost=cost,
        quality=stakes.estimate(stakes.pair.quality, "points"),
        net_at_threshold=stakes.estimate(net_values(case.benefit, case.cost, stakes.limits.roi)),
        net=stakes.estimate(net_values(case.benefit, case.cost, 0.0)),
        tail_guard=stakes.guarded(decisive, net_benefit_pseudo_case(
            case.cost, value_per_point=case.value_per_point, score_range=stakes.exchange.scale_width,
            share=stakes.limits.tail_share, threshold=threshold,
        )),
        with_allowance=stakes.estimate(net_values(
            case.benefit - case.value_per_point * stakes.limits.bias_allowance, case.cost, threshold
        )),
        non_inferiority=kept, non_inferiority_tail=kept_tail,
        fieller=_fieller(stakes, case),
        money=_money(stakes, values, path, case, costs),
        joint=(joint := _joint(stakes, costs)),
        monte_carlo=(
            _monte_carlo(stakes, values, path, joint, given=given, explain=explain)
            if joint is not None and simulate
            else None
        ),
    )  # fmt: skip


def branch_of(cost: Estimate) -> Branch:
    """Return which rule judges: by the bounds of the mean cost difference."""
    if cost.high is not None and cost.high <= 0:
        return Branch.NOT_DEARER
    return Branch.DEARER if cost.low is not None and cost.low > 0 else Branch.SPANS_ZERO


def _fieller(stakes: Stakes, case: CaseMoney) -> RatioInterval | None:
    if stakes.pair.design.units < 2:
        return None
    confidence = stakes.bench.confidence
    return roi_interval(case.benefit, case.cost, stakes.pair.design, confidence)


def roi_interval(benefit: FloatArray, cost: FloatArray, design: Design, confidence: float) -> RatioInterval:
    """Return the Fieller set of mean(benefit)/mean(cost) - 1, shape (n,) each, from at least two units."""
    joint = mean_vector(np.stack([benefit, cost], axis=1), design)
    ratio = fieller_set(
        float(joint.mean[0]), float(joint.mean[1]),
        v_numerator=float(joint.cov[0, 0]), v_denominator=float(joint.cov[1, 1]),
        v_both=float(joint.cov[0, 1]), quantile=t_quantile(confidence, joint.df),
        confidence=confidence,
    )  # fmt: skip
    if ratio.low is None or ratio.high is None:
        return ratio
    return RatioInterval(kind=ratio.kind, low=ratio.low - 1, high=ratio.high - 1, confidence=confidence)


def _money(
    stakes: Stakes, values: Mapping[str, float], path: PricePath, case: CaseMoney, costs: FloatArray
) -> Money:
    requests, ops, one_off = (
        values[name] for name in ("requests_per_month", "ops_delta_per_month", "one_off_cost")
    )
    weights = stakes.pair.design.weights
    by_regime = requests * np.average(costs, axis=0, weights=weights) + ops
    by_month = by_regime[list(path.regime)]
    benefit = requests * float(np.average(case.benefit, weights=weights))
    at_run_date = float(by_regime[0])
    total, months = float(by_month.sum()), len(by_month)
    dearer = total + one_off > 0
    return Money(
        months=months, requests_per_month=requests, value_per_point=case.value_per_point, benefit=benefit,
        latency_loss=requests * case.latency_loss, cost=total / months, cost_at_run_date=at_run_date,
        ops=ops, one_off=one_off,
        roi=float(horizon_roi(months * benefit, total, one_off)) if dearer else None,
        roi_at_run_date=(benefit - at_run_date) / at_run_date if at_run_date > 0 else None,
        npv=net_present_value(benefit - by_month, one_off=one_off, yearly_rate=values["discount_rate"]),
        payback_months=payback_months(benefit - by_month, one_off),
        path=month_rows(path, benefit, by_month, one_off),
    )  # fmt: skip


def _joint(stakes: Stakes, costs: FloatArray) -> MeanVector | None:
    if stakes.pair.design.units < 2:
        return None
    columns = np.column_stack([stakes.pair.quality, costs, stakes.latency_s])
    return mean_vector(columns, stakes.pair.design)


def _monte_carlo(
    stakes: Stakes,
    values: Mapping[str, float],
    path: PricePath,
    joint: MeanVector,
    *,
    given: Mapping[str, float],
    explain: bool,
) -> MonteCarlo:
    seed, threshold = stakes.bench.study.experiment.seed, stakes.limits.roi
    posterior = draw_posterior(joint, draws=DRAWS, seed=seed)
    drawn = stakes.draws | dict(given)
    both = outlook(posterior, drawn, stakes.exchange, path)
    sample_sd = assumption_sd = 0.0
    if explain:
        sampling = outlook(posterior, values, stakes.exchange, path)
        assumed = outlook(Posterior.centre(joint), drawn, stakes.exchange, path)
        sample_sd, assumption_sd = (_sd(part, threshold) for part in (sampling, assumed))
    return summarise(
        both, months=stakes.exchange.months, one_off=drawn["one_off_cost"], threshold=threshold,
        seed=seed, sample_sd=sample_sd, assumption_sd=assumption_sd,
    )  # fmt: skip


def _sd(part: Outlook, threshold: float) -> float:
    return float(np.std(net_values(part.benefit, part.charged, threshold)))
