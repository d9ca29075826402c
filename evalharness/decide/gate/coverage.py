"""Checks of what was scored at all: a build must not be green because nothing ran."""

from __future__ import annotations

from collections.abc import Sequence

from evalharness.core.gate import CellFacts, CheckKind, CheckStatus, GateCheck, Remark, RemarkCode, Snapshot


def _gated(now: Snapshot, arms: Sequence[str]) -> list[CellFacts]:
    return [cell for cell in now.cells if cell.arm in arms]


def scored_check(now: Snapshot, arms: Sequence[str]) -> GateCheck:
    """Fail if no gated cell has a score."""
    cells = _gated(now, arms)
    scored = sum(cell.n for cell in cells)
    return GateCheck(
        kind=CheckKind.SCORED, status=CheckStatus.PASS if scored else CheckStatus.FAIL, after=float(scored),
        n=len(cells), unit="count", remarks=() if scored else (Remark(code=RemarkCode.NO_SCORES),),
    )  # fmt: skip


def dropped_share(now: Snapshot, arms: Sequence[str]) -> float:
    """Return the share of gated cells, repeats counted, that have no score; 1 if there is no cell."""
    cells = _gated(now, arms)
    planned = len(cells) * now.repeats
    return (planned - sum(cell.n for cell in cells)) / planned if planned else 1.0


def dropped_check(now: Snapshot, arms: Sequence[str], limit: float) -> GateCheck:
    """Fail if more cells than tolerated have no score, whatever their loss does to the means."""
    share = dropped_share(now, arms)
    return GateCheck(
        kind=CheckKind.DROPPED, status=CheckStatus.FAIL if share > limit else CheckStatus.PASS, after=share,
        limit=limit, n=len(_gated(now, arms)), unit="share",
    )  # fmt: skip


def served_check(mismatches: Sequence[str], arms: Sequence[str]) -> GateCheck:
    """Fail if another model answered for a gated arm than the one that was asked."""
    seen = [text for text in mismatches if text.partition(":")[0] in arms]
    return GateCheck(
        kind=CheckKind.SERVED, status=CheckStatus.FAIL if seen else CheckStatus.PASS,
        remarks=tuple(Remark(code=RemarkCode.SERVED_OTHER, values=(("seen", text),)) for text in seen),
    )  # fmt: skip
