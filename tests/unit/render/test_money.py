"""Section 3: amounts with the doubt that belongs to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from evalharness.core.decision import Decision, Quantiles
from evalharness.render import Material, language, render_appendix, render_report

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
