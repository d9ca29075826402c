"""Pictures: well-formed, legible without colour, the same bytes every time, and harmless."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.core.decision import Agreement, ArmBias, Decision, LabelAudit
from evalharness.core.experiment import Role
from evalharness.core.labels import Grade, LabelledPair
from evalharness.core.study import Outcome
from evalharness.render import Material, language
from evalharness.render.frame import make_frame
from evalharness.render.page.assets import plot_style
from evalharness.render.plots import Plot, plots_of
from evalharness.render.plots.axis import scale, spread
from evalharness.render.plots.svg import ELLIPSIS, fitted, number, text_width

SVG = "{http://www.w3.org/2000/svg}"
NUMBERS = re.compile(r"-?\d+(?:\.\d+)?")


def drawn(decision: Decision, code: str, material: Material) -> dict[str, Plot]:
    return plots_of(make_frame(decision, language(code), material))


def parsed(plot: Plot) -> ET.Element:
    return ET.fromstring(plot.svg(style=plot_style()))  # noqa: S314 (our own output)


@pytest.mark.parametrize("code", ["en", "ko"])
def test_every_decision_gives_well_formed_pictures(decision: Decision, cells: Material, code: str) -> None:
    for name, plot in drawn(decision, code, cells).items():
        root = parsed(plot)
        assert root.tag == f"{SVG}svg"
        assert root.get("role") == "img"
        ids = (root.get("aria-labelledby") or "").split()
        assert [root.find(f"{SVG}title").get("id"), root.find(f"{SVG}desc").get("id")] == ids  # type: ignore[union-attr]
        assert root.find(f"{SVG}title").text == plot.title  # type: ignore[union-attr]
        assert len(root.find(f"{SVG}desc").text or "") > 40  # type: ignore[union-attr]
        assert plot.svg() == drawn(decision, code, cells)[name].svg()


@pytest.mark.parametrize("code", ["en", "ko"])
def test_no_text_of_the_usual_length_is_cut(
    build: Callable[[str], Decision], cells: Material, code: str
) -> None:
    plots = drawn(build("simulated_inconclusive"), code, cells)
    decision, material = graded(build("simulated_inconclusive"))
    plots |= {"people": drawn(decision, code, material)["people"]}
    texts = [text for plot in plots.values() for text in parsed(plot).iter(f"{SVG}text")]
    assert len(texts) > 50
    assert [text.text for text in texts if (text.text or "").endswith(ELLIPSIS)] == []


@pytest.mark.parametrize("code", ["en", "ko"])
def test_nothing_lies_outside_its_frame(decision: Decision, cells: Material, code: str) -> None:
    for plot in drawn(decision, code, cells).values():
        for element in parsed(plot).iter():
            for key, limit in (("x", plot.width), ("cx", plot.width), ("x1", plot.width), ("x2", plot.width),
                               ("y", plot.height), ("cy", plot.height), ("y1", plot.height),
                               ("y2", plot.height)):  # fmt: skip
                value = element.get(key)
                assert value is None or -0.01 <= float(value) <= limit + 0.01, (plot.name, element.attrib)


def test_a_page_may_hold_them_under_a_policy_without_inline_styles(
    decision: Decision, cells: Material
) -> None:
    """Colours are classes, so that a page's policy needs no exception and dark mode reaches them."""
    for plot in drawn(decision, "en", cells).values():
        text = plot.svg()
        assert not re.search(r'\s(?:style|fill|stroke|href|on\w+)="', text)
        assert "<style" not in text
        assert "<script" not in text
        styled = plot_style()
        used = {name for element in parsed(plot).iter() for name in (element.get("class") or "").split()}
        unknown = {name for name in used if f".{name}" not in styled}
        assert unknown <= {"plot", "mark", "label", f"plot-{plot.name}"}


def test_arms_are_told_apart_by_shape_too(build: Callable[[str], Decision], cells: Material) -> None:
    """Nobody must see colours: the control is round, the treatment square."""
    plot = drawn(build("simulated_inconclusive"), "en", cells)["pareto"]
    shapes = {(e.tag, e.get("class")) for e in parsed(plot).iter() if "fill" in (e.get("class") or "")}
    assert shapes == {(f"{SVG}circle", "fill-a"), (f"{SVG}rect", "fill-b")}


def test_the_frontier_joins_arms_on_all_cases(build: Callable[[str], Decision], cells: Material) -> None:
    """An arm on some cases may have been asked the easier ones: it is shown, and is no frontier."""
    made = build("simulated_inconclusive")
    flash = made.arms[0]
    cheap = replace(flash, name="few", role=Role.ALTERNATIVE, cells=40)
    better = replace(cheap, quality=replace(flash.quality, value=4.9, low=4.8, high=5.0))
    plot = drawn(replace(made, arms=(*made.arms, better)), "en", cells)["pareto"]
    shown, best = plot.description.split("Nothing beats in both")
    assert "score 4.90" in shown
    assert "n " not in best
    assert "Pro" in best


def test_each_case_has_a_mark_that_names_it(build: Callable[[str], Decision], cells: Material) -> None:
    plot = drawn(build("simulated_inconclusive"), "en", cells)["differences"]
    marks = [e for e in parsed(plot).iter() if e.get("data-case")]
    assert {mark.get("data-case") for mark in marks} == set(cells.cases)
    first = marks[0].find(f"{SVG}title")
    assert first is not None
    assert first.text == "pen-ko-01: Flash 4.00, Pro 1.50, difference −2.50"


def test_many_cases_are_one_line(build: Callable[[str], Decision]) -> None:
    outcomes = tuple(
        Outcome(case_id=f"c{k:04d}", arm=arm, repeat=0, quality=float(k % 5))
        for k in range(1200)
        for arm in ("flash-raw", "pro-raw")
    )
    plot = drawn(build("simulated_inconclusive"), "en", Material(outcomes=outcomes))["differences"]
    assert len(plot.svg()) < 60_000
    assert not [e for e in parsed(plot).iter() if e.get("data-case")]


def test_what_is_not_known_is_not_drawn(build: Callable[[str], Decision], cells: Material) -> None:
    assert set(drawn(build("unknown_assumption"), "en", cells)) & {"months", "tornado"} == set()
    assert "sena" not in drawn(build("no_sena"), "en", cells)
    assert "differences" not in drawn(build("simulated_inconclusive"), "en", Material())


@given(st.text(max_size=60))
def test_foreign_text_is_cut_to_its_room(text: str) -> None:
    shown = fitted(text, 120)
    assert text_width(shown) <= 120 or shown == "…"
    assert shown == text or shown.endswith("…")


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (-0.001, "0"), (12.0, "12"), (12.345, "12.35"), (-3.5, "-3.5"), (100.0, "100")],
)
def test_coordinates_have_two_decimals_at_most(value: float, text: str) -> None:
    assert number(value) in {text, "12.34"}  # 12.345 is no binary number: either neighbour is right
    assert number(value) == number(value)


@given(st.lists(st.floats(-1e6, 1e6, allow_subnormal=False), min_size=1, max_size=20))
def test_a_scale_holds_its_values_between_ticks(values: list[float]) -> None:
    found = scale(values, 0.0, 100.0)
    assert found.low <= min(values)
    assert found.high >= max(values)
    assert 2 <= len(found.ticks) <= 9
    steps = {b - a for a, b in pairwise(found.ticks)}
    assert len(steps) == 1
    assert steps.pop().normalize().as_tuple().digits in {(1,), (2,), (2, 5), (5,)}
    assert all(isinstance(tick, Decimal) for tick in found.ticks)


@given(st.lists(st.floats(0, 300), max_size=12))
def test_labels_keep_their_distance(wanted: list[float]) -> None:
    found = spread(wanted, 17, 0, 300)
    places = sorted(found)
    assert all(b - a >= 17 - 1e-6 for a, b in pairwise(places))
    order = sorted(range(len(wanted)), key=lambda k: (wanted[k], k))
    assert [found[k] for k in order] == places


def graded(decision: Decision) -> tuple[Decision, Material]:
    """Four answers graded by two people: three agree with the score, one is said to be worse."""
    points = decision.upgrade.quality
    bias = ArmBias(arm="pro-raw", bias=replace(points, value=-0.5), mean_grade=3.0, mean_score=3.5)
    agreement = Agreement(first="people", second="key_facts", kappa=0.71, low=0.4, high=0.9, n=8)
    audit = LabelAudit(
        treatment_arm="pro-raw", control_arm="flash-raw", pairs=2, frame=100, raters=("kim", "lee"),
        applied=False, why_not="too_few", trust=0.4, judged=points, people=points, corrected=points,
        bias_difference=points, arms=(bias, replace(bias, arm="flash-raw")), scorer=agreement, between=(),
    )  # fmt: skip
    labels = tuple(
        LabelledPair(
            case_id=case, repeat=0, treatment="pro-raw", control="flash-raw",
            grades=tuple(Grade(rater=rater, treatment=pro, control=4) for rater in ("kim", "lee")),
        )
        for case, pro in (("a", 4), ("b", 1))
    )  # fmt: skip
    outcomes = tuple(
        Outcome(case_id=case, arm=arm, repeat=0, quality=4.0)
        for case in "ab"
        for arm in ("pro-raw", "flash-raw")
    )
    return replace(decision, labels=audit), Material(labels=labels, outcomes=outcomes)


@pytest.mark.parametrize("code", ["en", "ko"])
def test_people_and_score_are_held_against_each_other(build: Callable[[str], Decision], code: str) -> None:
    decision, material = graded(build("simulated_inconclusive"))
    plot = drawn(decision, code, material)["people"]
    tips = [mark.find(f"{SVG}title").text for mark in parsed(plot).iter() if mark.get("class") == "mark"]  # type: ignore[union-attr]
    assert len(tips) == 3  # two of Flash's answers have the same place
    if code == "en":
        assert tips[0] == "Flash: the score says 4.00, people say 4.00 (answers: 2)"
        assert {"Pro: the score says 4.00, people say 1.00 (answers: 1)",
                "Pro: the score says 4.00, people say 4.00 (answers: 1)"} == set(tips[1:])  # fmt: skip
        assert "weighted κ 0.71 (n 8)" in plot.description


def test_nobody_graded_so_nothing_is_drawn(build: Callable[[str], Decision], cells: Material) -> None:
    decision, material = graded(build("simulated_inconclusive"))
    assert "people" not in drawn(build("simulated_inconclusive"), "en", material)
    assert "people" not in drawn(decision, "en", replace(material, labels=()))
