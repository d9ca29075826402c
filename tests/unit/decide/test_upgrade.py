"""The upgrade verdict: every branch and every edge of METHOD §2."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from evalharness.core.assumptions import Assumption, Dist, MeasuredShare, Status, TrafficShare
from evalharness.core.decision import (
    BindingKind,
    Branch,
    ConditionKind,
    ConditionName,
    ReasonCode,
    Ruling,
)
from evalharness.core.errors import BadInput, InsufficientData
from evalharness.core.experiment import ContextMode, DroppedCells, Thresholds, Waivers
from evalharness.core.pricing import Shutdown
from evalharness.core.provenance import Origin
from evalharness.decide import decide

WAIVED = Waivers(fixed_value="the tests know the value exactly")
# V = 0.05 USD a point; at 1000/300 tokens pro costs 0.0034 USD more a request: ROI 150 % needs 0.17 points.
BREAK_EVEN_POINTS = 0.17


def flat(gain: float, n: int = 100, wobble: float = 0.0, seed: int = 1) -> dict[str, list[float]]:
    """Scores whose mean difference is exactly `gain`."""
    noise = np.random.default_rng(seed).normal(0, wobble, n) if wobble else np.zeros(n)
    noise -= noise.mean()
    base = np.linspace(1.5, 3.5, n)
    pro = base + gain + noise
    return {"flash-raw": list(base), "flash-sena": list(base), "pro-raw": list(pro), "pro-sena": list(pro)}


def codes(reasons) -> set[ReasonCode]:
    return {reason.code for reason in reasons}


def met(verdict, name: ConditionName):
    return next(c.met for c in verdict.conditions if c.name is name)


def test_a_clear_gain_is_approved_with_every_condition_met(study, scores, card, assume) -> None:
    found = decide(study(scores()), card, assume()).upgrade
    assert found.branch is Branch.DEARER
    assert (found.verdict.ruling, found.verdict.uncapped) == (Ruling.APPROVE, Ruling.APPROVE)
    assert all(c.met for c in found.verdict.conditions)
    assert found.verdict.binding is None
    assert found.money.roi == pytest.approx(found.quality.value * 0.05 / 0.0034 - 1)
    assert found.fieller.low < found.money.roi < found.fieller.high


def test_a_clear_loss_is_rejected_with_the_bound_as_reason(study, scores, card, assume) -> None:
    verdict = decide(study(scores(gain=0.0)), card, assume()).upgrade.verdict
    assert verdict.ruling is Ruling.REJECT
    assert verdict.reasons[0].code is ReasonCode.UPPER_BOUND_BELOW
    assert verdict.reasons[0].get("high") < 0


def test_in_between_is_inconclusive_and_the_sample_binds(study, scores, card, assume) -> None:
    found = decide(study(scores(gain=0.2, sd=0.8)), card, assume()).upgrade
    assert found.verdict.ruling is Ruling.INCONCLUSIVE
    assert found.verdict.binding.kind is BindingKind.SAMPLE
    assert found.next.advice in {"run_more_prompts", "decide"}
    assert found.next.cases_for_power is None or found.next.cases_for_power > 100


def test_exactly_150_percent_is_not_above_it(study, card, assume) -> None:
    """Even without any spread, where every bound is the value itself."""
    found = decide(study(flat(BREAK_EVEN_POINTS)), card, assume()).upgrade
    assert found.money.roi == pytest.approx(1.5)
    assert found.net_at_threshold.low == pytest.approx(0, abs=1e-12)
    assert found.verdict.ruling is not Ruling.APPROVE
    assert found.monte_carlo.probability < 0.95
    noisy = decide(study(flat(BREAK_EVEN_POINTS, wobble=0.5)), card, assume()).upgrade
    assert noisy.verdict.ruling is Ruling.INCONCLUSIVE
    assert noisy.monte_carlo.probability == pytest.approx(0.5, abs=0.01)


def test_no_incremental_cost_prints_no_roi(study, card, assume) -> None:
    """C = 0 in every case."""
    assert 2 * 500 + 12 * 100 == 1 * 1000 + 4 * 300  # micro-dollars: both arms cost the same
    found = decide(study(flat(0.5, wobble=0.3), tokens={"pro-raw": (500, 100)}), card, assume()).upgrade
    assert found.branch is Branch.NOT_DEARER
    assert found.money.roi is None
    assert found.verdict.ruling is Ruling.APPROVE
    assert ReasonCode.NO_INCREMENTAL_COST in codes(found.verdict.reasons)


CHEAP_PRO = {"pro-raw": (300, 60), "pro-sena": (200, 60)}


def test_cheaper_and_better_is_approved_without_an_roi(study, card, assume) -> None:
    found = decide(study(flat(0.5, wobble=0.3), tokens=CHEAP_PRO), card, assume()).upgrade
    assert (found.branch, found.verdict.ruling) == (Branch.NOT_DEARER, Ruling.APPROVE)
    assert found.money.roi is None
    assert found.monte_carlo.roi is None
    assert {c.name for c in found.verdict.conditions} >= {
        ConditionName.NON_INFERIOR, ConditionName.NON_INFERIOR_TAIL
    }  # fmt: skip
    assert ConditionName.ROI_PROBABILITY not in {c.name for c in found.verdict.conditions}


def test_cheaper_and_worse_is_a_trade_off_and_never_an_roi(study, card, assume) -> None:
    """B = −V, C < 0: the formula (B − C)/C would print a large positive "ROI" while money is lost."""
    found = decide(study(flat(-1.0, wobble=0.3), tokens=CHEAP_PRO), card, assume()).upgrade
    assert found.verdict.ruling is Ruling.REJECT
    assert found.money.roi is None
    assert ReasonCode.COST_SAVING_TRADE_OFF in codes(found.verdict.reasons)
    slightly = decide(study(flat(-0.01, wobble=0.05), tokens=CHEAP_PRO), card, assume()).upgrade
    assert slightly.net.low > 0
    assert ReasonCode.COST_SAVING_TRADE_OFF in codes(slightly.verdict.reasons)


def test_savings_do_not_count_two_and_a_half_times(study, card, assume) -> None:
    """B − 2.5C > 0 with C < 0 neither approves nor is it shown anywhere as money: B − C is."""
    found = decide(study(flat(-0.035, wobble=0.02), tokens=CHEAP_PRO), card, assume()).upgrade
    assert found.net.value - 1.5 * found.cost.value > 0
    assert found.net.high < 0
    assert found.verdict.ruling is Ruling.REJECT
    assert found.net_at_threshold == found.net
    assert found.bca.value == pytest.approx(found.net.value)
    assert all(row.net_at_threshold.high < 0 for row in found.slices)
    assert all(row.p_holm > 0.5 for row in found.slices)
    pro = next(row for row in found.choices if row.arm == "pro-raw" and row.name == "arm")
    assert pro.net_at_threshold == pro.net
    assert all(row.only_for == () for row in found.choices if row.cross_fitted)
    assert all(not row.holds for row in found.sensitivities)
    assert found.next.power == ()


def test_break_evens_of_a_cheaper_treatment_are_of_what_it_may_lose(study, card, assume) -> None:
    """V·Δq* = C: what quality may cost is what tokens save; at 2.5 C it would be allowed to lose more."""
    found = decide(study(flat(-0.035, wobble=0.02), tokens=CHEAP_PRO), card, assume()).upgrade
    star = next(row for row in found.break_evens if row.name == "quality_difference")
    assert star.value == pytest.approx(found.cost.value / 0.05)
    assert star.value > star.current


def test_a_cost_interval_that_spans_zero_decides_on_the_two_contrasts(
    study, card, assume, with_outcomes
) -> None:
    made = study(flat(1.0, wobble=0.3), tokens={"pro-raw": (500, 100)})
    outcomes = []
    for k, outcome in enumerate(made.outcomes):
        charge = outcome.charges[0]
        if outcome.arm == "pro-raw":
            # Around equal cost, pro's answers are now short and now long.
            charge = replace(charge, usage=replace(charge.usage, output_tokens=60 if k % 2 else 141))
        outcomes.append(replace(outcome, charges=(charge,)))
    found = decide(with_outcomes(made, outcomes), card, assume()).upgrade
    assert found.branch is Branch.SPANS_ZERO
    assert ReasonCode.ROI_UNBOUNDED in codes(found.verdict.reasons)
    assert found.fieller.kind in {"two_rays", "unbounded"}
    assert found.verdict.ruling is Ruling.APPROVE
    assert ConditionName.NPV not in {c.name for c in found.verdict.conditions}


def test_all_differences_equal_is_degenerate_but_guarded(study, card, assume) -> None:
    found = decide(study(flat(1.0)), card, assume()).upgrade
    assert found.quality.method == "degenerate"
    assert ReasonCode.BCA_FELL_BACK in codes(found.verdict.marks)
    assert found.tail_guard.se > 0
    assert found.verdict.ruling is Ruling.APPROVE


def test_one_cluster_has_no_standard_error_and_is_inconclusive(study, scores, card, assume) -> None:
    found = decide(study(scores(), facts=lambda _: {"cluster": "only"}), card, assume()).upgrade
    assert found.quality.low is None
    assert found.verdict.ruling is Ruling.INCONCLUSIVE
    reason = next(r for r in found.verdict.reasons if r.code is ReasonCode.TOO_FEW)
    assert dict(reason.values) == {"what": "clusters", "n": 1}
    assert (found.fieller, found.monte_carlo) == (None, None)


def test_94_percent_complete_means_no_verdict_and_95_does(study, scores, card, assume) -> None:
    made = scores()
    made["flash-sena"][:6] = [None] * 6
    found = decide(study(made), card, assume())
    for verdict in (found.upgrade.verdict, found.sena.verdict):
        assert verdict.ruling is Ruling.NO_VERDICT
        assert dict(verdict.caps[0].values) == {"share": 0.94, "limit": 0.95}
    made["flash-sena"][0] = 3.0
    assert decide(study(made), card, assume()).upgrade.verdict.ruling is Ruling.APPROVE


def test_one_category_empty_means_no_verdict_for_that_traffic(study, scores, card, assume) -> None:
    traffic = tuple(
        TrafficShare(persona=p, language=lang, share=0.2)
        for p, lang in (("moon", "ko"), ("moon", "en"), ("pen", "ko"), ("pen", "en"), ("earth", "ko"))
    )
    verdict = decide(study(scores()), card, assume(options={"traffic": traffic})).upgrade.verdict
    assert verdict.ruling is Ruling.NO_VERDICT
    assert verdict.caps[0].code is ReasonCode.EMPTY_STRATUM
    assert verdict.caps[0].get("stratum") == "earth/ko"


def test_a_pilot_never_has_a_verdict(study, scores, card, assume) -> None:
    found = decide(study(scores(), options={"pilot": True}), card, assume())
    assert found.upgrade.verdict.ruling is Ruling.NO_VERDICT
    assert found.sena.verdict.ruling is Ruling.NO_VERDICT
    assert found.upgrade.money is not None  # numbers are shown all the same


def test_a_served_model_mismatch_fails_the_verdict(study, scores, card, assume) -> None:
    seen = ("pro-raw: asked for pro, got flash",)
    verdict = decide(study(scores(), options={"served_mismatches": seen}), card, assume()).upgrade.verdict
    assert verdict.ruling is Ruling.NO_VERDICT
    assert verdict.caps[0].get("seen") == seen[0]


def test_origins_other_than_google_are_visible(study, scores, card, assume) -> None:
    made = study(scores(), options={"origin": Origin.SIMULATED})
    found = decide(made, card, assume())
    assert found.evidence.origin is Origin.SIMULATED
    for verdict in (found.upgrade.verdict, found.sena.verdict):
        assert verdict.would_be
        assert ReasonCode.NOT_GOOGLE in codes(verdict.marks)
    assert not decide(study(scores()), card, assume()).upgrade.verdict.would_be


def test_a_preview_or_retired_candidate_is_approved_for_trial_at_most(
    study, scores, card, assume, cards
) -> None:
    preview = replace(card, previews=("pro",))
    verdict = decide(study(scores()), preview, assume()).upgrade.verdict
    assert (verdict.ruling, verdict.uncapped) == (Ruling.APPROVE_FOR_TRIAL, Ruling.APPROVE)
    assert verdict.caps[0].code is ReasonCode.PREVIEW_MODEL
    assert verdict.binding.kind is BindingKind.CAP
    shut = Shutdown(model="pro", on=dt.date(2027, 6, 1), source="test")
    retired = decide(study(scores()), replace(card, shutdowns=(shut,)), assume()).upgrade.verdict
    assert retired.caps[0].get("on") == "2027-06-01"
    assert retired.valid_until == dt.date(2027, 5, 31)
    waived = replace(WAIVED, preview_model="the owner accepts a preview until March")
    verdict = decide(study(scores(), waivers=waived), preview, assume()).upgrade.verdict
    assert verdict.ruling is Ruling.APPROVE
    assert ReasonCode.LIFECYCLE_WAIVED in codes(verdict.marks)
    later = replace(shut, on=dt.date(2028, 6, 1))
    assert (
        decide(study(scores()), replace(card, shutdowns=(later,)), assume()).upgrade.verdict.ruling
        is Ruling.APPROVE
    )


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"latency_ms": {"pro-raw": 3001.0}}, ConditionName.LATENCY),
        ({"satisfaction": None}, ConditionName.SATISFACTION),
        ({"satisfaction": MeasuredShare(share=0.79, ratings=500, source="x")}, ConditionName.SATISFACTION),
        ({"satisfaction": MeasuredShare(share=0.95, ratings=49, source="x")}, ConditionName.SATISFACTION),
        ({"failed": 1}, ConditionName.ERRORS),
    ],
)
def test_guardrails_veto_and_unmeasured_is_not_met(*, study, scores, card, assume, change, name) -> None:
    made = scores()
    if change.pop("failed", None):
        made["pro-raw"][0] = None
    options = {"satisfaction": change.pop("satisfaction")} if "satisfaction" in change else {}
    verdict = decide(study(made, **change), card, assume(options=options)).upgrade.verdict
    assert verdict.ruling is Ruling.INCONCLUSIVE
    assert (verdict.binding.kind, verdict.binding.condition) == (BindingKind.GUARDRAIL, name)
    assert not any(c.met is False for c in verdict.conditions if c.kind is ConditionKind.PROOF)


def test_latency_that_was_not_measured_is_not_met(study, scores, card, assume, with_outcomes) -> None:
    made = study(scores())
    found = decide(with_outcomes(made, [replace(o, latency_ms=None) for o in made.outcomes]), card, assume())
    assert met(found.upgrade.verdict, ConditionName.LATENCY) is False
    assert found.upgrade.latency is None


def test_the_bound_must_survive_the_bias_allowance_while_nobody_labels(study, card, assume) -> None:
    thresholds = Thresholds(bias_allowance=0.6)
    made = study(flat(0.7, wobble=0.2), thresholds=thresholds)
    verdict = decide(made, card, assume()).upgrade.verdict
    assert verdict.ruling is Ruling.INCONCLUSIVE
    assert verdict.binding.kind is BindingKind.JUDGE
    assert codes(verdict.marks) >= {ReasonCode.NO_LABELS, ReasonCode.STAND_IN_QUALITY}


def test_the_allowance_lowers_the_contrast_by_exactly_v_b(study, scores, card, assume) -> None:
    found = decide(study(scores(), thresholds=Thresholds(bias_allowance=0.1)), card, assume()).upgrade
    assert found.net_at_threshold.value - found.with_allowance.value == pytest.approx(0.05 * 0.1)


def test_a_wide_value_of_quality_binds_as_the_assumption(study, scores, card, assume) -> None:
    wide = Assumption(
        name="value_per_satisfied_session", status=Status.RANGE, dist=Dist.LOGNORMAL90, low=0.2, high=20,
        source="test",
    )  # fmt: skip
    found = decide(study(scores()), card, assume(value_per_satisfied_session=wide)).upgrade
    assert found.net_at_threshold.low > 0
    assert found.verdict.ruling is Ruling.INCONCLUSIVE
    assert found.verdict.binding.field == "value_per_satisfied_session"
    assert found.verdict.binding.also is None
    few = decide(study(scores(n=12, gain=0.4)), card, assume(value_per_satisfied_session=wide)).upgrade
    assert few.verdict.binding.field == "value_per_satisfied_session"
    assert few.verdict.binding.also is ConditionName.NET_AT_THRESHOLD
    assert found.tornado[0].name == "value_per_satisfied_session"
    assert found.next.advice == "measure_value"


def test_a_fixed_value_needs_a_waiver(study, scores, card, assume) -> None:
    verdict = decide(study(scores(), waivers=Waivers()), card, assume()).upgrade.verdict
    assert verdict.ruling is Ruling.NO_VERDICT
    assert verdict.caps[0].code is ReasonCode.FIXED_VALUE
    waived = decide(study(scores()), card, assume()).upgrade.verdict
    assert ReasonCode.VALUE_WAIVED in codes(waived.marks)


def test_a_waiver_of_the_tier_stands_beside_the_verdict(study, scores, card, assume) -> None:
    waivers = replace(WAIVED, unpaid_tier="all of them agreed in writing")
    verdict = decide(study(scores(), waivers=waivers), card, assume()).upgrade.verdict
    (mark,) = [mark for mark in verdict.marks if mark.code is ReasonCode.UNPAID_TIER_WAIVED]
    assert mark.get("text") == "all of them agreed in writing"


def test_stale_prices_mean_no_verdict_on_money_but_one_on_tokens(study, scores, card, assume) -> None:
    made = study(scores(sd=0.2), options={"on": dt.date(2027, 1, 5)})
    found = decide(made, card, assume())
    assert found.upgrade.verdict.ruling is Ruling.NO_VERDICT
    assert found.upgrade.verdict.caps[0].get("age_days") == 36
    assert found.sena.verdict.ruling is Ruling.PASS
    at_limit = study(scores(sd=0.2), options={"on": dt.date(2026, 12, 30)})
    assert decide(at_limit, card, assume()).upgrade.verdict.ruling is Ruling.APPROVE


def test_sena_is_the_context_only_if_it_passed(study, scores, card, assume) -> None:
    passed = decide(study(scores(sd=0.2), deploy_context=ContextMode.SENA), card, assume())
    assert passed.upgrade.context is ContextMode.SENA
    assert passed.upgrade.treatment_arm == "pro-sena"
    failed = decide(study(scores(sd=0.2, loss=1.0), deploy_context=ContextMode.SENA), card, assume())
    assert failed.sena.verdict.ruling is Ruling.FAIL
    assert failed.upgrade.context is ContextMode.RAW
    assert ReasonCode.SENA_NOT_PASSED in codes(failed.upgrade.verdict.marks)


def test_example_assumptions_are_marked(study, scores, card, assume) -> None:
    assert ReasonCode.EXAMPLE_ASSUMPTIONS in codes(
        decide(study(scores()), card, assume()).upgrade.verdict.marks
    )
    signed = assume(options={"example": False, "signed_by": "Ryu, 2026-12-01"})
    assert ReasonCode.EXAMPLE_ASSUMPTIONS not in codes(
        decide(study(scores()), card, signed).upgrade.verdict.marks
    )


def test_a_one_off_cost_is_decided_on_the_horizon(study, scores, card, assume) -> None:
    found = decide(study(scores()), card, assume(one_off_cost=600.0)).upgrade
    money = found.money
    assert money.roi == pytest.approx((12 * (money.benefit - money.cost) - 600) / (12 * money.cost + 600))
    assert money.roi_at_run_date > money.roi
    assert money.payback_months == pytest.approx(600 / (money.benefit - money.cost), rel=1e-6)
    assert ReasonCode.ONE_OFF_COST in codes(found.verdict.reasons)
    assert found.cost.value == pytest.approx(0.0034 + 50 / 6000)


def test_two_looks_halve_the_error_of_each(study, scores, card, assume) -> None:
    found = decide(study(scores(), thresholds=Thresholds(looks=2, bias_allowance=0)), card, assume())
    assert found.evidence.confidence == pytest.approx(0.975)
    assert found.upgrade.net.confidence == pytest.approx(0.975)


def test_dropping_cells_is_shown_beside_the_worst_score(study, scores, card, assume) -> None:
    made = scores()
    made["pro-raw"][:4] = [None] * 4
    found = decide(study(made), card, assume()).upgrade
    dropped = next(s for s in found.sensitivities if s.name == "dropped_cells_drop")
    assert dropped.quality.value > found.quality.value
    assert (dropped.quality.n, found.quality.n) == (96, 100)
    other = decide(study(made, dropped_cells=DroppedCells.DROP), card, assume()).upgrade
    assert other.quality.value == pytest.approx(dropped.quality.value)
    assert "dropped_cells_worst" in {s.name for s in other.sensitivities}
    full = next(s for s in found.sensitivities if s.name == "full_tail_share")
    assert full.net_at_threshold.low < found.tail_guard.low


def test_nan_scores_and_empty_studies_are_refused(study, scores, card, assume) -> None:
    made = scores()
    made["pro-raw"][3] = float("nan")
    with pytest.raises(BadInput, match="c000003"):
        decide(study(made), card, assume())
    nothing = {"flash-raw": [None] * 4, "pro-raw": [None] * 4}
    with pytest.raises(InsufficientData):
        decide(study(nothing, dropped_cells=DroppedCells.DROP), card, assume())


def test_the_measured_figures_agree_with_a_hand_calculation(study, card, assume) -> None:
    """x_i = V·d_i − 2.5·c_i with V = 0.5·0.5·4/(4·5) and c = (1000·(2 − 1) + 300·(12 − 4)) micro-dollars."""
    made = flat(0.6, wobble=0.4)
    found = decide(study(made), card, assume()).upgrade
    x = 0.05 * (np.array(made["pro-raw"]) - np.array(made["flash-raw"])) - 2.5 * 0.0034
    assert found.net_at_threshold.value == pytest.approx(x.mean())
    assert found.net_at_threshold.low == pytest.approx(x.mean() - 1.660391 * x.std(ddof=1) / 10, rel=1e-5)
    row = next(c for c in found.verdict.conditions if c.name is ConditionName.NET_AT_THRESHOLD)
    assert row.value == pytest.approx(6000 * found.net_at_threshold.low)


def test_costs_that_nobody_knows_are_missing_evidence(study, scores, card, assume, with_outcomes) -> None:
    made = study(scores())
    found = decide(
        with_outcomes(made, [replace(o, charges=()) for o in made.outcomes]), card, assume()
    ).upgrade
    assert found.verdict.ruling is Ruling.INCONCLUSIVE
    assert found.verdict.binding.kind is BindingKind.EVIDENCE
    assert (found.branch, found.cost, found.money, found.break_evens) == (None, None, None, ())


def test_a_vetoed_approval_does_not_claim_that_all_holds(study, scores, card, assume) -> None:
    vetoed = decide(study(scores()), card, assume(options={"satisfaction": None})).upgrade.verdict
    assert ReasonCode.ALL_HOLD not in codes(vetoed.reasons)
    assert ReasonCode.ALL_HOLD in codes(decide(study(scores()), card, assume()).upgrade.verdict.reasons)


def test_a_satisfied_share_above_one_is_worth_nothing_and_marked(study, card, assume) -> None:
    made = study(flat(1.0, wobble=0.1))
    found = decide(made, card, assume(baseline_satisfaction=0.9, satisfaction_per_quality=1.0)).upgrade
    mark = next(m for m in found.verdict.marks if m.code is ReasonCode.SATISFACTION_CEILING)
    assert mark.get("ceiling") == pytest.approx(0.1)
    assert found.money.benefit == pytest.approx(6000 / 4 * 0.5 * 0.1 * 4)


def test_a_price_held_after_a_shutdown_is_marked(study, scores, assume, cards, rate) -> None:
    shut = Shutdown(model="flash", on=dt.date(2027, 2, 1), source="test")
    held = cards(rate("flash", "1", "4", end=dt.date(2027, 1, 31)), rate("pro", "2", "12"), shutdowns=(shut,))
    verdict = decide(study(scores()), held, assume()).upgrade.verdict
    mark = next(m for m in verdict.marks if m.code is ReasonCode.PRICE_HELD)
    assert dict(mark.values) == {"model": "flash", "from": "2027-02-01"}
    assert verdict.valid_until == dt.date(2027, 1, 31)


def test_a_one_off_cost_that_never_comes_back_binds_as_money(study, card, assume) -> None:
    """ROI above a threshold of -90 % is certain, yet the switch loses money: NPV stops it, and B - C too."""
    thresholds = Thresholds(roi=-0.9, bias_allowance=0)
    made = study(flat(0.5, wobble=0.2), thresholds=thresholds)
    found = decide(made, card, assume(one_off_cost=3000.0)).upgrade
    assert found.net_at_threshold.low > 0
    assert found.money.npv < 0
    assert met(found.verdict, ConditionName.NPV) is False
    assert met(found.verdict, ConditionName.NET) is False
    # Paid back over a year, but not at a discount of 100 % a year.
    slow = decide(made, card, assume(one_off_cost=1480.0, discount_rate=1.0)).upgrade
    assert met(slow.verdict, ConditionName.NPV) is False
    assert slow.verdict.ruling is Ruling.INCONCLUSIVE


@pytest.mark.parametrize(
    ("routed", "accuracy", "code"),
    [
        ((("pen", 99), ("moon", 1)), 0.24, ReasonCode.ROUTED_TO_ONE),
        ((("pen", 90), ("moon", 10)), 0.24, ReasonCode.ROUTED_APART),
        ((("pen", 60), ("moon", 40)), 0.49, ReasonCode.ROUTED_APART),
        ((("pen", 60), ("moon", 40)), 0.5, None),
        ((), None, None),
    ],
)
def test_a_router_that_hardly_routes_is_marked(routed, accuracy, code, request) -> None:
    study, scores, card, assume = map(request.getfixturevalue, ("study", "scores", "card", "assume"))
    agreements = () if accuracy is None else (("routing", accuracy, 100),)
    measured = study(scores(), options={"routed": routed, "agreements": agreements})
    marks = decide(measured, card, assume()).upgrade.verdict.marks
    found = [mark for mark in marks if mark.code in (ReasonCode.ROUTED_TO_ONE, ReasonCode.ROUTED_APART)]
    assert [mark.code for mark in found] == ([] if code is None else [code])
    assert all(mark.get("accuracy") == accuracy for mark in found)
