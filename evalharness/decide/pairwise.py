"""Direct comparisons: wins, losses, ties and flips, with exact intervals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from evalharness.core.decision import Estimate, PairwiseRow
from evalharness.core.judging import Compared, Comparison, Side, Uncompared
from evalharness.decide.bench import Bench
from evalharness.decide.contrasts import mean_or_value
from evalharness.decide.length import length_adjusted, log_lengths, log_ratios
from evalharness.decide.severe import clopper_pearson_upper

_WORTH = {Side.TREATMENT: 1.0, Side.TIE: 0.0, Side.CONTROL: -1.0}


def pairwise_rows(bench: Bench) -> tuple[PairwiseRow, ...]:
    """Summarise every judge's comparisons, in the order of the panel, then of the arms."""
    experiment = bench.study.experiment
    judges = {judge.name: i for i, judge in enumerate(experiment.judges)}
    arms = {arm.name: i for i, arm in enumerate(experiment.arms)}
    groups: dict[tuple[str, str, str], list[Comparison]] = {}
    for row in bench.study.comparisons:
        if row.judge in judges:
            groups.setdefault((row.judge, row.treatment, row.control), []).append(row)
    order = sorted(groups, key=lambda key: (judges[key[0]], arms[key[1]]))
    return tuple(_row(bench, key, groups[key]) for key in order)


def exact_share(count: int, n: int, confidence: float) -> Estimate | None:
    """Return a share with its Clopper-Pearson bounds, each at `confidence`; None of nothing.

    References:
        Clopper and Pearson (1934), Biometrika 26.
    """
    if not n:
        return None
    return Estimate(
        value=count / n, low=1 - clopper_pearson_upper(n - count, n, confidence),
        high=clopper_pearson_upper(count, n, confidence), n=n, confidence=confidence,
        method="clopper-pearson", unit="share",
    )  # fmt: skip


def _row(bench: Bench, key: tuple[str, str, str], rows: Sequence[Comparison]) -> PairwiseRow:
    judge, treatment, control = key
    compared = [row for row in rows if isinstance(row, Compared)]
    outcomes = Counter(row.outcome for row in compared)
    causes = Counter(row.cause for row in rows if isinstance(row, Uncompared))
    wins, losses = outcomes[Side.TREATMENT], outcomes[Side.CONTROL]
    flips, pairs = sum(row.flipped for row in compared), len(compared)
    uplift, adjusted = _uplift(bench, compared, treatment, control)
    return PairwiseRow(
        judge=judge, minuend=treatment, subtrahend=control, pairs=pairs, wins=wins, losses=losses,
        ties=outcomes[Side.TIE], flips=flips, unscored=len(rows) - pairs,
        causes=tuple(sorted(causes.items(), key=lambda item: (-item[1], item[0]))),
        win_rate=exact_share(wins, wins + losses, bench.confidence),
        flip_rate=exact_share(flips, pairs, bench.confidence),
        tie_rate=exact_share(outcomes[Side.TIE], pairs, bench.confidence),
        first_share=_first_share(compared), uplift=uplift, length_adjusted=adjusted,
    )  # fmt: skip


def _first_share(compared: Sequence[Compared]) -> float | None:
    """Return how often a reply that names an answer names the one that was shown first."""
    first = second = 0
    for row in compared:
        first += (row.treatment_first is Side.TREATMENT) + (row.control_first is Side.CONTROL)
        second += (row.treatment_first is Side.CONTROL) + (row.control_first is Side.TREATMENT)
    return first / (first + second) if first + second else None


def _uplift(
    bench: Bench, compared: Sequence[Compared], treatment: str, control: str
) -> tuple[Estimate | None, Estimate | None]:
    if not compared:
        return None, None
    position = {case.case_id: i for i, case in enumerate(bench.cells.cases)}
    values = np.array([_WORTH[row.outcome] for row in compared])
    design = bench.sampling.design.take(np.array([position[row.case_id] for row in compared]))
    if not design.weights.sum():
        return None, None
    ids = [row.case_id for row in compared]
    ratios = log_ratios(log_lengths(bench.study), ids, treatment, control, repeat=0)
    adjusted = length_adjusted(values, ratios, design, unit="share", confidence=bench.confidence)
    uplift = mean_or_value(values, design, unit="share", confidence=bench.confidence)
    return uplift, None if adjusted is None else adjusted.estimate
