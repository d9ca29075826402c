"""The table of operating characteristics: which worlds are simulated, and what each row must show."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from evalharness.decide.characteristics.compression import CompressionWorld, passes
from evalharness.decide.characteristics.grading import Graded
from evalharness.decide.characteristics.noise import (
    SESSIONS,
    UNEQUAL_SESSIONS,
    Noise,
    catastrophes,
    clustered,
    heavy_tails,
    lost_sessions,
    normal,
    ordinal,
    skewed,
)
from evalharness.decide.characteristics.upgrade import Counts, UpgradeWorld, approvals

NOMINAL = 0.05
"""Error that the rules state."""
ERRORS_ALLOWED = 3
"""Monte Carlo errors above NOMINAL that a row may show."""
BOUNDARY_ROI = 1.5
BOUNDARY_LOSS = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One simulated world at one truth."""

    rule: str
    """upgrade | compression."""
    kind: str
    """error: at the limit, where every approval is false. power: beyond it, where every approval is right."""
    world: str
    truth: float
    """True ROI, or true relative loss, as a share."""
    studies: int
    counts: Counts
    required: bool
    """Whether the stated error must hold here; False for what is shown whatever it is, and for power."""

    @property
    def monte_carlo_error(self) -> float:
        """Standard error of the rule's share."""
        return math.sqrt(self.counts.rule * (1 - self.counts.rule) / self.studies)

    @property
    def limit(self) -> float | None:
        """Largest share that a required row may show."""
        if not self.required:
            return None
        return NOMINAL + ERRORS_ALLOWED * math.sqrt(NOMINAL * (1 - NOMINAL) / self.studies)

    @property
    def holds(self) -> bool:
        """Whether the row is within its limit, or has none."""
        return self.limit is None or self.counts.rule <= self.limit


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    world: UpgradeWorld | CompressionWorld
    truth: float
    required: bool = True
    kind: str = "error"


_NOISES = (
    normal(0.5), normal(0.8), ordinal(), heavy_tails(0.8), skewed(0.5), catastrophes(0.02, 0.5),
    catastrophes(0.05, 0.5), catastrophes(0.10, 0.5), clustered(SESSIONS, "25 sessions of 4 cases"),
    clustered(UNEQUAL_SESSIONS, "20 sessions of 1 to 14 cases"),
)  # fmt: skip
_QUIET = {catastrophes(share, sd): sd for share, sd in ((0.02, 0.3), (0.05, 0.3), (0.10, 0.3), (0.02, 0.1))}
_SESSIONS_LOST = tuple(lost_sessions(share) for share in (0.02, 0.05, 0.10))
_POWERED = (
    normal(0.5),
    normal(0.8),
    ordinal(),
    catastrophes(0.02, 0.5),
    clustered(SESSIONS, "25 sessions of 4 cases"),
)


def _upgrade_plans() -> Iterator[_Plan]:
    for noise in _NOISES:
        yield _Plan(world=UpgradeWorld(noise=noise), truth=BOUNDARY_ROI)
    for correlation in (0.6, -0.6):
        name = f"cost correlated {correlation:+g} with quality"
        world = UpgradeWorld(noise=normal(0.8), name=name, correlation=correlation, cost_sd=3.0)
        yield _Plan(world=world, truth=BOUNDARY_ROI)
    near = UpgradeWorld(noise=normal(0.8), name="cost one standard error from zero", cost_sd=10.0)
    yield _Plan(world=near, truth=BOUNDARY_ROI)
    # Cheaper by as much as its lower quality costs: B = C < 0, which no rule may call a gain.
    cheaper = UpgradeWorld(noise=normal(0.5), name="cheaper and worse, B = C", cost_points=-0.06)
    yield _Plan(world=cheaper, truth=0.0)
    biased = "judge flatters by 0.1 point"
    allowed = UpgradeWorld(noise=normal(0.68), name=f"{biased}, allowance 0.1", judge_bias=0.1, allowance=0.1)
    yield _Plan(world=allowed, truth=BOUNDARY_ROI)
    blind = UpgradeWorld(noise=normal(0.68), name=f"{biased}, no allowance", judge_bias=0.1)
    yield _Plan(world=blind, truth=BOUNDARY_ROI, required=False)
    yield from _labelled_plans()
    for share in (0.5, 1.0):
        for noise in (*_QUIET, *_SESSIONS_LOST):
            world = UpgradeWorld(noise=noise, tail_share=share, name=_hard(noise, share))
            yield _Plan(world=world, truth=BOUNDARY_ROI, required=False)
    for noise in _POWERED:
        for roi in (2.0, 3.0, 5.0):
            yield _Plan(world=UpgradeWorld(noise=noise), truth=roi, required=False, kind="power")
    for roi in (3.0, 5.0):
        yield _Plan(
            world=UpgradeWorld(noise=normal(0.6), name="normal, sd 0.6, allowance 0.1", allowance=0.1),
            truth=roi, required=False, kind="power",
        )  # fmt: skip
        yield _Plan(world=_labelled(normal(0.6), Graded(), 0.1), truth=roi, required=False, kind="power")


def _labelled_plans() -> Iterator[_Plan]:
    """Yield judges that flatter, corrected by people's labels instead of allowed for."""
    sessions = clustered(SESSIONS, "25 sessions of 4 cases")
    for noise, people, bias in (
        (normal(0.6), Graded(), 0.1), (normal(0.6), Graded(cases=30), 0.1), (normal(0.6), Graded(), 0.3),
        (ordinal(), Graded(), 0.1), (sessions, Graded(), 0.1), (catastrophes(0.02, 0.5), Graded(), 0.1),
        (catastrophes(0.05, 0.5), Graded(), 0.1), (catastrophes(0.10, 0.5), Graded(), 0.1),
    ):  # fmt: skip
        yield _Plan(world=_labelled(noise, people, bias), truth=BOUNDARY_ROI)
    for share in (0.02, 0.05, 0.10):
        unseen = _labelled(catastrophes(share, 0.5), Graded(blind=True), 0.1)
        yield _Plan(world=unseen, truth=BOUNDARY_ROI, required=False)


def _labelled(noise: Noise, people: Graded, bias: float) -> UpgradeWorld:
    unseen = " that the judge does not see" if people.blind else ""
    name = f"judge flatters by {bias:g} point, {people.cases} labels; {noise.name}{unseen}"
    return UpgradeWorld(noise=noise, name=name, judge_bias=bias, people=people)


def _compression_plans() -> Iterator[_Plan]:
    for noise in _NOISES:
        yield _Plan(world=CompressionWorld(noise=noise), truth=BOUNDARY_LOSS)
    saving = CompressionWorld(noise=normal(0.3), saving=0.30, name="no loss, exactly 30 % of tokens saved")
    yield _Plan(world=saving, truth=0.0)
    for share in (0.5, 1.0):
        for noise in (*_QUIET, *_SESSIONS_LOST):
            name = _hard(noise, share)
            world = CompressionWorld(noise=noise, tail_share=share, name=name)
            yield _Plan(world=world, truth=BOUNDARY_LOSS, required=False)
    for noise in _POWERED:
        for loss in (0.025, 0.0):
            yield _Plan(world=CompressionWorld(noise=noise), truth=loss, required=False, kind="power")


def _hard(noise: Noise, share: float) -> str:
    quiet = f", others hardly vary (sd {_QUIET[noise]:g})" if noise in _QUIET else ""
    return f"{noise.name}{quiet}, tail_share {share:g}"


def rows(*, studies: int, other_studies: int, seed: int, required_only: bool = False) -> Iterator[Row]:
    """Simulate every world, one row after the other.

    Args:
        studies: Simulated studies for a row that must hold.
        other_studies: For rows of power and rows that are shown whatever they are: there more studies pass
            the bounds, and each that does takes the whole rule.
        seed: Each row has a generator of its own, seeded by this and by what the row is.
        required_only: Leave out the rows of errors that are shown whatever they are.
    """
    for plan in (*_upgrade_plans(), *_compression_plans()):
        if required_only and plan.kind == "error" and not plan.required:
            continue
        yield _row(plan, studies=studies if plan.required else other_studies, seed=seed)


def _row(plan: _Plan, *, studies: int, seed: int) -> Row:
    world = plan.world
    rule = "upgrade" if isinstance(world, UpgradeWorld) else "compression"
    key = zlib.crc32(f"{rule}/{world.label}/{plan.truth}".encode())
    rng = np.random.default_rng([seed, key])
    if isinstance(world, UpgradeWorld):
        counts = approvals(world, rng, studies=studies, roi=plan.truth)
    else:
        counts = passes(world, rng, studies=studies, loss=plan.truth)
    return Row(
        rule=rule, kind=plan.kind, world=world.label, truth=plan.truth, studies=studies, counts=counts,
        required=plan.required,
    )  # fmt: skip
