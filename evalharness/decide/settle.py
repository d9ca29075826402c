"""How many cases would settle the upgrade, if what was measured is the truth; and what no number would."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from evalharness.core.decision import Branch, ConditionName, Estimate
from evalharness.decide.assess import Assessment
from evalharness.decide.contrasts import MeanVector, net_values
from evalharness.decide.distributions import normal_quantile, t_quantile
from evalharness.decide.money import benefit_per_request, overhead_per_request
from evalharness.decide.montecarlo import Posterior, beats, draw_posterior
from evalharness.decide.stakes import DRAWS, Stakes

POWER = 0.80
_MOST_CASES = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Settling:
    """What more cases would do."""

    cases: int | None
    """Cases in total with which every statistical condition holds with 80 % power; None if no number does."""
    obstacle: ConditionName | None
    """The first condition that no number of cases would meet, None if there is none."""


def settling(stakes: Stakes, found: Assessment) -> Settling:
    """Project the statistical conditions to larger studies in which the same means are true.

    Standard errors shrink with the root of the cases; where labels correct the mean, only the part of the
    variance does that comes from cases without labels. A condition must hold even if the estimates fall as
    far short of the truth as they do in one study of five.
    """
    if found.joint is None:
        return Settling(cases=None, obstacle=None)
    study = _Larger.of(stakes, found, found.joint)
    obstacle = study.obstacle()
    if obstacle is not None or not study.bounds_hold(_MOST_CASES):
        return Settling(cases=None, obstacle=obstacle)
    enough = _smallest(study.bounds_hold, 2)
    if not study.likely(_MOST_CASES):
        return Settling(cases=None, obstacle=ConditionName.ROI_PROBABILITY)
    return Settling(cases=_smallest(study.likely, enough), obstacle=None)


def _smallest(holds: Callable[[int], bool], least: int) -> int:
    """Return the smallest number that holds, by doubling and halving; the largest of all is known to."""
    if holds(least):
        return least
    low, high = least, min(2 * least, _MOST_CASES)
    while not holds(high):
        low, high = high, min(2 * high, _MOST_CASES)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


@dataclass(frozen=True, slots=True, kw_only=True)
class _Larger:
    """The same study with another number of cases."""

    stakes: Stakes
    found: Assessment
    joint: MeanVector
    posterior: Posterior
    fixed: float
    """Share of the variance that cases without labels leave as it is."""

    @classmethod
    def of(cls, stakes: Stakes, found: Assessment, joint: MeanVector) -> _Larger:
        """Take a study with bounds."""
        draws = draw_posterior(joint, draws=DRAWS, seed=stakes.bench.study.experiment.seed)
        return cls(
            stakes=stakes, found=found, joint=joint, posterior=draws, fixed=_labels_share(stakes, found)
        )

    @property
    def dearer(self) -> bool:
        """Whether the treatment proves dearer, which is what an unclear cost then turns out to be."""
        return self.found.cost.value > 0 or self.found.branch is Branch.DEARER

    def obstacle(self) -> ConditionName | None:
        """Return the first condition that does not hold at the measured means themselves."""
        means = [(name, estimate.value) for name, estimate in self._plain()]
        means += [(ConditionName.NPV, self.found.money.npv)] * self.dearer
        return next((name for name, value in means if value <= 0), None)

    def bounds_hold(self, cases: int) -> bool:
        """Tell whether every lower bound is above zero with 80 % power, tail guards included."""
        shrunk, quantile = self._shrunk(cases), self._quantile(cases)
        power = float(normal_quantile(POWER))
        plain = all(
            estimate.value > (quantile + power) * shrunk * _se(estimate) for _, estimate in self._plain()
        )
        return plain and all(
            self._guarded(guarded, estimate, cases) > power * shrunk * _se(estimate)
            for guarded, estimate in self._tails()
        )

    def likely(self, cases: int) -> bool:
        """Tell whether P(ROI > threshold) is high enough with 80 % power; true where P is not asked for."""
        if not self.dearer:
            return True
        shrunk, mean = self._shrunk(cases), self.joint.mean
        short = float(normal_quantile(POWER)) * shrunk * math.sqrt(self.joint.cov[0, 0])
        quality = mean[0] - short + shrunk * (self.posterior.quality - mean[0])
        cost = mean[1:-1] + shrunk * (self.posterior.cost - mean[1:-1])
        latency = mean[-1] + shrunk * (self.posterior.latency_s - mean[-1])
        values, exchange = {**self.found.values, **self.stakes.draws}, self.stakes.exchange
        benefit = benefit_per_request(values, exchange, quality, latency)
        charged = cost @ self.found.path.shares + overhead_per_request(values, exchange)
        chance = float(beats(benefit, charged, self.stakes.limits.roi).mean())
        return chance >= self.stakes.limits.roi_probability

    def _plain(self) -> list[tuple[ConditionName, Estimate]]:
        found = self.found
        rows = [(ConditionName.NET, found.net)]
        if self.dearer:
            rows.insert(0, (ConditionName.NET_AT_THRESHOLD, found.net_at_threshold))
        else:
            rows.append((ConditionName.NON_INFERIOR, found.non_inferiority))
        if self.stakes.correction is None:
            rows.append((ConditionName.BIAS_ALLOWANCE, found.with_allowance))
        return rows

    def _tails(self) -> list[tuple[Estimate, Estimate]]:
        """Return each tail guard with the estimate that it guards."""
        found = self.found
        guarded = found.net if found.branch is Branch.NOT_DEARER else found.net_at_threshold
        rows = [(found.tail_guard, guarded)]
        return rows if self.dearer else [*rows, (found.non_inferiority_tail, found.non_inferiority)]

    def _guarded(self, guarded: Estimate, plain: Estimate, cases: int) -> float:
        """Return the lower bound of a tail guard: its one pseudo-case weighs less among more cases."""
        spread = self._shrunk(cases) * _se(plain)
        if self.stakes.correction is None:
            drop = (guarded.value - plain.value) * (self._cases + 1) / (cases + 1)
            own = drop
        else:  # among the labelled cases, which stay as many
            drop = guarded.value - plain.value
            own = math.sqrt(max(0.0, _se(guarded) ** 2 - _se(plain) ** 2))
        return plain.value + drop - self._quantile(cases) * math.hypot(spread, own)

    @property
    def _cases(self) -> int:
        return self.stakes.pair.design.n

    def _shrunk(self, cases: int) -> float:
        """Return the standard error of so many cases as a share of the present one."""
        return math.sqrt(self.fixed + (1 - self.fixed) * self._cases / cases)

    def _quantile(self, cases: int) -> float:
        df = self.joint.df
        if self.stakes.correction is None:
            df = max(1.0, (df + 1) * cases / self._cases - 1)
        return t_quantile(self.stakes.bench.confidence, df)


def _se(estimate: Estimate) -> float:
    return estimate.se or 0.0


def _labels_share(stakes: Stakes, found: Assessment) -> float:
    if stakes.correction is None:
        return 0.0
    case = found.case
    values = net_values(case.benefit, case.cost, stakes.limits.roi)
    shift = stakes.shift(case.value_per_point, -case.value_per_point)
    errors = stakes.correction.rectified(values, stakes.pair.design, shift).influence ** 2
    return float(errors[stakes.correction.people.at].sum() / errors.sum()) if errors.any() else 0.0
