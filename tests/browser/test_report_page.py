"""The HTML report in a real browser without a network: from disk, by mouse and keyboard, light and dark."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from evalharness.core.decision import Decision
from evalharness.core.levers import Setting
from evalharness.core.score import Completed
from evalharness.decide import bench_of, study_levers
from evalharness.decide.controls import control_checks
from evalharness.decide.pull import pull
from evalharness.decide.quadrature import nodes_of
from evalharness.decide.stakes import Stakes
from evalharness.decide.upgrade_case import resting_case
from evalharness.render import Material, language, render_page

if TYPE_CHECKING:
    from tests.browser.conftest import Demo, Page

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
CORPUS = Path(__file__).parents[1] / "data" / "hostile.jsonl"
HOSTILE = {row["id"]: row["answer"] for row in map(json.loads, CORPUS.read_text("ascii").splitlines())}


@pytest.fixture
def quiet(page: Page) -> Any:
    """A page that must not have complained or asked for anything when the test ends."""
    yield page
    assert page.errors() == []
    assert page.requests() == []


def set_lever(page: Page, name: str, value: float | str) -> None:
    """Type an exact value, as a person would."""
    page.run(
        "const input = document.getElementById(`exact-${arguments[0]}`); input.value = arguments[1];"
        "input.dispatchEvent(new Event('input', {bubbles: true}));",
        name, value,
    )  # fmt: skip
    settle(page)


def slide(page: Page, name: str, place: float) -> None:
    """Drag a slider to a place."""
    page.run(
        "const input = document.getElementById(`lever-${arguments[0]}`); input.value = arguments[1];"
        "input.dispatchEvent(new Event('input', {bubbles: true}));",
        name, place,
    )  # fmt: skip
    settle(page)


def settle(page: Page) -> None:
    """Wait until the panel has drawn what it was told."""
    page.driver.execute_async_script(
        "requestAnimationFrame(() => requestAnimationFrame(() => arguments[0]()))"
    )


def shown_ruling(page: Page) -> str:
    return str(page.find(".badge").get_attribute("data-ruling"))


def open_at(page: Page, file: Path, fragment: str) -> None:
    page.driver.get("about:blank")
    page.driver.get(f"{file.resolve().as_uri()}#{fragment}")


@pytest.mark.parametrize("code", ["en", "ko"])
def test_it_opens_from_disk_without_a_word_on_the_console(quiet: Page, demo: Demo, code: str) -> None:
    quiet.open(demo.page(code))
    assert quiet.run("return document.documentElement.dataset.ready") == "1"
    assert quiet.find("html").get_attribute("lang") == code
    assert demo.page(code).stat().st_size <= 3_000_000
    text = quiet.text("#what-if-body")
    assert {"en": "Checked on opening: at 3 settings", "ko": "3가지 설정에서"}[code] in text


def test_at_rest_the_panel_says_what_the_report_says(quiet: Page, demo: Demo) -> None:
    quiet.open(demo.page())
    verdict = demo.decision.upgrade.verdict
    assert shown_ruling(quiet) == verdict.ruling.value
    for row in verdict.conditions:
        found = quiet.all(f'tr[data-condition="{row.name.value}"]')
        if found:
            assert found[0].get_attribute("data-met") == str(row.met).lower()
    table = quiet.text("#conditions table")
    for cell in quiet.all('.what-if tr[data-condition="npv"] td'):
        assert cell.text in table


def test_the_verdict_changes_where_python_says_it_does(quiet: Page, demo: Demo) -> None:
    """One lever after the other, to both sides; the badge is what the rules say in Python."""
    made, project, decision = demo.study, demo.project, demo.decision
    levers = study_levers(made, project.card, project.assumptions, decision)
    assert levers is not None
    bench = bench_of(made, project.card, project.assumptions)
    stakes = Stakes(bench, project.assumptions, bench.upgrade_pair(decision.upgrade.context))
    case, nodes = resting_case(stakes, decision.upgrade.context, control_checks(bench)), nodes_of(levers)
    start = Setting(on=levers.on, months=levers.months, threshold=levers.threshold)
    quiet.open(demo.page())
    seen = set()
    for name, value in (
        ("value_per_satisfied_session", 0.6), ("value_per_satisfied_session", 12.0),
        ("satisfaction_per_quality", 0.05), ("requests_per_month", 900.0),
    ):  # fmt: skip
        quiet.find("#reset").click()
        set_lever(quiet, name, value)
        wanted = pull(case, nodes, replace(start, values=((name, value),)))
        assert shown_ruling(quiet) == wanted.ruling
        for condition, amount, met in wanted.conditions:
            rows = quiet.all(f'tr[data-condition="{condition}"]')
            assert [row.get_attribute("data-met") for row in rows] == (
                [] if amount is None and met else [str(met).lower()]  # a fact that holds has no row
            )
        binding = [row.get_attribute("data-condition") for row in quiet.all("tr.binding")]
        on_the_table = wanted.binding in {name for name, _, _ in wanted.conditions}
        assert binding == ([wanted.binding] if on_the_table else [])
        seen.add(wanted.ruling)
    assert seen == {"INCONCLUSIVE", "REJECT"}
    quiet.find("#reset").click()
    set_lever(quiet, "threshold", 40)
    set_lever(quiet, "months", 24)
    set_lever(quiet, "on", "2027-01-05")
    moved = replace(start, on=levers.on.replace(year=2027, month=1, day=5), months=24, threshold=0.4)
    wanted = pull(case, nodes, moved)
    assert shown_ruling(quiet) == wanted.ruling
    assert (
        quiet.find('tr[data-condition="roi_probability"]').get_attribute("data-met")
        == str({n: m for n, _, m in wanted.conditions}["roi_probability"]).lower()
    )


def test_the_console_takes_what_is_not_given_as_it_was_decided(quiet: Page, demo: Demo) -> None:
    quiet.open(demo.page())
    at_rest, moved, whole, half = quiet.run(
        "const { pull, data } = evalharness; const { on, months, threshold } = data.levers;"
        "const values = { realisation: 0.5 };"
        "const given = [undefined, { values }, { on, months, threshold, values }, { on: undefined, values }];"
        "return given.map((setting) => pull(setting));"
    )
    assert at_rest["ruling"] == demo.decision.upgrade.verdict.ruling.value
    assert moved == whole == half != at_rest
    for wrong, told in (({"month": 3}, "there are on, months"), ({"values": {"value": 1}}, "realisation")):
        refused = quiet.run("try { evalharness.pull(arguments[0]) } catch (e) { return e.message }", wrong)
        assert "nothing is called" in refused
        assert told in refused


def test_sliders_move_the_exact_number_and_back(quiet: Page, demo: Demo) -> None:
    quiet.open(demo.page())
    slide(quiet, "value_per_satisfied_session", 900)
    exact = float(quiet.find("#exact-value_per_satisfied_session").get_attribute("value"))
    assert exact > 10
    assert "Moved: value per satisfied session" in quiet.text(".what-if")
    quiet.find("#reset").click()
    assert "nothing is moved" in quiet.text(".what-if")
    assert shown_ruling(quiet) == demo.decision.upgrade.verdict.ruling.value


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("requests_per_month", "-1", "Not used. Allowed: more than 0. Still in force: 6833.33."),
        ("satisfaction_per_quality", "", "Not used. Allowed: from 0 to 10. Still in force: 0.516667."),
        ("months", "0", "Not used. Allowed: from 1 to 36. Still in force: 12."),
        ("threshold", "900", "Not used. Allowed: from 0 to 500. Still in force: 150."),
        ("on", "2020-01-01", "Not used. Allowed: from 2026-11-29 to 2027-11-29. Still in force: 2026-11-29."),
    ],
)
def test_what_may_not_be_typed_is_said_and_the_last_value_holds(
    quiet: Page, demo: Demo, name: str, typed: str, said: str
) -> None:
    quiet.open(demo.page())
    before = quiet.text(".details")
    label = quiet.text(f'[data-lever="{name}"] .lever-name')
    set_lever(quiet, name, typed)
    exact = quiet.find(f"#exact-{name}")
    assert exact.get_attribute("aria-invalid") == "true"
    assert quiet.text(f"#{exact.get_attribute('aria-describedby')}") == said
    assert quiet.text(".status .wrong") == f"Not used, because it is not allowed: {label}."
    assert quiet.text(".details") == before
    slide(quiet, name, float(quiet.find(f"#lever-{name}").get_attribute("value")))
    assert exact.get_attribute("aria-invalid") == "false"
    assert not quiet.all(".wrong")


@pytest.mark.parametrize("code", ["en", "ko"])
def test_the_panel_has_the_report_s_conditions_in_its_order(quiet: Page, demo: Demo, code: str) -> None:
    """Same names, same order, same figures; the reason that the report adds to a name is not repeated."""
    quiet.open(demo.page(code))
    rows = quiet.run(
        "return ['#conditions', '.what-if'].map((at) => [...document.querySelectorAll(`${at} tbody tr`)]"
        ".map((row) => [...row.cells].map((cell) => { const copy = cell.cloneNode(true);"
        " copy.querySelectorAll('small').forEach((mark) => mark.remove());"
        " return copy.textContent.trim(); })))"
    )
    upgrade = {"en": "Upgrade", "ko": "업그레이드"}[code]
    report = [cells for whose, *cells in rows[0] if whose == upgrade]
    assert len(report) == 10
    assert [row[1:] for row in rows[1]] == [row[1:] for row in report]
    assert [told.startswith(said) for (said, *_), (told, *_) in zip(rows[1], report, strict=True)] == [
        True
    ] * 10
    fixed = [row.get_attribute("data-condition") for row in quiet.all("tr.fixed")]
    assert fixed == ["mean_latency", "error_rate", "satisfaction"]


def test_a_slider_can_be_moved_by_keyboard(quiet: Page, demo: Demo) -> None:
    from selenium.webdriver.common.keys import Keys

    quiet.open(demo.page())
    quiet.run("document.getElementById('lever-months').focus()")
    quiet.press(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    settle(quiet)
    assert quiet.find("#exact-months").get_attribute("value") == str(
        demo.project.assumptions.horizon_months + 2
    )


def choose(page: Page, name: str, value: str) -> None:
    page.run(
        "const input = document.getElementById(arguments[0]); input.value = arguments[1];"
        "input.dispatchEvent(new Event('change', {bubbles: true}));",
        name, value,
    )  # fmt: skip


def listed(page: Page) -> list[str]:
    return [str(row["id"]) for row in page.run("return evalharness.explorer.list.items()")]


def test_filters_narrow_the_list_and_say_how_far(quiet: Page, demo: Demo) -> None:
    quiet.open(demo.page())
    facts = {case.case_id: case for case in demo.study.cases}
    assert sorted(listed(quiet)) == sorted(facts)
    choose(quiet, "filter-persona", "pen")
    choose(quiet, "filter-language", "ko")
    wanted = {name for name, case in facts.items() if (case.persona, case.language) == ("pen", "ko")}
    assert set(listed(quiet)) == wanted
    assert f"{len(wanted)} of 100 cases" in quiet.text("#cases-body")
    choose(quiet, "filter-category", "interview")
    assert set(listed(quiet)) == {name for name in wanted if facts[name].category == "interview"}
    for name in ("filter-persona", "filter-language", "filter-category"):
        choose(quiet, name, "")
    choose(quiet, "filter-outcome", "worse")
    differences = quiet.run("return evalharness.explorer.list.items().map((row) => row.difference)")
    assert differences
    assert max(differences) < 0
    choose(quiet, "filter-outcome", "")
    quiet.find("#filter-flips").click()
    assert all(quiet.run("return evalharness.explorer.list.items().map((row) => row.flips)"))
    quiet.find("#filter-flips").click()
    quiet.find("#filter-text").send_keys("no such case")
    assert "No case fits" in quiet.text("#cases-body")


def test_flips_are_cases_whose_winner_compression_changes(quiet: Page, demo: Demo) -> None:
    quiet.open(demo.page())
    quality = {(o.case_id, o.arm): o.quality or 0.0 for o in demo.study.outcomes}

    def sign(case: str, context: str) -> int:
        gap = quality[case, f"pro-{context}"] - quality[case, f"flash-{context}"]
        return (gap > 1e-9) - (gap < -1e-9)

    wanted = {c.case_id for c in demo.study.cases if sign(c.case_id, "raw") != sign(c.case_id, "sena")}
    quiet.find("#filter-flips").click()
    assert set(listed(quiet)) == wanted
    assert wanted


def test_a_deep_link_leads_to_its_case(quiet: Page, demo: Demo) -> None:
    open_at(quiet, demo.page(), "case=moon-en-04")
    assert quiet.text("#case-title") == "moon-en-04"
    assert quiet.run("return document.activeElement.id") == "case-title"
    quiet.run("location.hash = 'case=square-ko-08'")
    quiet.wait(lambda: quiet.text("#case-title") == "square-ko-08", "the case of the new address")
    quiet.find("#next").click()
    assert quiet.run("return location.hash") == f"#case={quiet.text('#case-title')}"
    open_at(quiet, demo.page(), "case=" + quote("nobody's case <b>"))
    assert quiet.text("#case-title")


def test_the_explorer_is_used_by_keyboard_alone(quiet: Page, demo: Demo) -> None:
    from selenium.webdriver.common.keys import Keys

    quiet.open(demo.page())
    names = listed(quiet)
    quiet.run("document.querySelector('.list').focus()")
    quiet.press(Keys.ARROW_DOWN)
    assert quiet.text("#case-title") == names[1]
    quiet.press(Keys.END)
    assert quiet.text("#case-title") == names[-1]
    active = quiet.find(".list").get_attribute("aria-activedescendant")
    assert quiet.find(f"#{active}").get_attribute("aria-selected") == "true"
    quiet.press("k")
    assert quiet.text("#case-title") == names[-2]
    quiet.press(Keys.HOME, "j")
    assert quiet.text("#case-title") == names[1]
    quiet.run("document.getElementById('filter-text').focus()")
    quiet.press("j")
    assert quiet.find("#filter-text").get_attribute("value") == "j"  # typing is typing


def test_answers_stand_side_by_side_with_facts_and_differences(quiet: Page, demo: Demo) -> None:
    open_at(quiet, demo.page(), "case=moon-en-04")
    cards = {card.get_attribute("data-arm"): card for card in quiet.all(".answer")}
    assert list(cards) == ["flash-raw", "pro-raw", "flash-sena", "pro-sena"]
    records = {(r.case_id, r.arm): r for r in demo.directory.read_records()}
    for arm, card in cards.items():
        record = records["moon-en-04", arm]
        assert isinstance(record, Completed)
        marks = quiet.run("return [...arguments[0].querySelectorAll('sup')].map((s) => s.remove())", card)
        assert marks
        text = quiet.run("return arguments[0].querySelector('.text').textContent", card)
        assert text == record.answer.text
    details = {s.arm: s.detail for s in demo.directory.read_scores()
               if s.case_id == "moon-en-04" and s.scorer.startswith("key_facts/")}  # type: ignore[union-attr]  # fmt: skip
    rows = quiet.all(".facts tbody tr")
    facts = demo.project.dataset.cases
    case = next(c for c in facts if c.id == "moon-en-04")
    assert len(rows) == len(case.key_facts)
    for fact, row in zip(case.key_facts, rows, strict=True):
        has = [cell.text == "used" for cell in row.find_elements("css selector", "td")]
        assert has == [fact.id in details[arm] for arm in cards]
    choose(quiet, "compare", "flash-raw")
    script = quiet.run("""
        const card = document.querySelector('[data-arm="pro-raw"] .text');
        const kept = (skip) => [...card.childNodes].filter((n) => n.nodeName !== skip)
            .map((n) => n.textContent).join("");
        return [kept("DEL"), kept("INS"), card.querySelectorAll("ins").length];
    """)
    flash, pro = records["moon-en-04", "flash-raw"], records["moon-en-04", "pro-raw"]
    assert isinstance(flash, Completed)
    assert isinstance(pro, Completed)
    assert script[0] == pro.answer.text  # without what was taken away: the answer
    assert script[1] == flash.answer.text  # without what was added: the other answer
    assert script[2] > 0
    assert quiet.run("return document.activeElement.id") == "compare"


def test_what_sena_dropped_is_struck_through_where_it_stood(quiet: Page, demo: Demo) -> None:
    open_at(quiet, demo.page(), "case=moon-en-04")
    planned = next(p for p in demo.directory.read_plan()
                   if (p.cell.case_id, p.cell.arm) == ("moon-en-04", "pro-sena"))  # fmt: skip
    struck = quiet.run("return [...document.querySelectorAll('.context del')].map((d) => d.textContent)")
    assert struck == [dropped.text for dropped in planned.dropped]
    case = next(c for c in demo.project.dataset.cases if c.id == "moon-en-04")
    shown = quiet.run("return [...document.querySelectorAll('.context .text')].map((t) => t.textContent)")
    texts = [case.context.profile, *case.context.notes, *(turn.text for turn in case.context.turns)]
    assert shown == texts


def test_a_mark_of_a_picture_speaks_and_leads_to_its_case(quiet: Page, demo: Demo) -> None:
    from selenium.webdriver.common.keys import Keys

    quiet.open(demo.page())
    mark = quiet.find('.plot-differences .mark[data-case="pen-en-03"]')
    label = mark.get_attribute("aria-label")
    assert label.startswith("pen-en-03: Flash ")
    quiet.run("arguments[0].setAttribute('tabindex', '0'); arguments[0].focus()", mark)
    assert quiet.text(".tip") == label
    quiet.press(Keys.ENTER)
    assert quiet.text("#case-title") == "pen-en-03"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("code", ["en", "ko"])
def test_axe_finds_nothing(quiet: Page, demo: Demo, code: str, scheme: str) -> None:
    """WCAG 2.2 A and AA and axe's best practices, on the whole page, appendix and context unfolded."""
    assert axe_findings(quiet.media(prefers_color_scheme=scheme).open(demo.page(code))) == []


def test_axe_finds_nothing_on_a_narrow_screen_either(narrow: Page, demo: Demo) -> None:
    narrow.open(demo.page())
    set_lever(narrow, "requests_per_month", -1)
    assert axe_findings(narrow) == []


def axe_findings(quiet: Page) -> list[Any]:
    """Unfold everything and return what axe has to say."""
    if not AXE.exists():
        pytest.skip("LOUD SKIP: axe-core is not installed; make browser fetches it with npm")
    quiet.run("document.querySelectorAll('details').forEach((d) => (d.open = true))")
    # The page forbids scripts of others: the driver brings axe in beside the page's own policy.
    quiet.run(AXE.read_text(encoding="utf-8"))
    found = quiet.driver.execute_async_script(
        "const done = arguments[0]; axe.run(document, {resultTypes: ['violations']}).then((r) => done("
        "r.violations.map((v) => [v.id, v.impact, v.nodes.length, v.nodes[0].html.slice(0, 200), "
        "v.nodes[0].failureSummary])))"
    )
    return list(found)


@pytest.fixture
def narrow(quiet: Page) -> Any:
    """The page on a telephone."""
    screen = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    quiet.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    yield quiet
    quiet.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.mark.parametrize("code", ["en", "ko"])
def test_narrow_screens_need_no_sideways_scrolling(narrow: Page, demo: Demo, code: str) -> None:
    """Rows are cards that show every cell; what scrolls after all fades where there is more."""
    narrow.open(demo.page(code))
    assert narrow.run("return document.documentElement.scrollWidth") <= 390
    cut = narrow.run(
        "return [...document.querySelectorAll('main > section table')].filter((t) => t.checkVisibility() &&"
        " t.offsetWidth > t.closest('.scroll').clientWidth).length"
    )
    assert cut == 0
    for cell in narrow.all("#conditions td.met, .what-if td.met"):
        assert cell.is_displayed()
        assert cell.rect["x"] + cell.rect["width"] <= 390
    links = narrow.find(".contents ul")
    assert links.get_attribute("data-more") == "end"
    narrow.run("arguments[0].scrollLeft = arguments[0].scrollWidth", links)
    narrow.wait(lambda: links.get_attribute("data-more") == "start", "the fade at the other end")


def test_a_card_says_what_each_figure_is(narrow: Page, demo: Demo) -> None:
    narrow.open(demo.page())
    labels = narrow.run(
        "return [...document.querySelector('#conditions tbody tr').cells].slice(2).map((cell) =>"
        " getComputedStyle(cell, '::before').content.split(' / ')[0])"
    )
    assert labels == ['"Value"', '"Limit"', '"Margin"', '"Met"']
    assert narrow.find("#signoff td").get_attribute("data-label") == "Preparer"


def test_only_what_scrolls_is_a_tab_stop(quiet: Page, demo: Demo) -> None:
    quiet.open(demo.page())
    settle(quiet)
    stops = quiet.run(
        "return [...document.querySelectorAll('div.scroll')].filter((box) => box.checkVisibility() &&"
        " (box.tabIndex === 0) !== (box.scrollWidth > box.clientWidth + 1)).length"
    )
    assert stops == 0
    assert quiet.all("div.scroll")


def test_the_row_of_links_is_one_row_and_follows_the_reader(quiet: Page, demo: Demo) -> None:
    quiet.open(demo.page())
    assert quiet.find(".contents").size["height"] < 48
    quiet.run("document.getElementById('quality').scrollIntoView()")
    quiet.wait(
        lambda: [a.text for a in quiet.all(".contents a[aria-current]")] == ["Quality"],
        "the link of the part",
    )


SPLIT = r"""
const split = []; let amounts = 0; const range = document.createRange();
document.querySelectorAll('details').forEach((d) => (d.open = true));
const walk = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
const kinds = [/[−+](?:US)?[$₩][\d.,]*\d/, /\d[\d.,]* %/, /\d{4}-\d\d-\d\d/, /[≤≥<>] [$₩]?\d/,
  /\d[\d.,]*[–~∼]\d/, /[(][−+]?[$₩]?\d[\d.,]* to [−+]?[$₩]?\d/];
const amount = new RegExp(kinds.map((kind) => kind.source).join('|'), 'gu');
while (walk.nextNode()) {
  const node = walk.currentNode; const parent = node.parentElement;
  if (!parent.checkVisibility() || parent.closest('svg, code, .case')) continue;
  for (const found of node.textContent.matchAll(amount)) {
    range.setStart(node, found.index); range.setEnd(node, found.index + found[0].length);
    amounts += 1;
    const tops = new Set([...range.getClientRects()].map((r) => Math.round(r.top)));
    if (tops.size > 1) split.push(found[0]);
  }
}
return [amounts, split];
"""


@pytest.mark.parametrize("code", ["en", "ko"])
@pytest.mark.parametrize("width", [360, 768, 1280])
def test_no_line_ends_inside_an_amount(quiet: Page, demo: Demo, code: str, width: int) -> None:
    """A minus at the end of a line and its dollars on the next read as a gain; so does half an interval."""
    screen = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width == 360}
    quiet.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    try:
        quiet.open(demo.page(code))
        amounts, broken = quiet.run(SPLIT)
        assert amounts > 100
        assert broken == []
    finally:
        quiet.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_print_leaves_out_what_paper_cannot_do(quiet: Page, demo: Demo) -> None:
    quiet.open(demo.page())
    paper = {"width": 688, "height": 1000, "deviceScaleFactor": 1, "mobile": False}  # A4 within its margins
    quiet.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", paper)
    quiet.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        tables = quiet.all("main > section > .scroll > table")
        assert {table.value_of_css_property("display") for table in tables} == {"table"}
        assert max(table.rect["x"] + table.rect["width"] for table in tables) <= 688
        assert not quiet.find("#what-if").is_displayed()
        assert not quiet.find("#cases").is_displayed()
        assert not quiet.find(".contents").is_displayed()
        assert quiet.find("#decision").is_displayed()
        assert quiet.find("#pictures svg").is_displayed()
    finally:
        quiet.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        quiet.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def hostile_material(demo: Demo, answer: Callable[[str], str]) -> Material:
    """The demo's material with answers, contexts and names of somebody who means harm."""
    records = demo.directory.read_records()
    cases = {}
    for case in demo.project.dataset.cases[:4]:
        text = answer(case.id)
        cases[case.id] = replace(
            case, message=text, severity_reason=text, setting=text,
            context=replace(case.context, profile=text, notes=(text,)),
            key_facts=tuple(replace(fact, fact=text) for fact in case.key_facts),
            must_not=tuple(replace(claim, claim=text) for claim in case.must_not),
        )  # fmt: skip
    kept = tuple(
        replace(r, answer=replace(r.answer, text=answer(r.case_id)))
        for r in records
        if isinstance(r, Completed) and r.case_id in cases
    )
    outcomes = tuple(o for o in demo.study.outcomes if o.case_id in cases)
    facts = tuple(replace(f, persona=answer(f.case_id), category=answer(f.case_id)) for f in demo.study.cases)
    return Material(cases=cases, records=kept, outcomes=outcomes, case_facts=facts,
                    scores=tuple(s for s in demo.directory.read_scores() if s.case_id in cases))  # fmt: skip


def poisoned(decision: Decision, text: str) -> Decision:
    """The decision with hostile names where names are foreign."""
    rows = tuple(replace(row, source=text, owner=text, definition=text) for row in decision.assumptions.rows)
    rates = tuple(replace(rate, source=text) for rate in decision.rates)
    return replace(
        decision, experiment=text, rates=rates, rate_card=text,
        assumptions=replace(decision.assumptions, rows=rows, preset=text),
    )  # fmt: skip


EVERYTHING = (*HOSTILE, "closing tags", "template")
MORE = {
    "closing tags": "</script></style></title></textarea><script>window.owned = 1</script><!--<script>",
    "template": "{{ 7*7 }} ${window.owned = 1} #{1} <%= 1 %>\u2028\u2029 \\u003cscript>",
}


@pytest.mark.parametrize("name", EVERYTHING)
def test_hostile_answers_stay_text(quiet: Page, demo: Demo, tmp_path: Path, name: str) -> None:
    """Nothing runs, loads, opens or breaks out of its place, whoever wrote it."""
    text = (HOSTILE | MORE)[name] + "<img src=x onerror='window.owned=1'>"
    page_text = render_page(
        poisoned(demo.decision, text), identity="0" * 64, words=language("en"),
        material=hostile_material(demo, lambda _: text),
    )  # fmt: skip
    file = tmp_path / "hostile.html"
    file.write_text(page_text, encoding="utf-8", newline="\n")
    quiet.open(file)
    assert quiet.run("return document.documentElement.dataset.ready") == "1"
    assert quiet.run("return window.owned") is None
    shape = quiet.run("""
        const count = (css) => document.querySelectorAll(css).length;
        return {scripts: count("script:not([type])"), styles: count("style"), images: count("img"),
                frames: count("iframe, object, embed, form:not(.filters), base, link, meta[http-equiv]"),
                mains: count("main"), handlers: [...document.querySelectorAll("*")].filter((e) =>
                    [...e.attributes].some((a) => a.name.startsWith("on") ||
                        (/href|src|action/.test(a.name) && !a.value.startsWith("#")))).length};
    """)
    assert shape == {"scripts": 1, "styles": 1, "images": 0, "frames": 1, "mains": 1, "handlers": 0}
    answers = quiet.run("return [...document.querySelectorAll('.answer .text')].map((t) => t.textContent)")
    assert len(answers) == 4
    assert all("onerror" in answer for answer in answers)
    assert quiet.driver.title.startswith("SIMULATED")


def test_the_policy_stops_a_script_that_got_in(page: Page, demo: Demo, tmp_path: Path) -> None:
    """The last line of defence works: even markup put into the file by hand does not run."""
    text = demo.page().read_text(encoding="utf-8")
    forged = text.replace(
        "<main>", "<main><script>window.owned = 1</script><img src='https://evil.test/x'>", 1
    )
    file = tmp_path / "forged.html"
    file.write_text(forged, encoding="utf-8", newline="\n")
    page.open(file)
    assert page.run("return window.owned") is None
    errors = page.errors()
    assert any("inline script" in error and "Content Security Policy" in error for error in errors)
    assert any("evil.test" in error and "Content Security Policy" in error for error in errors)
    page.requests()  # the attempt is on record; the policy, and the missing network, stopped it


def test_no_string_becomes_markup(page: Page, demo: Demo) -> None:
    """Trusted types: what a later change might do by mistake, the browser refuses."""
    page.open(demo.page())
    refused = page.run("""
        try { document.body.innerHTML = "<b>x</b>"; return false; } catch (error) { return error.name; }
    """)
    assert refused == "TypeError"
    page.errors()


def test_two_thousand_cases_are_still_usable(quiet: Page, demo: Demo, tmp_path: Path) -> None:
    """Twenty copies of the study: the list holds a few rows at a time, and any case is a step away."""
    copies = range(20)

    def renamed(case_id: str, k: int) -> str:
        return f"{case_id}-{k:02d}"

    def every(rows: Any) -> Any:
        return tuple(replace(r, case_id=renamed(r.case_id, k)) for k in copies for r in rows)

    material = Material(
        cases={renamed(c.id, k): replace(c, id=renamed(c.id, k)) for k in copies
               for c in demo.project.dataset.cases},
        records=every(demo.directory.read_records()), scores=every(demo.directory.read_scores()),
        outcomes=every(demo.study.outcomes), case_facts=every(demo.study.cases),
    )  # fmt: skip
    text = render_page(demo.decision, identity="0" * 64, words=language("en"), material=material)
    file = tmp_path / "large.html"
    file.write_text(text, encoding="utf-8", newline="\n")
    open_at(quiet, file, "case=pen-ko-03-17")
    assert quiet.text("#case-title") == "pen-ko-03-17"
    assert "2,000 of 2,000 cases" in quiet.text("#cases-body")
    assert len(quiet.all(".row")) < 60
    quiet.run("document.querySelector('.list').scrollTop = 56 * 1200")
    settle(quiet)
    quiet.wait(lambda: quiet.all("#row-1205"), "the rows further down")
    assert len(quiet.all(".row")) < 60
    choose(quiet, "filter-persona", "earth")
    assert len(listed(quiet)) == 500
