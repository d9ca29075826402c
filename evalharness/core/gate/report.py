"""What the gate found, as codes and values: every output format says the same."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from evalharness.core.gate.baseline import Blessing
from evalharness.core.provenance import Delivery, Origin

REPORT_FORMAT = 1
"""Version of gate.json."""

Scalar: TypeAlias = str | int | float | None


class GateStatus(StrEnum):
    """What the gate says on the whole; the first that applies."""

    FAIL = "fail"
    """At least one check failed."""
    STALE = "stale"
    """Cells have no recording, so they were not compared; everything else passed."""
    INCONCLUSIVE = "inconclusive"
    PASS = "pass"  # noqa: S105 (an outcome, not a password)


class CheckStatus(StrEnum):
    """How one check ended."""

    PASS = "pass"  # noqa: S105 (an outcome, not a password)
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    """The data neither show a regression nor exclude one."""
    SKIPPED = "skipped"
    """It does not apply; its remark says why."""


class CheckKind(StrEnum):
    """Every check that the gate makes, in the order in which it reports them."""

    SCORED = "scored"
    """Whether anything was scored at all."""
    DROPPED = "dropped"
    """Share of gated cells without a score."""
    SERVED = "served"
    """Whether the models that answered are those that were asked."""
    COMPARABLE = "comparable"
    """Whether baseline and run can be compared: origin, scorer, cases, arms."""
    SCORE = "score"
    """Mean score of an arm."""
    CONTEXT = "context"
    """Share of the key facts that reach the model: what compression keeps."""
    SEVERE = "severe"
    """Severe drops of single cases, beyond what the A/A arm shows."""
    FLOOR = "floor"
    COST = "cost"
    TOKENS = "tokens"
    LATENCY = "latency"


class RemarkCode(StrEnum):
    """What the reader must be told. The values that come with each code are listed with it."""

    SIMULATED = "simulated"
    """origin"""
    NO_SCORES = "no_scores"
    """(no values)"""
    SERVED_OTHER = "served_other"
    """seen"""
    SERVED_CHANGED = "served_changed"
    """arm, before, after"""
    ORIGIN = "origin"
    """before, after"""
    DELIVERY = "delivery"
    """before, after"""
    DRIFT = "drift"
    """on, since"""
    SCORER_CHANGED = "scorer_changed"
    """before, after"""
    CASES_CHANGED = "cases_changed"
    """count, cases, what (question | marking | both)"""
    CASES_NEW = "cases_new"
    """count, cases"""
    CASES_GONE = "cases_gone"
    """count, cases"""
    NO_COMMON_CASES = "no_common_cases"
    """(no values)"""
    ARM_UNKNOWN = "arm_unknown"
    """arm"""
    ARM_CHANGED = "arm_changed"
    """arm, before, after"""
    REPEATS = "repeats"
    """before, after"""
    SMOKE = "smoke"
    """cases, all"""
    ASKED_ANEW = "asked_anew"
    """count, cells"""
    CONTROL_FAILED = "control_failed"
    """arm"""
    PRICES_MOVED = "prices_moved"
    """before (day), after (day)"""
    RATE_CARD = "rate_card_changed"
    """(no values)"""
    NOT_LIVE = "not_live"
    """(no values)"""
    UNMEASURED = "unmeasured"
    """what"""
    NO_NOISE = "no_noise"
    """No A/A arm tells how much single cases vary. (no values)"""
    FEW_CASES = "few_cases"
    """n"""
    STATE_CHANGED = "state_changed"
    """What models are asked changed since the run. change"""
    NOT_SCORED_YET = "not_scored_yet"
    """The run has no scores: it ended before. (no values)"""
    TEXTS_MISSING = "texts_missing"
    """The baseline's answers are not there, so lost sentences cannot be shown. count"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One thing to say."""

    code: RemarkCode
    values: tuple[tuple[str, Scalar], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GateCheck:
    """One row: a value, what it is held against, and how that ended."""

    kind: CheckKind
    arm: str = ""
    """Empty for a check of the whole run."""
    slice: str = ""
    """Such as language ko; empty for all cases."""
    status: CheckStatus
    before: float | None = None
    """Mean of the baseline over the compared cases, in `unit`."""
    after: float | None = None
    change: float | None = None
    """after − before in points; after/before − 1 where the unit is a share of the baseline."""
    bound: float | None = None
    """One-sided bound of the change at the level at which this row was tested: upper for scores and facts,
    lower for cost, tokens and latency; of the mean itself for a floor."""
    limit: float | None = None
    """What the bound must not pass."""
    p: float | None = None
    """Holm-adjusted over the arms of the kind."""
    n: int = 0
    """Cases compared."""
    anew: int = 0
    """Of them, cases that were asked or answered anew since the blessing."""
    catches: float | None = None
    """Smallest regression found with a chance of 80 %, in the unit of the change, as a positive number."""
    catches_from: str = ""
    """What tells the noise behind `catches`: this comparison, or the A/A arm."""
    unit: str = "none"
    """points | share | usd_per_request | tokens | ms | count | none"""
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LostFact:
    """A key fact that the baseline's answer used and the run's does not."""

    id: str
    fact: str
    """As the case states it."""
    sentences: tuple[str, ...]
    """Sentences of the baseline's answer that carried it; empty if its text is not there."""
    unsent: bool
    """Whether the request no longer holds it: then compression or a template lost it, not the model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorseCase:
    """A case whose score fell in an arm, or whose request lost key facts."""

    case: str
    arm: str
    before: float
    after: float
    """Points; what an unscored cell counts as, if there is no score."""
    severe: bool
    blamed: bool
    """Whether a check of this arm failed to which this case contributes."""
    lost: tuple[LostFact, ...]
    unsent: tuple[str, ...]
    """Key facts that the request no longer holds, whether or not an answer used them."""
    claims: tuple[str, ...]
    """Claims that the run's answer makes and must not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaleRow:
    """Calls of one arm and purpose without a recording, and what it costs to make them."""

    arm: str
    purpose: str
    model: str
    calls: int
    cells: tuple[str, ...]
    """case/arm/repeat, sorted."""
    usd_low: Decimal
    usd_expected: Decimal
    usd_high: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class GateReport:
    """All that the gate found."""

    format: int = REPORT_FORMAT
    experiment: str
    experiment_file: str
    """As one would name it where the gate was run."""
    run: str
    status: GateStatus
    ok: bool
    """Whether a build may go on: no failure, nothing stale, and nothing inconclusive that is to fail."""
    drift: bool
    """Whether the same requests were asked again live: then a change is the provider's (or its noise)."""
    origin: Origin
    deliveries: tuple[Delivery, ...]
    on: dt.date | None
    """The run's date; None if nothing was answered."""
    baseline: Blessing
    baseline_on: dt.date
    alpha: float
    checks: tuple[GateCheck, ...]
    worse: tuple[WorseCase, ...]
    """Blamed cases first, then by how much they lost."""
    stale: tuple[StaleRow, ...]
    remarks: tuple[Remark, ...]
