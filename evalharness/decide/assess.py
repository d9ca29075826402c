"""The upgrade's numbers on one day, every assumption at a value: contrasts, money, Monte Carlo, branch."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from evalharness.core.decision import Branch, Estimate, Money, MonteCarlo, RatioInterval
from evalharness.decide.cells import FloatArray
from evalharness.decide.contrasts import MeanVector, net_values
from evalharness.decide.distributions import t_quantile
from evalharness.decide.draws import means
from evalharness.decide.fieller import fieller_set
from evalharness.decide.money import CaseMoney, case_money
from evalharness.decide.montecarlo import (
    Outlook,
    Posterior,
    chance_to_beat,
    draw_posterior,
    outlook,
    summarise,
)
from evalharness.decide.pricepath import (
    PricePath,
    horizon_roi,
    month_rows,
    net_present_value,
    payback_months,
)
from evalharness.decide.quadrature import Chance
from evalharness.decide.stakes import DRAWS, Stakes


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """The upgrade on one day, all assumptions at a value."""

    on: dt.date
    values: Mapping[str, float]
    path: PricePath
    case: CaseMoney
    branch: Branch
    threshold: float
    """r, the return to beat: 0 where the treatment is not dearer, for (1 + r)·C would count savings again."""
    quality: Estimate
    """Points, corrected by people's labels where there are enough, as are the contrasts below."""
    cost: Estimate
    """USD per request over the path, overhead included."""
    net_at_threshold: Estimate
    net: Estimate
    tail_guard: Estimate
    with_allowance: Estimate
    """As judged: the allowance stands in for labels."""
    non_inferiority: Estimate
    non_inferiority_tail: Estimate
    fieller: RatioInterval | None
    money: Money
    joint: MeanVector | None
    monte_carlo: MonteCarlo | None
    chance: Chance | None
    """How likely the threshold is beaten; None where nothing was simulated."""

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
        latency_s=stakes.latency_s, weights=stakes.pair.design.weights, people_add=stakes.people_add,
    )  # fmt: skip
    cost = stakes.estimate(case.cost)
    branch = branch_of(cost)
    threshold = return_to_beat(stakes, branch)
    kept, kept_tail = stakes.retention()
    joint = _joint(stakes, costs)
    drawn = (
        _monte_carlo(stakes, values, path, joint, given=given, explain=explain)
        if joint is not None and simulate
        else None
    )
    return Assessment(
        on=on, values=values, path=path, case=case, branch=branch, threshold=threshold, cost=cost,
        quality=stakes.points(),
        net_at_threshold=stakes.net(case, threshold),
        net=stakes.net(case, 0.0),
        tail_guard=stakes.guarded_net(case, threshold, stakes.limits.tail_share),
        with_allowance=stakes.estimate(net_values(
            case.benefit - case.value_per_point * stakes.limits.bias_allowance, case.cost, threshold
        )),
        non_inferiority=kept, non_inferiority_tail=kept_tail,
        fieller=_fieller(stakes, case),
        money=_money(stakes, values, path, case, costs),
        joint=joint, monte_carlo=drawn, chance=None if drawn is None else Chance.of(drawn),
    )  # fmt: skip


def branch_of(cost: Estimate) -> Branch:
    """Return which rule judges: by the bounds of the mean cost difference."""
    if cost.high is not None and cost.high <= 0:
        return Branch.NOT_DEARER
    return Branch.DEARER if cost.low is not None and cost.low > 0 else Branch.SPANS_ZERO


def return_to_beat(stakes: Stakes, branch: Branch) -> float:
    """Return r of the decisive contrast: 0 where the treatment is not dearer."""
    return 0.0 if branch is Branch.NOT_DEARER else stakes.limits.roi


def _fieller(stakes: Stakes, case: CaseMoney) -> RatioInterval | None:
    if stakes.pair.design.units < 2:
        return None
    columns = np.stack([case.benefit, case.cost], axis=1)
    shift = stakes.shift(case.value_per_point, -case.value_per_point)
    return roi_interval(stakes.joint(columns, shift), stakes.bench.confidence)


def roi_interval(joint: MeanVector, confidence: float) -> RatioInterval:
    """Return the Fieller set of B/C - 1 from the joint estimate of (benefit, cost)."""
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
    per_request = float(np.average(case.benefit, weights=weights))
    benefit = requests * (per_request + case.value_per_point * stakes.people_add)
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
    return stakes.joint(columns, stakes.shift(1.0, -1.0))


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
    posterior = _posterior(stakes, joint)
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


def _posterior(stakes: Stakes, joint: MeanVector) -> Posterior:
    return draw_posterior(joint, draws=DRAWS, seed=stakes.bench.study.experiment.seed)


def simulated_chance(stakes: Stakes, found: Assessment) -> float | None:
    """Return P(ROI > threshold) of what was assessed without a simulation; None where there is no spread.

    No assumption may be unknown: values that were given for one are not drawn.
    """
    if found.joint is None:
        return None
    return chance_to_beat(
        _posterior(stakes, found.joint), stakes.draws, stakes.exchange, found.path, stakes.limits.roi
    )


def _sd(part: Outlook, threshold: float) -> float:
    return float(np.std(net_values(part.benefit, part.charged, threshold)))
