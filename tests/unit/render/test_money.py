"""Section 3: amounts with the doubt that belongs to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from evalharness.core.decision import (
    Advice,
    Binding,
    BindingKind,
    ConditionName,
    Decision,
    Quantiles,
    Reason,
    ReasonCode,
)
from evalharness.core.finance import MonthlyBudget
from evalharness.render import Material, language, render_appendix, render_report
from evalharness.render.phrases import Phrases
from evalharness.render.report import verdict_lines

Build = Callable[[str], Decision]
IDENTITY = "0123456789abcdef" * 4


def money_row(decision: Decision, start: str, material: Material | None = None, code: str = "en") -> str:
    words = language(code)
    given = {} if material is None else {"material": material}
    lines = render_report(decision, identity=IDENTITY, words=words, **given).splitlines()
    return next(line for line in lines if line.startswith(f"| {start}"))


def test_the_roi_stands_with_the_sample_s_doubt_and_with_that_of_the_assumptions(build: Build) -> None:
    base = build("simulated_inconclusive")
    assert base.upgrade.monte_carlo is not None
    spread = Quantiles(p05=-0.83, p25=-0.3, p50=0.25, p75=1.6, p95=6.57)

    def with_roi(roi: Quantiles | None) -> Decision:
        assert base.upgrade.monte_carlo is not None
        drawn = replace(base.upgrade.monte_carlo, roi=roi)
        return replace(base, upgrade=replace(base.upgrade, monte_carlo=drawn))

    row = money_row(with_roi(spread), "ROI over")
    assert "(106–737 %: the sample's doubt alone, assumptions at their means)" in row
    assert "half of the outcomes lie below 25 % and nine in ten between −83 % and 657 %" in row
    assert "25% 미만, 90%는 −83%∼657%" in money_row(with_roi(spread), "12개월 ROI", code="ko")
    assert "in doubt" not in money_row(with_roi(None), "ROI over")


def test_swings_are_told_to_hold_the_others_at_medians(build: Build) -> None:
    text = render_report(build("simulated_inconclusive"), identity=IDENTITY)
    (intro,) = (line for line in text.splitlines() if "Swing: what" in line)
    assert "the other inputs at their medians" in intro
    assert "assumptions at their means" in intro


def test_the_appendix_says_at_which_prices_a_month_stands(build: Build) -> None:
    text = render_appendix(build("simulated_inconclusive"), identity=IDENTITY)
    assert "has the prices of its first day throughout" in text


def test_a_later_verdict_asks_for_prices_that_are_read_again(build: Build) -> None:
    """Prices may be 30 days old: those of 23 November do not decide on 1 January."""
    base = build("simulated_inconclusive")
    text = render_report(base, identity=IDENTITY)
    assert "after the price change of 2027-01-01 if the prices are read again by then ·" in text
    assert money_row(base, "If decided").startswith(
        "| If decided on 2027-01-01 (announced price change), the prices read again by then |"
    )
    patient = replace(base, thresholds=replace(base.thresholds, max_rate_age_days=60))
    assert "read again by then" not in render_report(patient, identity=IDENTITY)


def test_prices_read_too_long_ago_are_one_sentence_for_models_that_share_it() -> None:
    def stale(model: str, age: int) -> Reason:
        values = (("model", model), ("as_of", "2026-11-20"), ("age_days", age), ("limit_days", 30))
        return Reason(code=ReasonCode.STALE_RATES, values=values)

    say = Phrases(language("en"))
    together = say.reasons([stale("one", 42), stale("two", 42)])
    assert together == (
        "The prices of one and two were read on 2026-11-20, 42 days before the decision; at most 30 days are"
        " allowed."
    )
    assert say.reasons([stale("one", 42), stale("two", 43)]).count("prices of") == 2


def test_what_production_would_take_of_the_monthly_budget(build: Build, cells: Material) -> None:
    base = build("simulated_inconclusive")
    assert base.upgrade.money is not None
    flash, pro = (
        base.upgrade.money.requests_per_month * arm.usd_per_request
        for name in ("flash-raw", "pro-raw")
        for arm in base.arms
        if arm.name == name and arm.usd_per_request is not None
    )
    between = Decimal(round((flash + pro) / 2, 2)).quantize(Decimal("0.01"))
    material = replace(cells, budget=MonthlyBudget(usd=between, source="test"), finance_is_example=True)
    row = money_row(base, "Production budget", material)
    assert row.startswith(
        f"| Production budget a month (example), prices of 2026-11-23 | ${between}; Flash takes"
    )
    assert row.count("OVER BUDGET") == 1
    assert "): OVER BUDGET |" in row
    assert "Production budget" not in render_report(base, identity=IDENTITY, material=cells)


def better(base: Decision, low: float | None) -> Decision:
    """Let the fourth alternative be 12 USD per 1,000 with a lower bound."""
    other = next(c for c in base.upgrade.choices if c.name == "arm" and c.arm != base.upgrade.treatment_arm)
    net = replace(other.net_at_threshold, value=0.08, low=low, n=40)
    rows = tuple(replace(c, net_at_threshold=net) if c is other else c for c in base.upgrade.choices)
    return replace(base, upgrade=replace(base.upgrade, choices=rows))


def test_an_alternative_that_surely_beats_the_upgrade_stands_in_the_first_section(build: Build) -> None:
    """The upgrade brings 12.50 USD beyond the limit per 1,000 requests."""
    base = build("simulated_inconclusive")
    text = render_report(better(base, 0.02), identity=IDENTITY)
    first = text.split("## 2 ")[0]
    assert "**Look at this also.** Exploratory, no verdict (n = 40): " in first
    assert "brings $80.00 ($20.00 to" in first
    assert "the upgrade $12.50." in first
    for low in (None, -0.01, 0.012):  # unknown, not surely gaining, not surely more than the upgrade
        assert "Look at this also" not in render_report(better(base, low), identity=IDENTITY)
    assert "Look at this also" not in render_report(better(build("no_verdict"), 0.02), identity=IDENTITY)


def test_an_assumption_that_binds_names_the_sample_that_fails_too(build: Build) -> None:
    base = build("simulated_inconclusive")
    binding = Binding(
        kind=BindingKind.ASSUMPTION, condition=ConditionName.ROI_PROBABILITY,
        field="value_per_satisfied_session", also=ConditionName.NET_AT_THRESHOLD,
    )  # fmt: skip

    def first_line(found: Binding) -> str:
        upgrade = replace(
            base.upgrade, verdict=replace(base.upgrade.verdict, binding=found),
            next=replace(base.upgrade.next, advice=Advice.MEASURE_VALUE, field=found.field),
        )  # fmt: skip
        return verdict_lines(replace(base, upgrade=upgrade))[0]

    assert first_line(binding).endswith(
        "Binding: assumption “value per satisfied session” and sample."
        " Measuring “value per satisfied session” is worth more than further prompts."
    )
    assert first_line(replace(binding, also=None)).endswith(
        "Binding: assumption “value per satisfied session”. Measuring it is worth more than further prompts."
    )


def test_who_answered_is_told_apart_from_whom_a_case_is_labelled_for(build: Build) -> None:
    base = build("simulated_inconclusive")
    routed = Reason(
        code=ReasonCode.ROUTED_TO_ONE,
        values=(("persona", "pen"), ("cases", 99), ("total", 100), ("accuracy", 0.24)),
    )
    verdict = replace(base.upgrade.verdict, marks=(*base.upgrade.verdict.marks, routed))
    text = render_report(
        replace(base, upgrade=replace(base.upgrade, verdict=verdict)), identity=IDENTITY
    )  # fmt: skip
    assert "One persona's prompt, Sena (pen), answers 99 of 100 cases" in text.split("## 2 ")[0]
    assert "labelled for, not those that answered" in text
    right = replace(base, evidence=replace(base.evidence, agreements=(("routing", 1.0, 100),)))
    assert "not those that answered" not in render_report(right, identity=IDENTITY)
