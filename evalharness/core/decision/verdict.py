"""Verdicts: rulings, reasons and conditions, as codes with values and never as prose."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

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
    AA_VACUOUS = "aa_control_vacuous"
    """arm, against"""
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
    JUDGES_DISAGREE = "judges_disagree_in_sign"
    """Caps at INCONCLUSIVE. judges (comma-separated, each with its mean)"""
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
    LIFECYCLE_UNKNOWN = "lifecycle_unknown"
    """Imported, without a price list that knows the model. model"""
    VALUE_WAIVED = "fixed_value_waived"
    """field, text"""
    UNPAID_TIER_WAIVED = "unpaid_tier_waived"
    """text"""
    EXAMPLE_ASSUMPTIONS = "example_assumptions"
    """preset"""
    NOT_GOOGLE = "origin_not_google"
    """origin"""
    STAND_IN_QUALITY = "quality_stand_in"
    """The score stands in for help; no judge. scorer, scale_high"""
    JUDGE_OF_SAME_FAMILY = "judge_of_same_family"
    """judge, model, family"""
    ROUTED_TO_ONE = "routed_to_one_persona"
    """Nearly every case is answered by one persona's prompt. persona, cases, total, accuracy"""
    ROUTED_APART = "routed_apart_from_labels"
    """The router disagrees with most labels. accuracy, total"""
    NO_LABELS = "no_human_labels"
    """allowance (points)"""
    PEOPLE_CORRECT = "people_correct_the_scorer"
    """Human labels correct every quality contrast of the upgrade. pairs, bias (points, people − scorer)"""
    LABELS_NOT_USED = "labels_not_used"
    """why (too_few, other_contrast), pairs, needed"""
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
    PRICE_REROUTED = "price_rerouted_after_shutdown"
    """model, by (the model that answers instead), from (ISO date)"""
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
    JUDGES_AGREE = "judges_agree_in_sign"
    """No judge of the panel sees the difference with the other sign."""
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
    also: ConditionName | None = None
    """Where an assumption binds: the first condition that the sample fails as well."""


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
