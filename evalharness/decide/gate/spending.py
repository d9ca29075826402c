"""Checks of what answers cost: list price, tokens and time of a request, against the baseline's means."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from evalharness.core.gate import CellFacts, CheckKind, CheckStatus, GateCheck, Remark, RemarkCode
from evalharness.decide.cells import FloatArray
from evalharness.decide.design import Design
from evalharness.decide.gate.holm import Excess, Tested, holm_tests
from evalharness.decide.gate.scores import few
from evalharness.decide.gate.sides import Side
from evalharness.decide.power import mde_of_se

UNITS = {CheckKind.COST: "usd_per_request", CheckKind.TOKENS: "tokens", CheckKind.LATENCY: "ms"}


def _usd(cell: CellFacts) -> float | None:
    return None if cell.usd is None else float(cell.usd)


VALUES: dict[CheckKind, Callable[[CellFacts], float | None]] = {
    CheckKind.COST: _usd,
    CheckKind.TOKENS: lambda cell: cell.tokens,
    CheckKind.LATENCY: lambda cell: cell.ms,
}
"""What a cell says of each kind."""


def spending_checks(
    kind: CheckKind, sides: Sequence[Side], *, tolerated: float, alpha: float
) -> tuple[GateCheck, ...]:
    """Hold each arm's mean against (1 + tolerated) times the baseline's, over all arms together.

    Args:
        kind: What is compared: COST, TOKENS or LATENCY.
        sides: The arms.
        tolerated: Rise that is allowed, as a share of the baseline's mean.
        alpha: Chance of a false alarm over all arms, were every rise exactly at its limit.
    """
    known = [side.known(VALUES[kind]) for side in sides]
    rows = [
        Excess(values=after - (1 + tolerated) * before, design=design, unit=UNITS[kind])
        for before, after, design in known
    ]
    tested = holm_tests(rows, alpha)
    return tuple(
        _check(kind, side, one, found, tolerated)
        for side, one, found in zip(sides, known, tested, strict=True)
    )


def _check(
    kind: CheckKind,
    side: Side,
    known: tuple[FloatArray, FloatArray, Design],
    found: Tested,
    tolerated: float,
) -> GateCheck:
    before, after, design = known
    if found.estimate is None or found.estimate.low is None:
        return few(kind, side.arm, len(before), unit=UNITS[kind])
    was, now = (float(np.average(each, weights=design.weights)) for each in (before, after))
    if was <= 0:
        remark = Remark(code=RemarkCode.UNMEASURED, values=(("what", kind.value),))
        return GateCheck(
            kind=kind, arm=side.arm, status=CheckStatus.SKIPPED, unit=UNITS[kind], remarks=(remark,)
        )
    change = now / was - 1
    status = CheckStatus.PASS if change <= tolerated else CheckStatus.INCONCLUSIVE
    if found.passed_limit:
        status = CheckStatus.FAIL
    se = found.estimate.se or 0.0
    return GateCheck(
        kind=kind, arm=side.arm, status=status, before=was, after=now, change=change,
        bound=tolerated + found.estimate.low / was, limit=tolerated, p=found.p, n=len(before),
        anew=int(side.anew.sum()),
        catches=tolerated + mde_of_se(se, confidence=1 - found.first_level) / was, catches_from="comparison",
        unit=UNITS[kind],
    )  # fmt: skip
