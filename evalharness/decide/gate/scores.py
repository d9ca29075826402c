"""Checks of what answers are worth: mean scores, facts that reach the model, severe drops, floors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from evalharness.core.experiment import Thresholds
from evalharness.core.gate import CheckKind, CheckStatus, GateCheck, GateSettings, Remark, RemarkCode
from evalharness.decide.cells import FloatArray
from evalharness.decide.design import Design
from evalharness.decide.gate.holm import Excess, Tested, holm_tests
from evalharness.decide.gate.noise import Noise
from evalharness.decide.gate.sides import Side, stratified
from evalharness.decide.power import mde_of_se
from evalharness.decide.slices import holm


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """An arm's scores on the shared cases that have one on both sides."""

    side: Side
    before: FloatArray
    """Points, shape (n,)."""
    after: FloatArray

    @property
    def change(self) -> FloatArray:
        """Points, shape (n,): below zero is worse."""
        return self.after - self.before


def few(kind: CheckKind, arm: str, n: int, *, slice_: str = "", unit: str = "points") -> GateCheck:
    """Return a row for which there are too few cases."""
    remark = Remark(code=RemarkCode.FEW_CASES, values=(("n", n),))
    return GateCheck(
        kind=kind, arm=arm, slice=slice_, status=CheckStatus.INCONCLUSIVE, n=n, unit=unit, remarks=(remark,)
    )


def score_checks(
    rows: Sequence[Scored], settings: GateSettings, noise: Noise | None
) -> tuple[GateCheck, ...]:
    """Hold each arm's mean loss against the tolerance, over all arms together."""
    excesses = [
        Excess(
            values=-(row.change + settings.tolerance),
            design=stratified(row.side.design, row.side.anew), unit="points",
        )
        for row in rows
    ]  # fmt: skip
    tested = holm_tests(excesses, settings.alpha)
    return tuple(
        _score_check(row, excess, found, settings, noise)
        for row, excess, found in zip(rows, excesses, tested, strict=True)
    )


def _score_check(
    row: Scored, excess: Excess, found: Tested, settings: GateSettings, noise: Noise | None
) -> GateCheck:
    estimate, plain = found.estimate, excess.estimate(settings.alpha)
    if estimate is None or plain is None or estimate.low is None or plain.high is None:
        return few(CheckKind.SCORE, row.side.arm, len(row.change))
    tolerance, weights = settings.tolerance, row.side.design.weights
    status = CheckStatus.PASS
    if found.passed_limit:
        status = CheckStatus.FAIL
    elif -plain.high - tolerance <= -settings.margin:
        status = CheckStatus.INCONCLUSIVE
    catches, source = _catches(row, estimate.se or 0.0, found.first_level, noise)
    return GateCheck(
        kind=CheckKind.SCORE, arm=row.side.arm, status=status,
        before=float(np.average(row.before, weights=weights)),
        after=float(np.average(row.after, weights=weights)),
        change=-estimate.value - tolerance, bound=-estimate.low - tolerance, limit=-tolerance, p=found.p,
        n=len(row.change), anew=int(row.side.anew.sum()),
        catches=None if catches is None else catches + tolerance, catches_from=source, unit="points",
    )  # fmt: skip


def _catches(row: Scored, se: float, level: float, noise: Noise | None) -> tuple[float | None, str]:
    """Return the smallest loss beyond the tolerance that is found 8 times in 10, and what tells the noise."""
    if se > 0:
        return mde_of_se(se, confidence=1 - level), "comparison"
    if noise is None:
        return None, ""
    # No answer is new, so this comparison has no noise of its own: were all answers new, it would be this.
    return mde_of_se(noise.standard_error(row.side.design), confidence=1 - level), "aa"


def context_checks(sides: Sequence[Side], alpha: float) -> tuple[GateCheck, ...]:
    """Hold the share of key facts that reach the model against the baseline's: no model's noise is in it.

    The cases are the only sample here, so they are not split by what was asked anew.
    """
    shares = [side.known(lambda cell: float(len(cell.sent_facts))) for side in sides]
    rows = [Excess(values=before - after, design=design, unit="facts") for before, after, design in shares]
    tested = holm_tests(rows, alpha)
    return tuple(
        _context_check(side, before, after, found)
        for side, (before, after, _), found in zip(sides, shares, tested, strict=True)
    )


def _context_check(side: Side, before: FloatArray, after: FloatArray, found: Tested) -> GateCheck:
    estimate = found.estimate
    if estimate is None or estimate.low is None:
        return few(CheckKind.CONTEXT, side.arm, len(before), unit="facts")
    return GateCheck(
        kind=CheckKind.CONTEXT, arm=side.arm,
        status=CheckStatus.FAIL if found.passed_limit else CheckStatus.PASS,
        before=float(np.average(before, weights=side.design.weights)),
        after=float(np.average(after, weights=side.design.weights)),
        change=-estimate.value, bound=-estimate.low, limit=0.0, p=found.p, n=len(before),
        anew=int(side.anew.sum()),
        catches=mde_of_se(estimate.se, confidence=1 - found.first_level) if estimate.se else None,
        catches_from="comparison" if estimate.se else "", unit="facts",
    )  # fmt: skip


def severe_checks(
    rows: Sequence[Scored], limits: Thresholds, alpha: float, noise: Noise | None
) -> tuple[GateCheck, ...]:
    """Hold the number of severe drops against the A/A arm's, by Fisher's exact test.

    Only answers that are new can drop, so their share among the new ones is compared.
    """
    p_values = [_fisher(severe_drops(row, limits), int(row.side.anew.sum()), noise) for row in rows]
    adjusted = holm(p_values) if p_values else []
    return tuple(
        _severe_check(row, severe_drops(row, limits), noise, p=p, alpha=alpha)
        for row, p in zip(rows, adjusted, strict=True)
    )


def severe_drops(row: Scored, limits: Thresholds) -> int:
    """Count the cases of an arm that lose at least the severe loss."""
    return int((row.change <= -limits.severe_loss + 1e-9).sum())


def _fisher(count: int, n: int, noise: Noise | None) -> float:
    if noise is None or not count:
        return 1.0
    table = [[count, max(0, n - count)], [noise.severe, noise.n - noise.severe]]
    return float(stats.fisher_exact(table, alternative="greater").pvalue)


def _severe_check(row: Scored, count: int, noise: Noise | None, *, p: float, alpha: float) -> GateCheck:
    unknown = noise is None and count > 0
    status = CheckStatus.FAIL if p < alpha else CheckStatus.PASS
    anew = int(row.side.anew.sum())
    return GateCheck(
        kind=CheckKind.SEVERE, arm=row.side.arm, status=CheckStatus.INCONCLUSIVE if unknown else status,
        before=None if noise is None else noise.severe_share * anew, after=float(count),
        p=None if noise is None else p, n=len(row.change), anew=anew, unit="count",
        remarks=(Remark(code=RemarkCode.NO_NOISE),) if unknown else (),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorRow:
    """One floor in one arm: the scores that it holds for."""

    arm: str
    dimension: str
    value: str
    points: float
    scores: FloatArray
    """Shape (n,), points."""
    design: Design


def floor_checks(rows: Sequence[FloorRow], alpha: float) -> tuple[GateCheck, ...]:
    """Hold mean scores against their floors; a mean below one that may be chance is inconclusive."""
    excesses = [Excess(values=row.points - row.scores, design=row.design, unit="points") for row in rows]
    tested = holm_tests(excesses, alpha)
    return tuple(_floor_check(row, found) for row, found in zip(rows, tested, strict=True))


def _floor_check(row: FloorRow, found: Tested) -> GateCheck:
    where = f"{row.dimension} {row.value}"
    if found.estimate is None or found.estimate.low is None:
        return few(CheckKind.FLOOR, row.arm, len(row.scores), slice_=where)
    mean = row.points - found.estimate.value
    status = CheckStatus.PASS if mean >= row.points else CheckStatus.INCONCLUSIVE
    if found.passed_limit:
        status = CheckStatus.FAIL
    return GateCheck(
        kind=CheckKind.FLOOR, arm=row.arm, slice=where, status=status, after=mean,
        bound=row.points - found.estimate.low, limit=row.points, p=found.p, n=len(row.scores), unit="points",
    )  # fmt: skip
