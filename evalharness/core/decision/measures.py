"""What scorers beside the primary one say."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredArm:
    """One scorer's mean in one arm."""

    arm: str
    mean: float
    """Over the cells that it scored."""
    n: int
    """Cells scored."""
    unscored: int
    """Cells that it could not score, failed ones included; never counted as 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One scorer beside the primary one."""

    scorer: str
    """Name and version, such as must_not/1."""
    arms: tuple[MeasuredArm, ...]
    """In the order of the experiment; arms without any score are absent."""
    correlation: float | None
    """Spearman's rank correlation with the primary score over cells, -1 to 1; None without spread."""
    n: int
    """Cells that have both scores."""
