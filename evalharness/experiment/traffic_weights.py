"""Weights that make a benchmark's cases stand for real traffic."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from itertools import pairwise

from evalharness.core.case import Case
from evalharness.core.errors import BadInput
from evalharness.core.tokens import approximate_tokens
from evalharness.experiment.case_file import context_text
from evalharness.experiment.traffic_file import Cell, Traffic

_ROUNDS = 500
_TOLERANCE = 1e-9
Margin = tuple[Sequence[Hashable], Mapping[Hashable, float]]
"""Each case's group, and the share that each group must get."""


def case_weights(traffic: Traffic, cases: Sequence[Case]) -> dict[str, float]:
    """Return a weight per case, mean 1, so that weighted shares are the traffic's.

    With shares s(persona, language) alone, w = s · N / n: N cases in all, n in the case's cell. With token
    quantiles there is a second margin, the share of messages between two quantiles, and the weights are
    raked (iterative proportional fitting): scaled to each margin in turn until both hold.

    Raises:
        BadInput: If traffic has a persona and language, or a range of context lengths, for which there is no
            case, or both margins cannot hold together.

    References:
        Deming and Stephan (1940), On a least squares adjustment of a sampled frequency table.
    """
    cells: list[Hashable] = [(case.persona, case.language) for case in cases]
    margins: list[Margin] = [(cells, {**dict(traffic.shares)})]
    _refuse_missing_cells(traffic, cells)
    if traffic.context_quantiles:
        margins.append(_token_margin(traffic, cases))
    weights = _rake(margins, len(cases))
    if weights is None:
        message = "no weights fit both shares and context_tokens: too few cases of some length and persona"
        raise BadInput(message, file=traffic.file)
    return {case.id: weight for case, weight in zip(cases, weights, strict=True)}


def effective_cases(weights: Sequence[float]) -> float:
    """Return Kish's effective number of cases, (Σw)² / Σw²: what unequal weights leave of the precision.

    Raises:
        ValueError: If no weight is positive.
    """
    squares = sum(weight * weight for weight in weights)
    if squares == 0:
        raise ValueError("no weight is positive")
    return sum(weights) ** 2 / squares


def _refuse_missing_cells(traffic: Traffic, cells: Sequence[Hashable]) -> None:
    known = set(cells)
    missing = [_named(cell) for cell, share in traffic.shares if share > 0 and cell not in known]
    if missing:
        message = f"traffic has {', '.join(missing)}, the dataset has no such case; add cases or set 0"
        raise BadInput(message, file=traffic.file)


def _named(cell: Cell) -> str:
    return ".".join(cell)


def _token_margin(traffic: Traffic, cases: Sequence[Case]) -> Margin:
    cuts = [tokens for _, tokens in traffic.context_quantiles]
    edges = [0.0, *(share for share, _ in traffic.context_quantiles), 1.0]
    bins: list[Hashable] = [
        sum(approximate_tokens(context_text(case.context)) > cut for cut in cuts) for case in cases
    ]
    wanted: dict[Hashable, float] = {i: high - low for i, (low, high) in enumerate(pairwise(edges))}
    known = set(bins)
    for i, (low, high) in enumerate(zip([0, *cuts], [*cuts, None], strict=True)):
        if i not in known:
            span = f"above {low}" if high is None else f"{low} to {high}"
            message = (
                f"{wanted[i]:.0%} of traffic has {span} context tokens, no case of the dataset has; "
                "add cases or leave that quantile out"
            )
            raise BadInput(message, file=traffic.file)
    return bins, wanted


def _rake(margins: Sequence[Margin], n: int) -> list[float] | None:
    """Return weights of mean 1 that meet every margin; None if none are found."""
    weights = [1.0] * n
    for _ in range(_ROUNDS):
        worst = 0.0
        for groups, wanted in margins:
            totals: dict[Hashable, float] = defaultdict(float)
            for group, weight in zip(groups, weights, strict=True):
                totals[group] += weight
            if any(share > 0 and not totals[group] for group, share in wanted.items()):
                return None
            factors = {group: wanted[group] * n / total for group, total in totals.items() if total}
            worst = max(worst, *(abs(wanted[group] - total / n) for group, total in totals.items()))
            weights = [w * factors.get(g, 0.0) for g, w in zip(groups, weights, strict=True)]
        if worst < _TOLERANCE:
            return weights
    return None
