"""The decision: every estimate, condition and verdict, as data that can be written, read and rendered.

Verdicts are data, never prose: a code and its values, so that the report can be written in any language.
Three rules hold everywhere:

* ``low`` and ``high`` of an Estimate are one-sided bounds, each at ``confidence``; together they are the
  two-sided interval at 2·confidence − 1 (0.95 each, 90 % together), dual to the one-sided tests.
* None means "not known" or "does not exist" and a reason nearby says why; there is no NaN anywhere.
* "pro" stands for the treatment arm and "flash" for the control; every difference is treatment - control
  (or sena - raw), so positive quality is better and positive cost is dearer.
"""

from __future__ import annotations

import datetime as dt
import math
import types
import typing
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import cache
from typing import Any, TypeAlias

from evalharness.core.errors import IntegrityError
from evalharness.core.experiment import ContextMode, DroppedCells, Role, Thresholds
from evalharness.core.provenance import Delivery, Origin

FORMAT = 1
"""Version of decision.json; a reader refuses any other."""

SIGNIFICANT_DIGITS = 10
"""Digits that are written: the last ones of a float sum differ between CPUs."""

Scalar: TypeAlias = str | int | float | bool | None
Values: TypeAlias = tuple[tuple[str, Scalar], ...]
"""Named values of a reason, in the order in which prose would use them."""


class Ruling(StrEnum):
    """What a verdict says."""

    APPROVE = "APPROVE"
    APPROVE_FOR_TRIAL = "APPROVE FOR TRIAL"
    """All conditions hold, but the model is a preview or is about to be retired."""
    REJECT = "REJECT"
    PASS = "PASS"  # noqa: S105 (a verdict, not a password)
    FAIL = "FAIL"
    INCONCLUSIVE = "INCONCLUSIVE"
    NO_VERDICT = "NO VERDICT"
    """The evidence may not be judged at all (pilot, failed control, incomplete cells, stale prices...)."""


class ReasonCode(StrEnum):
    """Why a verdict is what it is. The values that come with each code are listed with it."""

    # Evidence that may not be judged: the ruling is NO VERDICT.
    PILOT = "pilot"
    """cases"""
    INCOMPLETE = "incomplete_quadruples"
    """share, limit"""
    SERVED_MISMATCH = "served_model_mismatch"
    """seen"""
    AA_FAILED = "aa_control_failed"
    """arm, difference, low, high"""
    DAMAGED_FAILED = "damaged_control_not_detected"
    """arm, difference, high"""
    STALE_RATES = "stale_rates"
    """model, as_of, age_days, limit_days"""
    FIXED_VALUE = "value_of_quality_fixed_without_waiver"
    """field"""
    EMPTY_STRATUM = "empty_stratum"
    """stratum, share"""
    MISSING_ARM = "missing_arm"
    """model (or empty), context"""

    # How the upgrade was judged.
    TOO_FEW = "too_few_cases"
    """INCONCLUSIVE: no standard error. what (cases, clusters or costs), n"""
    ALL_HOLD = "all_conditions_hold"
    """(no values)"""
    UPPER_BOUND_BELOW = "upper_bound_below_threshold"
    """condition, high, unit"""
    PROBABILITY_LOW = "probability_too_low"
    """probability, limit"""
    NO_INCREMENTAL_COST = "no_incremental_cost"
    """ROI is n/a. cost_high (USD a month)"""
    ROI_UNBOUNDED = "roi_interval_unbounded"
    """The cost interval spans zero. cost_low, cost_high (USD a month)"""
    COST_SAVING_TRADE_OFF = "cost_saving_trade_off"
    """Worse and cheaper. quality, cost (points; USD a month)"""
    ONE_OFF_COST = "decided_on_horizon_roi"
    """one_off_usd, months"""
    UNKNOWN_ASSUMPTION = "unknown_assumption"
    """field"""
    SAME_ACROSS_BOUNDS = "same_across_stated_bounds"
    """fields (comma-separated), corners"""
    DIFFERS_ACROSS_BOUNDS = "differs_across_stated_bounds"
    """field, low, low_ruling, high, high_ruling"""

    # Caps and marks that do not change the numbers.
    PREVIEW_MODEL = "preview_model"
    """model"""
    RETIRED_MODEL = "retired_model"
    """model, on (ISO date)"""
    LIFECYCLE_WAIVED = "lifecycle_cap_waived"
    """model, text"""
    VALUE_WAIVED = "fixed_value_waived"
    """field, text"""
    EXAMPLE_ASSUMPTIONS = "example_assumptions"
    """preset"""
    NOT_GOOGLE = "origin_not_google"
    """origin"""
    STAND_IN_QUALITY = "quality_stand_in"
    """The score stands in for help; no judge. scorer, scale_high"""
    NO_LABELS = "no_human_labels"
    """allowance (points)"""
    BENCHMARK_MIX = "benchmark_mix"
    """No traffic shares. (no values)"""
    NO_CONTROLS = "controls_absent"
    """missing (aa, damaged or both)"""
    SENA_NOT_PASSED = "sena_not_passed_judged_raw"
    """ruling"""
    BCA_FELL_BACK = "bca_fell_back"
    """why (degenerate, too_many)"""
    SATISFACTION_CEILING = "satisfaction_ceiling_reached"
    """ceiling (share)"""
    PRICE_HELD = "price_held_after_shutdown"
    """model, from (ISO date)"""
    STRATA_NOT_USED = "strata_not_used"
    """why (clusters, small_stratum)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One reason as data: render turns it into a sentence."""

    code: ReasonCode
    values: Values = ()

    def get(self, name: str) -> Scalar:
        """Return a named value.

        Raises:
            KeyError: If the reason has no such value.
        """
        return dict(self.values)[name]


class ConditionName(StrEnum):
    """Every row that a conditions table can have."""

    NOT_PILOT = "not_a_pilot"
    COMPLETE = "complete_quadruples"
    SERVED = "served_models_match"
    AA = "aa_control_centred"
    DAMAGED = "damaged_control_detected"
    RATES_FRESH = "rates_fresh"
    VALUE_RANGED = "value_of_quality_ranged"
    ASSUMPTIONS_KNOWN = "assumptions_known"
    NET_AT_THRESHOLD = "net_benefit_at_threshold"
    """LCB(B - (1 + r)C)"""
    NET = "net_benefit"
    """LCB(B - C)"""
    TAIL_GUARD = "tail_guard"
    BIAS_ALLOWANCE = "judge_bias_allowance"
    ROI_PROBABILITY = "roi_probability"
    NPV = "npv"
    NON_INFERIOR = "non_inferiority"
    NON_INFERIOR_TAIL = "non_inferiority_tail_guard"
    TOKENS = "context_token_reduction"
    LATENCY = "mean_latency"
    ERRORS = "error_rate"
    SATISFACTION = "satisfaction"
    LIFECYCLE = "model_lifecycle"


class ConditionKind(StrEnum):
    """What an unmet condition does."""

    EVIDENCE = "evidence"
    """Unmet: no verdict."""
    PROOF = "proof"
    """Unmet: not approved (or not passed); the bounds decide between INCONCLUSIVE and REJECT or FAIL."""
    GUARDRAIL = "guardrail"
    """Unmet: vetoes APPROVE."""
    CAP = "cap"
    """Unmet: APPROVE becomes APPROVE FOR TRIAL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One row of the table that a verdict is."""

    name: ConditionName
    kind: ConditionKind
    subject: str = ""
    """Model or arm that the row is about, where a verdict has one row for each."""
    value: float | None
    """None if unmeasured or not a number."""
    limit: float | None
    margin: float | None
    """Distance to the limit on the good side: positive is met; same unit as value."""
    strict: bool = True
    """Whether the value must pass the limit (True) or may equal it."""
    met: bool | None
    """None if the row does not apply. An unmeasured guardrail is False, not None."""
    unit: str
    """share | points | usd_per_month | usd | usd_per_request | tokens | ms | days | none"""
    detail: tuple[Reason, ...] = ()


class BindingKind(StrEnum):
    """What would have to change first."""

    EVIDENCE = "evidence"
    SAMPLE = "sample"
    JUDGE = "judge"
    ASSUMPTION = "assumption"
    MONEY = "money"
    """Certain enough, but it does not pay (NPV)."""
    GUARDRAIL = "guardrail"
    CAP = "cap"


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """What stands between the verdict and an approval."""

    kind: BindingKind
    condition: ConditionName
    field: str | None = None
    """Name of the assumption, where an assumption binds."""
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One verdict, its conditions and its reasons."""

    ruling: Ruling
    uncapped: Ruling
    """What the conditions alone would say, caps aside."""
    would_be: bool
    """True unless the answers came from Google: the report must say "would be"."""
    reasons: tuple[Reason, ...]
    """Why this ruling, most important first."""
    caps: tuple[Reason, ...] = ()
    """What lowered the ruling (preview, retired), or forbade one (pilot, failed control...)."""
    marks: tuple[Reason, ...] = ()
    """What every reader must be told beside it (example assumptions, origin, stand-in quality...)."""
    conditions: tuple[Condition, ...]
    binding: Binding | None = None
    """None when nothing stands in the way."""
    valid_until: dt.date | None = None
    """Last day before an announced price change or shutdown that alters the ruling; None if none does."""
    prices_hold_until: dt.date | None = None
    """Last day before the next announced price change of the models compared; None if none is announced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean (or share, or ratio) with its uncertainty."""

    value: float
    low: float | None
    """One-sided lower bound; None if unbounded or not estimable."""
    high: float | None
    n: int
    """Independent units behind it: cases, or clusters in a clustered design."""
    se: float | None = None
    df: float | None = None
    confidence: float
    """Of each bound, one-sided."""
    p_greater: float | None = None
    """One-sided p value of "the mean is greater than zero"; None where no test is made."""
    method: str
    """t | weighted t | stratified t | cluster t | degenerate | clopper-pearson | bca | fieller | mean"""
    unit: str
    """points | usd_per_request | usd_per_month | share | tokens | ms | ratio"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SevereLosses:
    """Cases on which an arm loses badly."""

    threshold_points: float
    count: int
    n: int
    share: float
    high: float
    """One-sided Clopper-Pearson bound of the share."""
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmSummary:
    """One arm on its own."""

    name: str
    model: str
    context: ContextMode
    role: Role
    cells: int
    """Cells planned: cases x repeats."""
    scored: int
    failed: int
    """Provider errors."""
    unscored: int
    """Answered, but without a score."""
    causes: tuple[tuple[str, int], ...]
    """Why cells have no score, with counts, most frequent first."""
    quality: Estimate | None
    """Mean score over cases, dropped-cell rule applied, in points."""
    latency_mean_ms: float | None
    latency_p95_ms: float | None
    error_rate: float
    context_tokens: float | None
    """Mean net context tokens a request."""
    billed_tokens: float | None
    """Mean of all tokens billed a request, compressor included."""
    usd_per_request: float | None
    """As billed, at the decision's date."""
    usd_per_request_cache_neutral: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """Two arms on the same cases."""

    name: str
    """pro-flash|raw, pro-flash|sena, sena-raw|flash, sena-raw|pro, aa-control, damaged-control"""
    minuend: str
    subtrahend: str
    quality: Estimate
    """Points."""
    cost: Estimate | None
    """USD per request at the decision's date."""
    severe: SevereLosses


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoByTwo:
    """Model x context: simple effects and their interaction."""

    contrasts: tuple[Contrast, ...]
    interaction: Estimate | None
    """(PS - PR) - (FS - FR) in points; None without all four arms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlCheck:
    """An A/A or damaged arm against the arm it copies."""

    role: Role
    arm: str
    against: str
    difference: Estimate
    """Points. For A/A the bounds are two-sided 95 % (confidence .975 each)."""
    passed: bool
    """A/A: zero inside the interval. Damaged: the loss is detected (upper bound below zero)."""
    severe: SevereLosses


@dataclass(frozen=True, slots=True, kw_only=True)
class SenaModel:
    """Compression on one model."""

    model: str
    raw_arm: str
    sena_arm: str
    quality: Estimate
    """mean(q_sena - (1 - loss)·q_raw), points above the scale's origin; its low must exceed 0."""
    quality_tail: Estimate
    """The same with the tail guard's pseudo-case."""
    tokens: Estimate
    """mean((1 - reduction)·X_raw - X_sena), net context tokens; its low must exceed 0."""
    relative_loss: Estimate | None
    """1 - mean q_sena / mean q_raw, with its Fieller interval; None if the raw mean is at the origin."""
    net_reduction: Estimate | None
    """Share of context tokens saved, compressor's own tokens counted."""
    gross_reduction: Estimate | None
    """Share of context tokens saved in the answer's prompt alone."""
    billed_reduction: Estimate | None
    """Share of all billed tokens saved: prompt, thinking, output and compressor."""
    cost_change: Estimate | None
    """USD per request, sena - raw, as billed at the decision's date."""
    cost_change_cache_neutral: Estimate | None
    severe: SevereLosses


@dataclass(frozen=True, slots=True, kw_only=True)
class SenaDecision:
    """The compression verdict."""

    verdict: Verdict
    models: tuple[SenaModel, ...]


class Branch(StrEnum):
    """Which rule of METHOD §2 judged the upgrade."""

    NOT_DEARER = "not_dearer"
    SPANS_ZERO = "cost_spans_zero"
    DEARER = "dearer"


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioInterval:
    """Fieller set of ROI = B/C - 1."""

    kind: str
    """bounded: [low, high]; two_rays: (-inf, low] and [high, inf); unbounded: the whole line."""
    low: float | None
    high: float | None
    confidence: float
    """Of each limit, one-sided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantiles:
    """Five points of a distribution."""

    p05: float
    p25: float
    p50: float
    p75: float
    p95: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MonteCarlo:
    """Sampling and assumptions together."""

    draws: int
    seed: int
    probability: float
    """P(ROI > threshold) over the price path, one-off cost included."""
    threshold: float
    curve: tuple[tuple[float, float], ...]
    """Pairs (r, P(ROI > r)), non-increasing."""
    cost_positive: float
    """P(C > 0)."""
    net_benefit: Quantiles
    """USD a month, B - C, mean over the horizon."""
    npv: Quantiles
    """USD."""
    roi: Quantiles | None
    """Over the horizon; None unless P(C > 0) is practically 1."""
    sample_sd: float
    """SD of monthly B - (1 + r)C from sampling alone, assumptions at their means, USD."""
    assumption_sd: float
    """SD of the same from the assumptions alone, quality and cost at their means, USD."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthRow:
    """One month of the price path."""

    month: int
    """1 is the month that starts on the decision's date."""
    starts: dt.date
    benefit: float
    cost: float
    """Incremental cost at that month's announced prices, ops included, one-off excluded."""
    net: float
    cumulative: float
    """Running sum of net, one-off cost subtracted at the start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """Point figures with every assumption at its mean, USD."""

    months: int
    requests_per_month: float
    value_per_point: float
    """V: USD per score point per request."""
    benefit: float
    """B a month, latency loss already taken off."""
    latency_loss: float
    """USD a month."""
    cost: float
    """C a month: mean over the price path, ops included, one-off excluded."""
    cost_at_run_date: float
    """C a month at the decision date's prices held still."""
    ops: float
    one_off: float
    roi: float | None
    """Headline: [sum of (B - C_m) - I0] / (sum of C_m + I0) over the price path; None if not dearer."""
    roi_at_run_date: float | None
    """(B - C)/C at the decision date's prices, one-off excluded; None if C <= 0."""
    npv: float
    payback_months: float | None
    """I0/(B - C), months priced one by one; None if the horizon brings nothing back."""
    path: tuple[MonthRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakEven:
    """The value of one input at which B = (1 + r)C, all others at their means."""

    name: str
    """quality_difference (points), value_per_point (USD), or an assumption's name."""
    value: float | None
    """None if no value in its domain breaks even."""
    current: float | None
    """Its measured value or mean; None if unknown."""
    unit: str
    direction: str
    """at_least | at_most: on which side of the value the upgrade pays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakEvenCurve:
    """Pairs of two unknowns that break even together."""

    x: str
    y: str
    x_unit: str
    y_unit: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TornadoRow:
    """Swing of monthly B - (1 + r)C when one input goes from its p5 to its p95, others at their medians."""

    name: str
    """An assumption's name, or quality_difference, cost_difference, latency_difference."""
    low_input: float
    high_input: float
    at_low: float
    at_high: float
    swing: float
    """|at_high - at_low|, USD a month; rows are sorted by it, largest first."""
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvsiRow:
    """What n more prompts would be worth, USD over the horizon."""

    more_prompts: int
    value: float
    cost: float
    net: float


class Advice(StrEnum):
    """What to do next."""

    RUN_MORE = "run_more_prompts"
    MEASURE_VALUE = "measure_value"
    CALIBRATE_JUDGE = "calibrate_judge"
    STATE_ASSUMPTION = "state_assumption"
    MEND_EVIDENCE = "mend_evidence"
    MEET_GUARDRAIL = "meet_guardrail"
    DECIDE = "decide"
    """More information is not worth its cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """What more evidence would bring."""

    advice: Advice
    field: str | None
    """The assumption to state or measure, or the guardrail to meet."""
    mde_points: float
    """Quality difference that this n would detect with 80 % power (2.486 SE), points."""
    mde_net: float | None
    """The same for monthly B - (1 + r)C, USD."""
    roi_detectable: float | None
    """Smallest true ROI that would be approved in 80 % of such studies; None if C <= 0."""
    power: tuple[tuple[float, float], ...]
    """Pairs (true ROI, chance that LCB(B - (1 + r)C) > 0)."""
    cases_for_power: int | None
    """Cases in total for 80 % power if the measured mean is the truth; None if that mean is not positive."""
    evsi: tuple[EvsiRow, ...]
    best_more_prompts: int
    """Rows of evsi maximised over n; 0 if no number is worth its cost, or the cost is unknown."""
    cost_per_prompt: float | None
    """USD that this study spent per case (if nothing was spent: all arms at production cost)."""
    value_of_knowing_v: float | None
    """Expected value over the horizon of learning V exactly, USD."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DateRow:
    """The verdict as it would be on another day."""

    on: dt.date
    why: str
    """run | price_change"""
    cost_per_request: float
    """Incremental, at that day's prices, ops and one-off excluded, USD."""
    roi_at_prices: float | None
    """That day's prices held still; None if C <= 0."""
    roi: float | None
    """Over the price path from that day."""
    ruling: Ruling


@dataclass(frozen=True, slots=True, kw_only=True)
class Corner:
    """The ruling at one corner of the stated bounds of unknown assumptions."""

    values: tuple[tuple[str, float], ...]
    ruling: Ruling


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """The main contrast under another choice."""

    name: str
    """dropped_cells_drop | dropped_cells_worst | cache_neutral_cost | run_date_prices | full_tail_share"""
    quality: Estimate
    net_at_threshold: Estimate | None
    """USD per request."""
    holds: bool | None
    """Whether LCB(B - (1 + r)C) > 0 here; None without an estimate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Exploratory: one persona, language or category."""

    dimension: str
    value: str
    n: int
    quality: Estimate | None
    """Points; None with fewer than two cases."""
    net_at_threshold: Estimate | None
    """B - (1 + r)C per request, USD."""
    p_holm: float | None
    """Holm-adjusted over all slices; of net_at_threshold if money is known, else of quality."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One thing that could be deployed, valued over all traffic.

    An arm stands against the control without compression; the treatment for some values only stands against
    the control in the context that the upgrade was judged in.
    """

    name: str
    """arm (another arm for all requests) | persona | language | category (the treatment for some values)"""
    arm: str
    """The arm that answers the requests it is chosen for."""
    only_for: tuple[str, ...]
    """Values for which it is chosen, on all cases; empty for an arm that answers everything."""
    combination: bool
    """Whether model and context both change: two effects in one figure, never "the upgrade"."""
    cross_fitted: bool
    """Whether it was chosen on one half of the cases and valued on the other, and the other way round."""
    share: float
    """Share of traffic that the arm answered when valued."""
    net: Estimate
    """B - C, USD per request of all traffic, the overhead of the switch included."""
    net_at_threshold: Estimate
    """B - (1 + r)C, likewise. Exploratory: the verdict is the upgrade's own."""
    roi: float | None
    """B/C - 1 over the horizon; None if it does not cost more."""
    interval: RatioInterval | None
    """Fieller set of the ROI; None without two independent units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpgradeDecision:
    """The upgrade verdict, judged in one context arm."""

    verdict: Verdict
    context: ContextMode
    control_arm: str
    treatment_arm: str
    branch: Branch | None
    """None if cost could not be estimated."""
    quality: Estimate
    """Points."""
    cost: Estimate | None
    """USD per request, mean over the price path, ops and one-off included where known."""
    cost_at_run_date: Estimate | None
    """USD per request at the decision date's prices, tokens only."""
    latency: Estimate | None
    """Added milliseconds; None if unmeasured."""
    net_at_threshold: Estimate | None
    """B - (1 + r)C, USD per request, the decisive contrast; None while an assumption is unknown."""
    net: Estimate | None
    """B - C, USD per request."""
    tail_guard: Estimate | None
    """The decisive contrast with the pseudo-case."""
    with_allowance: Estimate | None
    """The decisive contrast after the judge's bias allowance."""
    non_inferiority: Estimate | None
    """mean(q_pro - (1 - loss)·q_flash), points; a condition only where the treatment is not dearer."""
    bca: Estimate | None
    """Cross-check of the decisive contrast; None with a BCA_FELL_BACK mark."""
    fieller: RatioInterval | None
    money: Money | None
    monte_carlo: MonteCarlo | None
    break_evens: tuple[BreakEven, ...]
    curve: BreakEvenCurve | None
    tornado: tuple[TornadoRow, ...]
    corners: tuple[Corner, ...]
    next: NextStep
    dates: tuple[DateRow, ...]
    sensitivities: tuple[Sensitivity, ...]
    slices: tuple[Slice, ...]
    severe: SevereLosses
    choices: tuple[Choice, ...] = ()
    """Other arms, and the treatment only where it pays; empty while an assumption is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssumptionRow:
    """One assumption as the report shows it."""

    name: str
    symbol: str
    definition: str
    status: str
    dist: str | None
    low: float | None
    mid: float | None
    high: float | None
    mean: float | None
    """Where the contrasts evaluate it; None if unknown."""
    p05: float | None
    p95: float | None
    unit: str
    source: str
    as_of: dt.date | None
    owner: str
    used: bool
    """Whether the chosen channel needs it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssumptionsView:
    """The assumptions a decision stands on."""

    preset: str
    channel: str
    """sessions | retention | mentoring"""
    example: bool
    currency: str
    rows: tuple[AssumptionRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RateRow:
    """A price row that a number stands on, USD per million tokens."""

    model: str
    valid_from: dt.date
    valid_to: dt.date | None
    input: Decimal
    output: Decimal
    cached: Decimal | None
    source: str
    as_of: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """Tokens and money of one arm and purpose. Money is exact."""

    arm: str
    purpose: str
    model: str
    calls: int
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    thinking_tokens: int
    tool_use_tokens: int
    usd: Decimal
    """As billed at the decision's date."""
    usd_cache_neutral: Decimal
    requests: int
    """Cells of the arm that these calls served (production), or calls (study)."""
    usd_per_request: Decimal
    upper_bound: bool = False
    """True if some calls may be below the long-context tier but all are priced above it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What was spent, and what production would cost."""

    on: dt.date
    production: tuple[LedgerRow, ...]
    """Every call an arm would pay for in production, shared compressions billed to each arm."""
    imported_usd: tuple[tuple[str, Decimal], ...]
    """Pairs (arm, USD) of costs that an import stated; their tokens are unknown."""
    study: tuple[LedgerRow, ...]
    """What the study itself spent."""
    study_usd: Decimal
    decided_usd: float | None
    """Incremental cost over the horizon that the study decides about; None while an assumption is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the numbers stand on."""

    origin: Origin
    deliveries: tuple[Delivery, ...]
    """Sorted."""
    pilot: bool
    scorer: str
    judge: bool
    """False: a deterministic scorer whose score stands in for help."""
    human_labels: int
    scale_low: float
    scale_high: float
    cases: int
    """Cases planned in every main arm."""
    repeats: int
    quadruples: int
    complete: int
    complete_share: float
    dropped_cells: DroppedCells
    design: str
    """independent | weighted | stratified | clustered"""
    clusters: int | None
    mix: str
    """benchmark | weighted | traffic"""
    looks: int
    confidence: float
    """Of each bound, after division over the looks."""
    agreements: tuple[tuple[str, float, int], ...]
    served_mismatches: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """All that a study decides."""

    format: int = FORMAT
    experiment: str
    seed: int
    on: dt.date
    thresholds: Thresholds
    """The experiment's limits, which every condition compares with."""
    evidence: Evidence
    arms: tuple[ArmSummary, ...]
    grid: TwoByTwo
    controls: tuple[ControlCheck, ...]
    sena: SenaDecision | None
    """None if the experiment has no sena arms."""
    upgrade: UpgradeDecision
    ledger: Ledger
    assumptions: AssumptionsView
    rate_card: str
    rates: tuple[RateRow, ...]


def to_json(decision: Decision) -> dict[str, Any]:
    """Return the decision as plain JSON values, floats rounded to SIGNIFICANT_DIGITS, money as exact strings.

    Raises:
        ValueError: If a number is NaN or infinite.
    """
    plain: dict[str, Any] = _plain(decision)
    return plain


def from_json(data: dict[str, Any]) -> Decision:
    """Read what to_json wrote.

    Raises:
        IntegrityError: If the format is another one, or a field is missing, unknown or of the wrong type.
    """
    found = data.get("format") if isinstance(data, dict) else None
    if found != FORMAT:
        raise IntegrityError(f"decision.json has format {found!r}, this version reads {FORMAT}: decide again")
    decision: Decision = _typed(data, Decision, "decision")
    return decision


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, bool | int | str) or value is None:
        return value.value if isinstance(value, StrEnum) else value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dt.date):
        return value.isoformat()
    if not math.isfinite(value):
        raise ValueError(f"a decision holds no {value}")
    rounded = float(f"{value:.{SIGNIFICANT_DIGITS}g}")
    return 0.0 if rounded == 0 else rounded  # no -0.0: its sign depends on the CPU


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _typed(value: Any, kind: Any, where: str) -> Any:
    origin = typing.get_origin(kind)
    if origin is types.UnionType:
        return _typed_union(value, typing.get_args(kind), where)
    if origin is tuple:
        return _typed_tuple(value, typing.get_args(kind), where)
    if is_dataclass(kind) and isinstance(kind, type):
        return _typed_object(value, kind, where)
    if isinstance(kind, type) and issubclass(kind, StrEnum | Decimal | dt.date):
        return _typed_text(value, kind, where)
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise IntegrityError(f"{where} should be {kind.__name__}, is {value!r}")
    return value


def _typed_union(value: Any, kinds: tuple[Any, ...], where: str) -> Any:
    if value is None and type(None) in kinds:
        return None
    rest = [kind for kind in kinds if kind is not type(None)]
    exact = next((kind for kind in rest if type(value) is kind), rest[0])
    return _typed(value, exact, where)


def _typed_tuple(value: Any, kinds: tuple[Any, ...], where: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise IntegrityError(f"{where} should be a list, is {value!r}")
    if kinds[-1] is Ellipsis:
        return tuple(_typed(item, kinds[0], f"{where}[{i}]") for i, item in enumerate(value))
    if len(value) != len(kinds):
        raise IntegrityError(f"{where} should have {len(kinds)} items, has {len(value)}")
    pairs = enumerate(zip(value, kinds, strict=True))
    return tuple(_typed(item, kind, f"{where}[{i}]") for i, (item, kind) in pairs)


def _typed_object(value: Any, kind: type, where: str) -> Any:
    hints = _hints(kind)
    if not isinstance(value, dict) or set(value) != set(hints):
        found = set(value) if isinstance(value, dict) else set()
        odd = ", ".join(sorted(found ^ set(hints)))
        raise IntegrityError(f"{where} has missing or unknown fields: {odd}")
    return kind(**{name: _typed(value[name], hint, f"{where}.{name}") for name, hint in hints.items()})


def _typed_text(value: Any, kind: type, where: str) -> Any:
    if not isinstance(value, str):
        raise IntegrityError(f"{where} should be text, is {value!r}")
    try:
        return dt.date.fromisoformat(value) if kind is dt.date else kind(value)
    except (ValueError, InvalidOperation):
        raise IntegrityError(f"{where} is not a {kind.__name__}: {value!r}") from None
