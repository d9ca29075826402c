"""Where a line of the page may end, and where it may not."""

from __future__ import annotations

import re

import pytest

from evalharness.render.blocks import Code, Link, Strong
from evalharness.render.page.inline import figures_html, inline_html

WHOLE = re.compile(r'<span class="amount">([^<]*)</span>')


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("ROI 108 %, but its 90 % interval 26–191 % includes 150 %",
         ["108 %", "90 %", "26–191 %", "150 %"]),
        ("difference $6.53 ($6.33 to $6.74)", ["$6.53", "($6.33 to $6.74)"]),
        ("from −$12.46 to +US$5.33", ["−$12.46", "+US$5.33"]),
        ("user satisfaction ≥ 80 % (not measured), latency ≤ 3,000 ms", ["≥ 80 %", "≤ 3,000 ms"]),
        ("decided on 2026-11-29", ["2026-11-29"]),
        ("구간 26∼191%, 평균 +0.45 (+0.30∼+0.60)", ["26∼191%", "+0.45", "(+0.30∼+0.60)"]),
        ("76% (58∼89%)에서 P = 0.27(기준 0.95)", ["76%", "(58∼89%)에서", "P = 0.27"]),
        ("English (n 40), Flash 3.5, n = 40", ["(n 40)", "n = 40"]),
        ("in 100 msec, model gemini-3.5", []),
    ],
)  # fmt: skip
def test_figures_stay_whole_in_prose(text: str, whole: list[str]) -> None:
    html = str(inline_html(text))
    assert WHOLE.findall(html) == whole
    assert WHOLE.sub(r"\1", html) == text


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("Flash −0.12; Pro −0.03", ["Flash −0.12;", "Pro −0.03"]),
        ("3.24 %, at most 8.99 %", ["3.24 %,", "at most 8.99 %"]),
        ("−$0.34 (−$0.39 to −$0.30)", ["−$0.34", "(−$0.39 to −$0.30)"]),
        ("n/a: no incremental cost", ["n/a: no incremental cost"]),
        ("Break-even (m·p·a)", ["Break-even", "(m·p·a)"]),
        ("1,305", []),
        ("net benefit beyond an ROI of 150 %, per 1,000", ["150 %", "per 1,000"]),
    ],
)
def test_a_cell_of_figures_ends_its_lines_between_figures(text: str, whole: list[str]) -> None:
    html = str(figures_html(text))
    assert WHOLE.findall(html) == whole
    assert WHOLE.sub(r"\1", html) == text


def test_emphasis_and_foreign_markup_stay_what_they_are() -> None:
    assert str(figures_html(Strong("−$1"))) == '<strong><span class="amount">−$1</span></strong>'
    assert str(figures_html(Code("a-b c"))) == "<code>a-b c</code>"
    assert str(inline_html((Strong("See"), " ", Link("appendix", "appendix.ko.md")))) == (
        '<strong>See</strong> <a href="#appendix">appendix</a>'
    )
    assert str(figures_html("<b>−$1</b>")) == '<span class="amount">&lt;b&gt;−$1&lt;/b&gt;</span>'
