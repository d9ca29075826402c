"""Hand-built decisions: whole, varied, and without the decide stage."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from evalharness.core.case import Case, KeyFact, Severity
from evalharness.core.decision import (
    Advice,
    ArmOperations,
    ArmSummary,
    AssumptionRow,
    AssumptionsView,
    Binding,
    BindingKind,
    Branch,
    BreakEven,
    BreakEvenCurve,
    Choice,
    Condition,
    ConditionKind,
    ConditionName,
    Contrast,
    ControlCheck,
    Corner,
    DateRow,
    Decision,
    Estimate,
    Evidence,
    EvsiRow,
    Flip,
    Ledger,
    Level,
    Money,
    MonteCarlo,
    MonthRow,
    NextStep,
    Operations,
    Quantiles,
    RateRow,
    RatioInterval,
    Reason,
    ReasonCode,
    Ruling,
    SenaDecision,
    SenaModel,
    Sensitivity,
    SevereLosses,
    Slice,
    Timing,
    TornadoRow,
    TwoByTwo,
    UpgradeDecision,
    Verdict,
)
from evalharness.core.experiment import ContextMode, DroppedCells, Role, Thresholds
from evalharness.core.finance import Currency
from evalharness.core.provenance import Delivery, Origin
from evalharness.core.reporting import ReportSettings, Term, Terms
from evalharness.core.score import Answer, Completed, Scored
from evalharness.core.study import Outcome
from evalharness.render import Material

FLASH, PRO = "gemini-3.8-flash", "gemini-3.1-pro-preview"
ON, CHANGE = dt.date(2026, 11, 23), dt.date(2027, 1, 1)
EVIDENCE, PROOF, GUARD = ConditionKind.EVIDENCE, ConditionKind.PROOF, ConditionKind.GUARDRAIL
Name, Code = ConditionName, ReasonCode


def reason(code: ReasonCode, **values: Any) -> Reason:
    return Reason(code=code, values=tuple(values.items()))


def estimate(
    value: float, half: float | None = 0.1, *, unit: str = "points", n: int = 100, sure: float = 0.95
) -> Estimate:
    low, high = (None, None) if half is None else (value - half, value + half)
    return Estimate(
        value=value, low=low, high=high, n=n, se=0.05, df=99.0, confidence=sure, p_greater=0.01,
        method="t", unit=unit,
    )  # fmt: skip


def severe(count: int = 1, n: int = 100) -> SevereLosses:
    return SevereLosses(threshold_points=2.0, count=count, n=n, share=count / n, high=0.0466, confidence=0.95)


def fact(
    name: ConditionName, kind: ConditionKind, met: bool, *detail: Reason, subject: str = ""
) -> Condition:
    return Condition(
        name=name, kind=kind, subject=subject, value=None, limit=None, margin=None, met=met, unit="none",
        detail=detail,
    )  # fmt: skip


def row(
    name: ConditionName, kind: ConditionKind, value: float | None, limit: float, unit: str,
    *, subject: str = "", low_is_good: bool = False, strict: bool = True,
) -> Condition:  # fmt: skip
    margin = None if value is None else (limit - value if low_is_good else value - limit)
    met = margin is not None and margin > 0
    return Condition(
        name=name, kind=kind, subject=subject, value=value, limit=limit, margin=margin, strict=strict,
        met=met, unit=unit,
    )  # fmt: skip


def evidence_rows() -> tuple[Condition, ...]:
    return (
        fact(Name.NOT_PILOT, EVIDENCE, True),
        row(Name.COMPLETE, EVIDENCE, 0.99, 0.95, "share", strict=False),
        fact(Name.SERVED, EVIDENCE, True),
        fact(Name.AA, EVIDENCE, True, subject="flash-again"),
        fact(Name.DAMAGED, EVIDENCE, True, subject="flash-damaged"),
    )


def upgrade_rows() -> tuple[Condition, ...]:
    guard = {"subject": "pro-raw", "strict": False}
    return (
        *evidence_rows(),
        row(Name.RATES_FRESH, EVIDENCE, 1.0, 30.0, "days", low_is_good=True, strict=False),
        fact(Name.VALUE_RANGED, EVIDENCE, True),
        fact(Name.ASSUMPTIONS_KNOWN, PROOF, True),
        row(Name.NET_AT_THRESHOLD, PROOF, -12.4, 0.0, "usd_per_month"),
        row(Name.NET, PROOF, 31.2, 0.0, "usd_per_month"),
        row(Name.TAIL_GUARD, PROOF, -41.0, 0.0, "usd_per_month"),
        row(Name.ROI_PROBABILITY, PROOF, 0.86, 0.95, "share", strict=False),
        row(Name.NPV, PROOF, 812.5, 0.0, "usd"),
        row(Name.BIAS_ALLOWANCE, PROOF, -20.1, 0.0, "usd_per_month"),
        row(Name.LATENCY, GUARD, 2140.4, 3000.0, "ms", low_is_good=True, **guard),
        row(Name.ERRORS, GUARD, 0.0, 0.005, "share", low_is_good=True, **guard),
        row(Name.SATISFACTION, GUARD, None, 0.8, "share", **guard),
        fact(Name.LIFECYCLE, ConditionKind.CAP, False, reason(Code.PREVIEW_MODEL, model=PRO), subject=PRO),
    )


def arms() -> tuple[ArmSummary, ...]:
    def arm(name: str, context: ContextMode, role: Role, score: float, usd: float) -> ArmSummary:
        model = FLASH if role is Role.CONTROL else PRO
        return ArmSummary(
            name=name, model=model, context=context, role=role, thinking_level=None, cells=100,
            scored=99, failed=0, unscored=1,
            causes=(("unscored", 1),), quality=estimate(score), latency_mean_ms=1500.0, latency_p95_ms=2500.0,
            error_rate=0.0, context_tokens=800.0, billed_tokens=1900.0, usd_per_request=usd,
            usd_per_request_cache_neutral=usd, cost=estimate(usd, usd / 20, unit="usd_per_request"),
        )  # fmt: skip

    raw, sena = ContextMode.RAW, ContextMode.SENA
    return (
        arm("flash-raw", raw, Role.CONTROL, 3.1, 0.00212),
        arm("flash-sena", sena, Role.CONTROL, 2.9, 0.00190),
        arm("pro-raw", raw, Role.TREATMENT, 3.6, 0.00655),
        arm("pro-sena", sena, Role.TREATMENT, 3.4, 0.00601),
    )


def grid() -> TwoByTwo:
    def contrast(name: str, value: float) -> Contrast:
        cost = estimate(0.0044, 0.0001, unit="usd_per_request")
        return Contrast(
            name=name, minuend="a", subtrahend="b", quality=estimate(value), cost=cost, severe=severe()
        )

    values = {"pro-flash|raw": 0.5, "pro-flash|sena": 0.48, "sena-raw|flash": -0.2, "sena-raw|pro": -0.22}
    found = tuple(contrast(name, value) for name, value in values.items())
    return TwoByTwo(contrasts=found, interaction=estimate(-0.02))


def sena_decision(ruling: Ruling = Ruling.INCONCLUSIVE) -> SenaDecision:
    models = tuple(
        SenaModel(
            model=model, raw_arm=f"{short}-raw", sena_arm=f"{short}-sena", quality=estimate(-0.05),
            quality_tail=estimate(-0.07), tokens=estimate(12.0, 4.0, unit="tokens"),
            relative_loss=estimate(0.064, 0.02, unit="share"),
            net_reduction=estimate(0.338, 0.01, unit="share"),
            gross_reduction=estimate(0.351, 0.01, unit="share"),
            billed_reduction=estimate(0.142, 0.01, unit="share"),
            cost_change=estimate(-0.00022, 0.00001, unit="usd_per_request"), cost_change_cache_neutral=None,
            severe=severe(2),
        )
        for short, model in (("flash", FLASH), ("pro", PRO))
    )  # fmt: skip
    proof = tuple(
        proof_row
        for model in (FLASH, PRO)
        for proof_row in (
            row(Name.NON_INFERIOR, PROOF, -0.12, 0.0, "points", subject=model),
            row(Name.NON_INFERIOR_TAIL, PROOF, -0.16, 0.0, "points", subject=model),
            row(Name.TOKENS, PROOF, 8.2, 0.0, "tokens", subject=model),
        )
    )
    binding = Binding(kind=BindingKind.SAMPLE, condition=Name.NON_INFERIOR, subject=FLASH)
    verdict = Verdict(
        ruling=ruling, uncapped=ruling, would_be=True, reasons=(), conditions=(*evidence_rows(), *proof),
        binding=binding if ruling is Ruling.INCONCLUSIVE else None,
    )  # fmt: skip
    return SenaDecision(verdict=verdict, models=models)


def money() -> Money:
    path = tuple(
        MonthRow(
            month=k,
            starts=ON,
            benefit=250.0,
            cost=44.0 + k / 5,
            net=206.0,
            cumulative=206.0 * k - 500,
            roi=(206.0 * k - 500) / (44.0 * k + 500),
        )
        for k in range(1, 13)
    )
    return Money(
        months=12, requests_per_month=10_000.0, value_per_point=0.05, benefit=250.0, latency_loss=1.5,
        cost=48.2, cost_at_run_date=44.3, ops=0.0, one_off=500.0, roi=4.19, roi_at_run_date=4.64, npv=812.5,
        payback_months=2.4, path=path,
    )  # fmt: skip


def monte_carlo() -> MonteCarlo:
    spread = Quantiles(p05=-310.0, p25=200.0, p50=800.0, p75=1400.0, p95=2900.0)
    return MonteCarlo(
        draws=50_000, seed=1, probability=0.86, threshold=1.5, curve=((0.0, 0.99), (1.5, 0.86)),
        cost_positive=1.0, net_benefit=spread, npv=spread, roi=None, sample_sd=90.0, assumption_sd=60.0,
    )  # fmt: skip


def slices() -> tuple[Slice, ...]:
    def one(dimension: str, value: str, n: int, difference: float) -> Slice:
        net = estimate(difference / 100, 0.004, unit="usd_per_request")
        return Slice(
            dimension=dimension, value=value, n=n, quality=estimate(difference, 0.3), net_at_threshold=net,
            p_holm=0.012 if difference > 0.8 else 0.41,
        )  # fmt: skip

    personas = [
        one("persona", name, 25, d)
        for name, d in zip(("earth", "moon", "pen", "square"), (0.9, 0.2, 0.5, 0.4), strict=True)
    ]
    languages = [one("language", "en", 40, 0.55), one("language", "ko", 60, 0.45)]
    cross = [
        one("persona_language", f"{persona.value}/{language.value}", 12, persona.quality.value)
        for persona in personas
        for language in languages
        if persona.quality is not None
    ]
    names = ("career_choice", "code_design_review", "interview", "leadership", "life_work_balance")
    categories = (one("category", name, 10, 0.1 * k) for k, name in enumerate(names))
    return (*personas, *languages, *categories, *cross)


def choices() -> tuple[Choice, ...]:
    def one(name: str, arm: str, net: float, *only_for: str, combination: bool = False) -> Choice:
        per_request = {"unit": "usd_per_request"}
        return Choice(
            name=name, arm=arm, only_for=only_for, combination=combination, cross_fitted=name != "arm",
            share=1.0 if name == "arm" else 0.4, net=estimate(net + 0.01, 0.004, **per_request),
            net_at_threshold=estimate(net, 0.004, **per_request), roi=net * 300,
            interval=RatioInterval(kind="bounded", low=net * 200, high=net * 400, confidence=0.95),
        )  # fmt: skip

    return (
        one("arm", "flash-sena", -0.001),
        one("arm", "pro-raw", 0.0125),
        one("arm", "pro-sena", 0.011, combination=True),
        one("persona", "pro-raw", 0.014, "earth"),
        one("language", "pro-raw", 0.002),
        one("persona_language", "pro-raw", 0.009, "earth/ko", "pen/en"),
    )


def next_step() -> NextStep:
    evsi = tuple(EvsiRow(more_prompts=n, value=9.0 * n, cost=0.031 * n, net=8.969 * n) for n in (100, 200))
    return NextStep(
        advice=Advice.RUN_MORE, field=None, mde_points=0.21, mde_net=44.0, roi_detectable=3.9,
        power=((2.0, 0.3), (3.0, 0.6), (5.0, 0.9)), cases_for_power=291, evsi=evsi, best_more_prompts=200,
        cost_per_prompt=0.0312, value_of_knowing_v=120.0,
    )  # fmt: skip


def break_even(name: str, value: float | None, current: float, unit: str) -> BreakEven:
    return BreakEven(name=name, value=value, current=current, unit=unit, direction="at_least")


def upgrade() -> UpgradeDecision:
    verdict = Verdict(
        ruling=Ruling.INCONCLUSIVE, uncapped=Ruling.INCONCLUSIVE, would_be=True,
        reasons=(reason(Code.ONE_OFF_COST, one_off_usd=500.0, months=12),),
        marks=(
            reason(Code.NOT_GOOGLE, origin="simulated"),
            reason(Code.STAND_IN_QUALITY, scorer="key_facts", scale_high=5.0),
            reason(Code.BENCHMARK_MIX),
            reason(Code.EXAMPLE_ASSUMPTIONS, preset="programme first week"),
            reason(Code.NO_LABELS, allowance=0.1),
            reason(Code.SENA_NOT_PASSED, ruling="INCONCLUSIVE"),
        ),
        conditions=upgrade_rows(), binding=Binding(kind=BindingKind.SAMPLE, condition=Name.NET_AT_THRESHOLD),
        prices_hold_until=dt.date(2026, 12, 31),
    )  # fmt: skip
    per_request = {"unit": "usd_per_request"}
    dates = tuple(
        DateRow(
            on=on, why=why, cost_per_request=cost, roi_at_prices=roi, roi=4.19, ruling=Ruling.INCONCLUSIVE
        )
        for on, why, cost, roi in ((ON, "run", 0.00443, 4.64), (CHANGE, "price_change", 0.00231, 9.8))
    )
    return UpgradeDecision(
        verdict=verdict, context=ContextMode.RAW, control_arm="flash-raw", treatment_arm="pro-raw",
        branch=Branch.DEARER, quality=estimate(0.5, 0.15), cost=estimate(0.0048, 0.0002, **per_request),
        cost_at_run_date=estimate(0.00443, 0.0002, **per_request), latency=estimate(640.0, 80.0, unit="ms"),
        net_at_threshold=estimate(0.0125, 0.0137, **per_request), net=estimate(0.0198, 0.0121, **per_request),
        tail_guard=estimate(0.01, 0.02, **per_request), with_allowance=estimate(0.008, 0.0137, **per_request),
        non_inferiority=None, bca=estimate(0.0125, 0.0131, **per_request),
        fieller=RatioInterval(kind="bounded", low=1.06, high=7.37, confidence=0.95), money=money(),
        monte_carlo=monte_carlo(),
        break_evens=(
            break_even("quality_difference", 0.24, 0.5, "points"),
            break_even("value_per_point", 0.024, 0.05, "USD/point/request"),
            break_even("value_per_satisfied_session", 0.48, 1.0, "USD/session"),
            break_even("one_off_cost", None, 500.0, "USD"),
        ),
        flips=(
            Flip(name="value_per_satisfied_session", value=1.6, current=1.0, reach=10.0, unit="USD/session",
                 direction="at_least", holds=False),
        ),
        curve=None,
        tornado=(
            TornadoRow(name="value_per_satisfied_session", low_input=0.5, high_input=2.0, at_low=-20.0,
                       at_high=400.0, swing=420.0, unit="USD/session"),
            TornadoRow(name="quality_difference", low_input=0.35, high_input=0.65, at_low=40.0, at_high=190.0,
                       swing=150.0, unit="points"),
        ),
        corners=(), next=next_step(), dates=dates, sensitivities=(), slices=slices(), severe=severe(3),
        choices=choices(),
    )  # fmt: skip


def assumptions() -> AssumptionsView:
    def one(name: str, unit: str, *numbers: float, dist: str = "pert", used: bool = True) -> AssumptionRow:
        low, mid, high = numbers if len(numbers) == 3 else (None, numbers[0], None)
        return AssumptionRow(
            name=name, symbol="x", definition="…", status="range", dist=dist, low=low, mid=mid, high=high,
            mean=mid, p05=low, p95=high, unit=unit, source="example: no data yet", as_of=ON, owner="",
            used=used,
        )  # fmt: skip

    value = one("value_per_satisfied_session", "USD/session", 0.5, 1.0, 2.0)
    beta = replace(one("baseline_satisfaction", "share", 0.75, dist="beta"), mid=None, p05=0.58, p95=0.89)
    return AssumptionsView(
        preset="programme first week", channel="sessions", example=True, currency="USD",
        rows=(
            one("requests_per_month", "requests/month", 5000, 6500, 10_000),
            one("requests_per_session", "requests/session", 2, 4, 8),
            one("satisfaction_per_quality", "share/share", 0.1, 0.5, 1.0),
            one("realisation", "share", 0.3, 0.6, 0.9),
            beta,
            one("latency_penalty", "share/second", 0.0, 0.01, 0.03),
            replace(value, owner="Head of product"),
            one("margin", "share", 0.6, dist="fixed", used=False),
            one("ops_delta_per_month", "USD/month", 0.0, dist="fixed"),
            one("one_off_cost", "USD", 500.0, dist="fixed"),
            one("discount_rate", "share/year", 0.08, dist="fixed"),
        ),
    )  # fmt: skip


def operations() -> Operations:
    """One arm replayed, one live through a storm and streamed, one that nobody answered."""

    def timing(mean: float, n: int) -> Timing:
        return Timing(n=n, mean=mean, p50=mean * 0.9, p95=mean * 1.6, p99=mean * 1.9)

    def row(arm: str, **changes: Any) -> ArmOperations:
        fields: dict[str, Any] = {
            "arm": arm, "requests": 100, "delivered": ((Delivery.REPLAYED, 100),),
            "latency": timing(640.4, 100), "latency_level": Level.TARGET, "first_token": None, "errors": (),
            "error_rate": 0.0, "error_rate_high": 0.0295, "error_confidence": 0.95,
            "error_level": Level.TARGET, "calls": 100, "live_calls": 0, "retries": (), "unconfirmed": 0,
        }  # fmt: skip
        return ArmOperations(**(fields | changes))

    return Operations(
        arms=(
            row("flash-raw"),
            row(
                "pro-raw", delivered=((Delivery.LIVE, 99),), latency=timing(1304.8, 99),
                latency_level=Level.ABOVE, first_token=timing(420.0, 99),
                errors=(("provider:UNAVAILABLE", 1),), error_rate=0.01, error_rate_high=0.0466,
                error_level=Level.ABOVE, live_calls=100, unconfirmed=7,
                retries=(("rate_limited", 21), ("server_error", 6), ("timeout", 4), ("dropped", 3),
                         ("malformed", 2)),
            ),
            row(
                "pro-sena", requests=0, delivered=(), latency=None, latency_level=None, not_called=100,
                error_rate=None, error_rate_high=None, error_level=None, calls=0,
            ),
        )
    )  # fmt: skip


def simulated_inconclusive() -> Decision:
    def check(role: Role, arm: str, value: float, n: int) -> ControlCheck:
        return ControlCheck(
            role=role, arm=arm, against="flash-raw", difference=estimate(value, n=n), passed=True,
            severe=severe(1, n),
        )  # fmt: skip

    def rate(model: str, start: dt.date, end: dt.date | None, usd: str) -> RateRow:
        return RateRow(
            model=model, valid_from=start, valid_to=end, input=Decimal(usd), output=Decimal(usd) * 5,
            cached=None, source="genai-prices 0.2.3", as_of=ON,
        )  # fmt: skip

    return Decision(
        thresholds=Thresholds(),
        experiment="mentoring", seed=20261123, on=ON,
        evidence=Evidence(
            origin=Origin.SIMULATED, deliveries=(Delivery.REPLAYED,), pilot=False, scorer="key_facts",
            judge=False, human_labels=0, scale_low=0.0, scale_high=5.0, cases=100, repeats=1, quadruples=100,
            complete=99, complete_share=0.99, dropped_cells=DroppedCells.WORST, design="independent",
            clusters=None, mix="benchmark", looks=1, confidence=0.95,
            agreements=(("routing", 0.83, 100), ("language", 1.0, 460)), served_mismatches=(),
        ),
        arms=arms(), grid=grid(),
        controls=(check(Role.AA, "flash-again", 0.01, 40), check(Role.DAMAGED, "flash-damaged", -1.1, 20)),
        sena=sena_decision(), upgrade=upgrade(),
        ledger=Ledger(on=ON, production=(), imported_usd=(), study=(), study_usd=Decimal("3.1187"),
                      decided_usd=1078.4),
        assumptions=assumptions(), rate_card="gemini-list",
        rates=(
            rate(FLASH, dt.date(2026, 1, 1), dt.date(2026, 12, 31), "0.75"),
            rate(FLASH, CHANGE, None, "1.50"),
            rate(PRO, dt.date(2026, 1, 1), None, "2"),
        ),
        operations=operations(),
    )  # fmt: skip


def changed(base: Decision, *, verdict: dict[str, Any] | None = None, **upgrade_fields: Any) -> Decision:
    """Return a decision with other fields in its upgrade and its upgrade's verdict."""
    new_verdict = replace(base.upgrade.verdict, **(verdict or {}))
    return replace(base, upgrade=replace(base.upgrade, verdict=new_verdict, **upgrade_fields))


def satisfied(unmet: Condition) -> Condition:
    """Return a condition as it looks when it is met."""
    if unmet.limit is None:
        return replace(unmet, met=True, detail=())
    margin = abs(unmet.margin or 0.04)
    low_is_good = unmet.name in (Name.LATENCY, Name.ERRORS, Name.RATES_FRESH)
    most = 0.998 if unmet.unit == "share" else 1e9
    value = unmet.limit - margin if low_is_good else min(unmet.limit + margin, most)
    return replace(unmet, value=value, margin=abs(value - unmet.limit), met=True, detail=())


def approve_google() -> Decision:
    base = simulated_inconclusive()
    met = tuple(satisfied(r) for r in upgrade_rows())
    chances = replace(monte_carlo(), probability=0.9996)
    marks = (reason(Code.LIFECYCLE_WAIVED, model=PRO, text="agreed by the board on 2026-11-20"),)
    verdict = {
        "ruling": Ruling.APPROVE, "uncapped": Ruling.APPROVE, "would_be": False, "binding": None,
        "marks": marks, "reasons": (reason(Code.ALL_HOLD),), "conditions": met,
        "valid_until": dt.date(2026, 12, 31),
    }  # fmt: skip
    later = (base.upgrade.dates[0], replace(base.upgrade.dates[1], ruling=Ruling.REJECT))
    fieller = RatioInterval(kind="bounded", low=3.2, high=7.9, confidence=0.95)
    decided = changed(base, verdict=verdict, monte_carlo=chances, fieller=fieller,
                      dates=(replace(later[0], ruling=Ruling.APPROVE), later[1]))  # fmt: skip
    passed = sena_decision(Ruling.PASS)
    held = tuple(satisfied(r) for r in passed.verdict.conditions)
    sena = replace(passed, verdict=replace(passed.verdict, would_be=False, conditions=held))
    evidence = replace(base.evidence, origin=Origin.GOOGLE, deliveries=(Delivery.LIVE, Delivery.REPLAYED))
    signed = replace(base.assumptions, example=False)
    return replace(decided, evidence=evidence, assumptions=signed, sena=sena)


def reject() -> Decision:
    reasons = (
        reason(
            Code.UPPER_BOUND_BELOW, condition="net_benefit_at_threshold", high=-18.2, unit="usd_per_month"
        ),
        reason(Code.PROBABILITY_LOW, probability=0.0002, limit=0.05),
    )
    fieller = RatioInterval(kind="bounded", low=-0.4, high=0.93, confidence=0.95)
    verdict = {"ruling": Ruling.REJECT, "uncapped": Ruling.REJECT, "reasons": reasons, "binding": None}
    step = replace(next_step(), advice=Advice.DECIDE, cases_for_power=None)
    return changed(simulated_inconclusive(), verdict=verdict, fieller=fieller, next=step,
                   money=replace(money(), roi=0.21))  # fmt: skip


def no_verdict() -> Decision:
    base = simulated_inconclusive()
    caps = (
        reason(Code.PILOT, cases=6),
        reason(Code.AA_FAILED, arm="flash-again", difference=0.61, low=0.2, high=1.02),
        reason(Code.STALE_RATES, model=PRO, as_of="2026-09-01", age_days=83, limit_days=30),
    )
    rows = list(upgrade_rows())
    rows[0] = fact(Name.NOT_PILOT, EVIDENCE, False, caps[0])
    rows[3] = fact(Name.AA, EVIDENCE, False, caps[1], subject="flash-again")
    verdict = {
        "ruling": Ruling.NO_VERDICT, "uncapped": Ruling.NO_VERDICT, "reasons": (reason(Code.ALL_HOLD),),
        "caps": caps, "conditions": tuple(rows),
        "binding": Binding(kind=BindingKind.EVIDENCE, condition=Name.NOT_PILOT),
    }  # fmt: skip
    step = replace(next_step(), advice=Advice.MEND_EVIDENCE)
    failed = (replace(base.controls[0], passed=False), base.controls[1])
    sena = sena_decision(Ruling.NO_VERDICT)
    sena = replace(sena, verdict=replace(sena.verdict, caps=caps[:2]))
    decided = changed(base, verdict=verdict, next=step)
    return replace(decided, controls=failed, sena=sena, evidence=replace(base.evidence, pilot=True))


def unknown_assumption() -> Decision:
    base = simulated_inconclusive()
    field = "value_per_satisfied_session"
    rows = tuple(
        replace(r, status="unknown", dist=None, low=0.2, mid=None, high=3.0, mean=None, p05=None, p95=None)
        if r.name == field else r
        for r in base.assumptions.rows
    )  # fmt: skip
    differs = reason(Code.DIFFERS_ACROSS_BOUNDS, field=field, low=0.2, low_ruling="REJECT", high=3.0,
                     high_ruling="APPROVE")  # fmt: skip
    verdict = {
        "reasons": (differs,),
        "binding": Binding(kind=BindingKind.ASSUMPTION, condition=Name.ASSUMPTIONS_KNOWN, field=field),
    }
    step = replace(next_step(), advice=Advice.STATE_ASSUMPTION, field=field, mde_net=None, power=(),
                   roi_detectable=None, cases_for_power=None, evsi=(), best_more_prompts=0)  # fmt: skip
    corners = tuple(
        Corner(values=((field, v),), ruling=r) for v, r in ((0.2, Ruling.REJECT), (3.0, Ruling.APPROVE))
    )
    breaks = (replace(base.upgrade.break_evens[2], current=None),)
    decided = changed(
        base, verdict=verdict, next=step, corners=corners, break_evens=breaks, money=None, monte_carlo=None,
        fieller=None, net=None, net_at_threshold=None, cost=None, bca=None, tornado=(), tail_guard=None,
        with_allowance=None,
        dates=tuple(replace(d, roi=None, roi_at_prices=None) for d in base.upgrade.dates),
        slices=tuple(replace(s, net_at_threshold=None) for s in base.upgrade.slices),
    )  # fmt: skip
    ledger = replace(base.ledger, decided_usd=None)
    return replace(decided, assumptions=replace(base.assumptions, rows=rows), ledger=ledger)


def not_dearer() -> Decision:
    kept = (
        row(Name.NET, PROOF, 31.2, 0.0, "usd_per_month"),
        row(Name.NON_INFERIOR, PROOF, 0.1, 0.0, "points"),
        row(Name.NON_INFERIOR_TAIL, PROOF, 0.05, 0.0, "points"),
    )
    rows = tuple(r for r in upgrade_rows() if r.kind is not PROOF)
    verdict = {
        "reasons": (
            reason(Code.NO_INCREMENTAL_COST, cost_high=-3.1),
            reason(Code.COST_SAVING_TRADE_OFF, quality=-0.1, cost=-20.5),
        ),
        "conditions": (*rows, *kept),
        "binding": Binding(kind=BindingKind.GUARDRAIL, condition=Name.SATISFACTION, subject="pro-raw"),
    }
    step = replace(next_step(), advice=Advice.MEET_GUARDRAIL, roi_detectable=None)
    cheap = replace(money(), cost=-20.5, roi=None, roi_at_run_date=None, one_off=0.0, payback_months=0.0)
    fieller = RatioInterval(kind="two_rays", low=-3.0, high=1.2, confidence=0.95)
    return changed(simulated_inconclusive(), verdict=verdict, branch=Branch.NOT_DEARER, money=cheap,
                   next=step, fieller=fieller)  # fmt: skip


def unbounded() -> Decision:
    verdict = {"reasons": (reason(Code.ROI_UNBOUNDED, cost_low=-4.0, cost_high=22.5),)}
    fieller = RatioInterval(kind="unbounded", low=None, high=None, confidence=0.95)
    return changed(simulated_inconclusive(), verdict=verdict, branch=Branch.SPANS_ZERO, fieller=fieller)


def no_sena() -> Decision:
    base = simulated_inconclusive()
    raw = tuple(arm for arm in base.arms if arm.context is ContextMode.RAW)
    contrasts = TwoByTwo(contrasts=base.grid.contrasts[:1], interaction=None)
    evidence = replace(base.evidence, origin=Origin.UNVERIFIED, agreements=(), judge=True, human_labels=30)
    trial = {"ruling": Ruling.APPROVE_FOR_TRIAL, "uncapped": Ruling.APPROVE,
             "reasons": (reason(Code.ALL_HOLD),), "caps": (reason(Code.PREVIEW_MODEL, model=PRO),),
             "binding": Binding(kind=BindingKind.CAP, condition=Name.LIFECYCLE)}  # fmt: skip
    step = replace(next_step(), advice=Advice.DECIDE)
    decided = changed(base, verdict=trial, slices=(), dates=(), break_evens=(), next=step)
    return replace(decided, arms=raw, grid=contrasts, sena=None, controls=(), evidence=evidence, rates=())


def crowded() -> Decision:
    """As many rows of everything as a report can have."""
    base = simulated_inconclusive()
    unmet = tuple(
        replace(r, met=False, detail=(reason(Code.PILOT, cases=4),)) if r.kind is EVIDENCE else r
        for r in upgrade_rows()
    )
    kept = (
        row(Name.NON_INFERIOR, PROOF, 0.1, 0.0, "points"),
        row(Name.NON_INFERIOR_TAIL, PROOF, 0.05, 0.0, "points"),
    )
    verdict = {"conditions": (*unmet, *kept), "valid_until": dt.date(2026, 12, 31)}
    first, later = base.upgrade.dates
    moved = replace(later, ruling=Ruling.REJECT)
    dates = (first, *(replace(moved, on=later.on + dt.timedelta(days=60 * k)) for k in range(5)))
    odd = tuple(
        Sensitivity(name=name, quality=estimate(0.5), net_at_threshold=estimate(0.1), holds=True)
        for name in ("cache_neutral_cost", "run_date_prices", "full_tail_share")
    )
    corners = tuple(
        Corner(values=(("realisation", k / 4), ("margin", 0.5)), ruling=Ruling.REJECT) for k in range(4)
    )
    curve = BreakEvenCurve(x="realisation", y="margin", x_unit="share", y_unit="share",
                           points=tuple((k / 10, 5 / (k + 1)) for k in range(1, 10)))  # fmt: skip
    some = assumptions().rows
    more = tuple(replace(r, name=f"{r.name}_{k}", used=True) for k in range(2) for r in some)
    decided = changed(base, verdict=verdict, dates=dates, sensitivities=odd, corners=corners, curve=curve)
    return replace(decided, assumptions=replace(base.assumptions, rows=more))


DROPS = {"pen-ko-01": 2.5, "earth-en-02": 1.0, "moon-ko-03": 1.0, "square-en-04": 0.0, "pen-en-05": -1.0}
"""How much Pro loses against Flash on each case of the material."""


def answer_of(arm: str, facts: tuple[KeyFact, ...]) -> str:
    said = "\n".join(f"잘 들었습니다. {fact.fact}이라고 하셨지요." for fact in facts)
    return f"{arm}의 답변입니다.\n{said}\n그러니 천천히 정하세요."


def material(make_case: Callable[..., Case], text: Callable[[str, str], str] | None = None) -> Material:
    """Return five cases with both arms' answers; `text` may replace an answer, by case and arm."""
    cases, records, scores, outcomes = {}, [], [], []
    for k, (case_id, drop) in enumerate(DROPS.items()):
        severity = list(Severity)[k % 3]
        case = make_case(id=case_id, severity=severity, severity_reason="a deadline would be missed")
        cases[case_id] = case
        for arm, score in (("flash-raw", 4.0), ("pro-raw", 4.0 - drop)):
            kept = case.key_facts if arm == "flash-raw" or drop <= 0 else case.key_facts[1:]
            answer = text(case_id, arm) if text else answer_of(arm, kept)
            place = {"case_id": case_id, "arm": arm, "repeat": 0}
            records.append(
                Completed(**place, calls=(), answer=Answer(text=answer, truncated=False), persona="pen")
            )
            detail = tuple(fact.id for fact in kept)
            scores.append(Scored(**place, scorer="key_facts/1", value=len(detail) / 2, detail=detail))
            claims = ("마감이 11월",) if arm == "pro-raw" and drop > 2 else ()
            scores.append(Scored(**place, scorer="must_not/1", value=1.0, detail=claims))
            outcomes.append(Outcome(**place, quality=score))
    terms = Terms(
        provider="Gemini API",
        terms=tuple(
            Term(
                topic=topic,
                texts=(("en", f"About {topic}."), ("ko", "약관 요약.")),
                source="the page",
                as_of=ON,
            )
            for topic in ("data_use", "retention", "age")
        ),
    )
    return Material(
        cases=cases, records=tuple(records), scores=tuple(scores), outcomes=tuple(outcomes), terms=terms,
        settings=ReportSettings(languages=("en", "ko"), preparer="Kim"), budget_usd=Decimal("25.00"),
        currency=Currency(code="KRW", per_usd=Decimal("1387.5"), as_of=ON, source="Bank of Korea"),
        hashes=(("experiment", "e" * 64), ("dataset", "d" * 64)),
    )  # fmt: skip


BUILDERS: dict[str, Callable[[], Decision]] = {
    builder.__name__: builder
    for builder in (
        simulated_inconclusive, approve_google, reject, no_verdict, unknown_assumption, not_dearer, unbounded,
        no_sena, crowded,
    )
}  # fmt: skip


@pytest.fixture(params=list(BUILDERS))
def decision(request: pytest.FixtureRequest) -> Decision:
    """Each of the decisions in turn."""
    return BUILDERS[request.param]()


@pytest.fixture
def build() -> Callable[[str], Decision]:
    """A decision by name."""
    return lambda name: BUILDERS[name]()


@pytest.fixture
def cells(make_case: Callable[..., Case]) -> Material:
    """Cases with their answers, names, terms and a rate of exchange."""
    return material(make_case)


@pytest.fixture
def cells_with(make_case: Callable[..., Case]) -> Callable[[Callable[[str, str], str]], Material]:
    """The same with answers of one's own, by case and arm."""
    return lambda text: material(make_case, text)
