"""The report as a whole: what it must say, its shape, its length, and what it withstands."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from evalharness.core.decision import Decision, Estimate, RatioInterval, from_json, to_json
from evalharness.core.provenance import Origin
from evalharness.render import Material, language, render_appendix, render_report, verdict_lines
from evalharness.render.frame import make_frame
from evalharness.render.reference import read_reference
from evalharness.render.report import report_document
from evalharness.render.write import line_count, markdown_of

IDENTITY = "0123456789abcdef" * 4
GITHUB = MarkdownIt("commonmark").enable(["table", "strikethrough"])
Build = Callable[[str], Decision]


LANGUAGES = ("en", "ko")


def report(decision: Decision, code: str = "en", **given: Any) -> str:
    return render_report(decision, identity=IDENTITY, words=language(code), **given)


def appendix(decision: Decision, code: str = "en", **given: Any) -> str:
    return render_appendix(decision, identity=IDENTITY, words=language(code), **given)


def check_text(text: str) -> None:
    """Check what holds for every report in every language."""
    check_tables(text)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert not set("\r\t\x1b") & set(text)
    assert not re.search(r"\| *\||\n\n\n|\bNone\b|\bnan\b|Decimal|\{|\}|[ \t]\n", text)
    assert not re.search(r"[은이을과]\([는가를와]\)|\(으\)로|\(이\)[나라고며]", text)
    shown = [child.content for token in GITHUB.parse(text) for child in token.children or []]
    assert [content for content in shown if "**" in content or "~~" in content] == []


def parsed_tables(text: str) -> list[tuple[int, int]]:
    """Return the line ranges of the tables that GitHub would see."""
    return [tuple(t.map) for t in GITHUB.parse(text) if t.type == "table_open" and t.map]


def headings(text: str) -> list[str]:
    tokens: list[Token] = GITHUB.parse(text)
    return [tokens[k + 1].content for k, token in enumerate(tokens) if token.type == "heading_open"]


def check_tables(text: str) -> None:
    """Check that every row has as many cells as its header, and that every row belongs to a table."""
    lines = text.splitlines()
    tables = parsed_tables(text)
    for start, end in tables:
        assert len({lines[k].count("|") for k in range(start, end)}) == 1, lines[start]
    rows = {k for k, line in enumerate(lines) if line.startswith("|")}
    assert rows == {k for start, end in tables for k in range(start, end)}


@pytest.mark.parametrize("code", LANGUAGES)
def test_shape(decision: Decision, cells: Material, code: str) -> None:
    """Sections in order, whole tables, at most 120 lines, LF, one newline at the end, nothing blank."""
    for material in (Material(), cells):
        text = report(decision, code, material=material)
        assert [title.split()[0] for title in headings(text)[1:]] == [str(k) for k in range(1, 11)]
        assert text.count("\n") <= 120
        check_text(text)


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_appendix_holds_for_every_decision_too(decision: Decision, cells: Material, code: str) -> None:
    for material in (Material(), cells):
        text = appendix(decision, code, material=material)
        top = [title for title in headings(text)[1:] if not re.match(r"D\d", title)]
        assert [title.split()[0] for title in top] == list("ABCDEFGHIJKLM")
        check_text(text)


@pytest.mark.parametrize("code", LANGUAGES)
def test_lines_are_counted_without_writing_them(decision: Decision, cells: Material, code: str) -> None:
    document = report_document(make_frame(decision, language(code), cells), IDENTITY)
    assert line_count(document) == markdown_of(document).count("\n")


def test_it_survives_being_written_and_read(decision: Decision) -> None:
    """The app renders what decision.json holds; rounding to ten digits changes nothing that is shown."""
    assert report(from_json(to_json(decision))) == report(decision)
    assert appendix(from_json(to_json(decision))) == appendix(decision)


@pytest.mark.parametrize("code", LANGUAGES)
def test_verdict_lines_are_the_report_s_own_words(decision: Decision, code: str) -> None:
    text = report(decision, code).replace("**", "")
    lines = verdict_lines(decision, language(code))
    assert 2 <= len(lines) <= 3
    for line in lines:
        assert line in text
        assert "*" not in line
        assert "\n" not in line


def test_the_run_and_the_command_are_named(decision: Decision) -> None:
    text = report(decision)
    assert f"run `{IDENTITY[:12]}`" in text
    assert "`evalharness verify gemini_pro_upgrade_analysis.md`" in text
    reference = read_reference(text)
    assert (reference.kind, reference.language, reference.run) == ("report", "en", IDENTITY)
    assert (reference.on, reference.limit) == (decision.on, None)


@pytest.mark.parametrize("origin", [origin for origin in Origin if origin is not Origin.GOOGLE])
def test_what_is_not_google_says_so_in_title_and_verdict(build: Build, origin: Origin) -> None:
    base = build("simulated_inconclusive")
    decision = replace(base, evidence=replace(base.evidence, origin=origin))
    word = origin.value.upper()
    assert headings(report(decision))[0].startswith(f"{word}: upgrade")
    upgrade, sena = verdict_lines(decision)[:2]
    assert upgrade.startswith(f"{word}: would be INCONCLUSIVE — not approved; keep Flash meanwhile.")
    assert sena.startswith(f"Sena, {word}: would be INCONCLUSIVE — ")
    upgrade, sena = verdict_lines(decision, language("ko"))[:2]
    assert upgrade.startswith(word)
    assert "실제라면 판단 보류 — 미승인, 당분간 Flash 유지." in upgrade
    assert headings(report(decision, "ko"))[0].startswith(word)


def test_only_google_drops_the_would_be(build: Build) -> None:
    decision = build("approve_google")
    text = report(decision)
    assert verdict_lines(decision)[0].startswith("APPROVE: Pro may replace Flash.")
    assert headings(text)[0].startswith("Upgrade gemini-3.8-flash → gemini-3.1-pro-preview, raw context")
    assert "would be" not in text
    assert "Roll back if" in text
    assert "agreed by the board" in text
    assert verdict_lines(decision, language("ko"))[0].startswith("승인: Flash를 Pro로 교체 가능.")
    assert "실제라면" not in report(decision, "ko")


def test_a_verdict_that_claims_would_be_keeps_it_even_with_google_answers(build: Build) -> None:
    base = build("approve_google")
    verdict = replace(base.upgrade.verdict, would_be=True)
    decision = replace(base, upgrade=replace(base.upgrade, verdict=verdict))
    assert verdict_lines(decision)[0].startswith("GOOGLE: would be APPROVE")


def test_the_inconclusive_line_carries_numbers_and_what_binds(build: Build) -> None:
    assert verdict_lines(build("simulated_inconclusive"))[0] == (
        "SIMULATED: would be INCONCLUSIVE — not approved; keep Flash meanwhile. ROI 419 %, but its 90 % "
        "interval 106–737 % includes 150 %; P = 0.86 (needs 0.95). Binding: sample. "
        "About 200 more prompts (≈ $6.24) would settle it if the gain is real."
    )
    assert verdict_lines(build("simulated_inconclusive"), language("ko"))[0] == (
        "SIMULATED(모의 응답): 실제라면 판단 보류 — 미승인, 당분간 Flash 유지. ROI 419%, 그러나 90% 구간 "
        "106∼737%에 기준 150%가 포함됨, P = 0.86(기준 0.95). 걸림돌: 표본 수. "
        "향상이 실제라면 프롬프트 약 200건(≈ US$6.24)을 더 실행하면 결론이 남."
    )


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("reject", ["would be REJECT — keep Flash.", "below the required 150 %", "−$18.20 a month"]),
        ("no_verdict", ["would be NO VERDICT", "pilot of 6 cases", "reasons are the same", "NOT centred"]),
        ("unknown_assumption", ["ROI not computable: nobody has stated value per satisfied session",
                                "at least 0.48 USD/session", "| State “value per satisfied session”",
                                "| Head of product |", "unknown; stated bounds 0.2 to 3",
                                "n/a: value per satisfied session"]),
        ("not_dearer", ["ROI n/a: Pro adds no cost", "Net benefit $198 a month", "cost-saving trade-off",
                        "guardrail user satisfaction (not measured)", "n/a: no incremental cost"]),
        ("unbounded", ["ROI interval unbounded: the added cost is $48.00 a month"]),
        ("no_sena", ["UNVERIFIED: would be APPROVE FOR TRIAL", "Sena: not tested",
                     "30 human labels", "Controls: none in this study", "preview model"]),
        ("simulated_inconclusive", ["examples that no owner has signed", "benchmark mix", "419 %", "33.8 %",
                                    "interaction −0.02", "(at most 4.66 %)", "stand-in for help", "**NO**",
                                    "name, date, signature"]),
    ],
)  # fmt: skip
def test_each_kind_of_decision_says_what_it_must(build: Build, name: str, words: list[str]) -> None:
    text = report(build(name))
    assert [word for word in words if word not in text] == []


def test_changed_prices_that_flip_the_ruling_are_said(build: Build) -> None:
    text = report(build("approve_google"))
    assert "Announced price changes flip it: from 2027-01-01 REJECT." in text
    assert "valid until 2026-12-31" in text


def test_assumptions_give_way_before_the_page_does(build: Build) -> None:
    """The fullest report still fits; what left the table is named below it, an unknown never leaves."""
    text = report(build("crowded"))
    assert text.count("\n") <= 120
    assert "In the appendix, as they move it least:" in text
    assert "As a pair, an ROI of 150 % is reached by realisation (share) with margin (share)" in text


def test_other_models_keep_their_ids(build: Build) -> None:
    base = build("simulated_inconclusive")
    arms = tuple(replace(arm, model=arm.model.replace("flash", "flash-lite")) for arm in base.arms)
    line = verdict_lines(replace(base, arms=arms))[0]
    assert "keep gemini-3.8-flash-lite meanwhile" in line


def upgraded(base: Decision, **changes: Any) -> Decision:
    return replace(base, upgrade=replace(base.upgrade, **changes))


def evidenced(base: Decision, **changes: Any) -> Decision:
    return replace(base, evidence=replace(base.evidence, **changes))


def bare(estimate: Estimate) -> Estimate:
    return replace(estimate, low=None, high=None, n=1)


def rays(kind: str) -> RatioInterval:
    ends = (-2.0, 3.0) if kind == "two_rays" else (None, None)
    return RatioInterval(kind=kind, low=ends[0], high=ends[1], confidence=0.95)


RARER: list[tuple[Callable[[Decision], Decision], str]] = [
    (lambda d: upgraded(d, fieller=rays("two_rays")), "is two rays: −200 % or less, or 300 % or more"),
    (lambda d: upgraded(d, fieller=rays("unbounded")), "ROI 419 %, but its interval is unbounded"),
    (lambda d: upgraded(d, fieller=None), "ROI 419 %, interval not estimable; P = 0.86"),
    (lambda d: upgraded(d, monte_carlo=None), "its 90 % interval 106–737 % includes 150 %. Binding: sample."),
    (lambda d: upgraded(d, money=None), "ROI not computable: no cost is known. Measured: quality +0.50"),
    (lambda d: upgraded(d, quality=bare(d.upgrade.quality)), "1 case × 1 repeat in each arm"),
    (lambda d: upgraded(d, money=replace(d.upgrade.money, payback_months=None)), "no payback within"),
    (lambda d: upgraded(d, money=replace(d.upgrade.money, payback_months=1.0)), "; 1 month |"),
    (lambda d: upgraded(d, break_evens=d.upgrade.break_evens[3:]), "no break-even exists within the domain"),
    (lambda d: upgraded(d, slices=()), "No slice is tested"),
    (lambda d: upgraded(d, slices=d.upgrade.slices[1:11]), "No slice pays beyond chance."),
    (lambda d: evidenced(d, judge=True), "no human labels calibrate it"),
    (lambda d: evidenced(d, mix="traffic"), "· traffic mix ·"),
    (lambda d: upgraded(d, choices=()), "Alternatives have no value while"),
    (lambda d: upgraded(d, choices=d.upgrade.choices[4:5]), "Pro only for some languages: pays for none"),
    (lambda d: evidenced(d, clusters=17, design="clustered"), "100 clusters × 1 repeat"),
    (lambda d: evidenced(d, repeats=3), "100 cases × 3 repeats in each arm"),
    (lambda d: evidenced(d, deliveries=()), "answers: SIMULATED, unknown"),
    (lambda d: replace(d, arms=d.arms[:3]), "no such arm"),
]  # fmt: skip


RARER_IN_THE_APPENDIX: list[tuple[Callable[[Decision], Decision], str]] = [
    (lambda d: upgraded(d, latency=None, bca=None), "cases independent, benchmark mix; one look at"),
    (lambda d: evidenced(d, looks=2), "2 looks at the data"),
    (lambda d: evidenced(d, mix="traffic", design="stratified"), "Standard errors: stratified, traffic mix"),
    (lambda d: replace(d, arms=tuple(replace(a, unscored=0) for a in d.arms)), "Every cell has a score."),
    (lambda d: d, "by who answered) 83 %"),
    (lambda d: d, "| Pro only for personas: Nuri | 100 | 40 % |"),
    (lambda d: d, "| Pro only for languages: none | 100 | 40 % |"),
    (lambda d: d, "The cells of the run are not at hand."),
    (lambda d: upgraded(d, choices=(), slices=()), "No slice is tested"),
    (lambda d: replace(d, rates=()), "No list price was used."),
]  # fmt: skip


@pytest.mark.parametrize(("change", "words"), RARER_IN_THE_APPENDIX)
def test_the_appendix_has_words_for_what_is_rarer(
    build: Build, change: Callable[[Decision], Decision], words: str
) -> None:
    text = appendix(change(build("simulated_inconclusive")))
    assert words in text
    check_text(text)


@pytest.mark.parametrize(("change", "words"), RARER, ids=[words for _, words in RARER])
def test_rarer_findings_have_words_too(
    build: Build, change: Callable[[Decision], Decision], words: str
) -> None:
    text = report(change(build("simulated_inconclusive")))
    assert words in text
    check_tables(text)


def test_a_model_without_conditions_of_its_own_is_named_as_unmet(build: Build) -> None:
    """One model passes, the other does not: the row says which."""
    base = build("simulated_inconclusive")
    assert base.sena is not None
    verdict = base.sena.verdict
    rows = tuple(
        replace(r, met=True, margin=0.1) if r.subject == "gemini-3.8-flash" else r for r in verdict.conditions
    )
    text = report(replace(base, sena=replace(base.sena, verdict=replace(verdict, conditions=rows))))
    assert "**NO (Pro)**" in text


AUDIT = """
import sys
from evalharness.core.decision import from_json
from evalharness.render import language, render_appendix, render_report, verdict_lines
import json
decision = from_json(json.load(sys.stdin))
english, korean = language("en"), language("ko")
seen = []
sys.addaudithook(lambda event, args: seen.append((event, args)) if event in WATCHED else None)
WATCHED = {"open", "socket.connect", "socket.bind", "socket.getaddrinfo", "os.listdir", "subprocess.Popen"}
for words in (english, korean):
    render_report(decision, identity="0" * 64, words=words)
    render_appendix(decision, identity="0" * 64, words=words)
    verdict_lines(decision, words)
assert not seen, seen
assert not [name for name in sys.modules if name.startswith("evalharness.") and name.split(".")[1] not in
            ("core", "render")]
"""


def test_rendering_touches_nothing_outside(build: Build) -> None:
    """No file, socket or process once a language is loaded; no other stage is imported."""
    data = json.dumps(to_json(build("crowded")))
    done = subprocess.run(
        [sys.executable, "-c", AUDIT], input=data, encoding="utf-8", capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
