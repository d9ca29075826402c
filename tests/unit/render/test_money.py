"""Section 3: amounts with the doubt that belongs to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from evalharness.core.decision import Decision, Quantiles, Reason, ReasonCode
from evalharness.render import Material, language, render_appendix, render_report
from evalharness.render.phrases import Phrases

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
    assert "25% 미만, 열에 아홉은 −83%∼657%" in money_row(with_roi(spread), "12개월 ROI", code="ko")
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
