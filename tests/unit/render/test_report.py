"""The report as a whole: what it must say, its shape, its length, and what it withstands."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from evalharness.core.decision import Decision, Estimate, RatioInterval, from_json, to_json
from evalharness.core.provenance import Origin
from evalharness.render import render_report, verdict_lines

IDENTITY = "0123456789abcdef" * 4
GITHUB = MarkdownIt("commonmark").enable(["table", "strikethrough"])
Build = Callable[[str], Decision]
HOSTILE = "x|y`z` <img src=x onerror=alert(1)> **b** [l](javascript:1)\n# h\n| a | b |\n\u202e\x1b[31m \\|"


def report(decision: Decision) -> str:
    return render_report(decision, identity=IDENTITY)


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


def test_shape(decision: Decision) -> None:
    """Sections in order, whole tables, at most 120 lines, LF, one newline at the end, nothing blank."""
    text = report(decision)
    assert [title.split()[0] for title in headings(text)[1:]] == [str(k) for k in range(1, 11)]
    check_tables(text)
    assert text.count("\n") <= 120
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert not set("\r\t\x1b") & set(text)
    assert not re.search(r"\| *\||\n\n\n|\bNone\b|\bnan\b|Decimal|\{|\}|[ \t]\n", text)


def test_it_survives_being_written_and_read(decision: Decision) -> None:
    """The app renders what decision.json holds; rounding to ten digits changes nothing that is shown."""
    assert report(from_json(to_json(decision))) == report(decision)


def test_verdict_lines_are_the_report_s_own_words(decision: Decision) -> None:
    text = report(decision)
    lines = verdict_lines(decision)
    assert 2 <= len(lines) <= 3
    for line in lines:
        assert line in text
        assert "*" not in line
        assert "\n" not in line


def test_the_run_and_the_command_are_named(decision: Decision) -> None:
    text = report(decision)
    assert f"run {IDENTITY[:12]}" in text
    assert IDENTITY[:13] not in text
    assert "`evalharness analyze prompts/experiment.toml`" in text


@pytest.mark.parametrize("origin", [origin for origin in Origin if origin is not Origin.GOOGLE])
def test_what_is_not_google_says_so_in_title_and_verdict(build: Build, origin: Origin) -> None:
    base = build("simulated_inconclusive")
    decision = replace(base, evidence=replace(base.evidence, origin=origin))
    word = origin.value.upper()
    assert headings(report(decision))[0].startswith(f"{word}: upgrade")
    upgrade, sena = verdict_lines(decision)[:2]
    assert upgrade.startswith(f"{word}: would be INCONCLUSIVE — not approved; keep Flash meanwhile.")
    assert sena.startswith(f"Sena compression, {word}: would be INCONCLUSIVE — ")


def test_only_google_drops_the_would_be(build: Build) -> None:
    decision = build("approve_google")
    text = report(decision)
    assert verdict_lines(decision)[0].startswith("APPROVE: Pro may replace Flash.")
    assert headings(text)[0].startswith("Upgrade gemini-3.8-flash → gemini-3.1-pro-preview, raw context")
    assert "would be" not in text
    assert "Roll back if" in text
    assert "agreed by the board" in text


def test_a_verdict_that_claims_would_be_keeps_it_even_with_google_answers(build: Build) -> None:
    base = build("approve_google")
    verdict = replace(base.upgrade.verdict, would_be=True)
    decision = replace(base, upgrade=replace(base.upgrade, verdict=verdict))
    assert verdict_lines(decision)[0].startswith("GOOGLE: would be APPROVE")


def test_the_inconclusive_line_carries_numbers_and_what_binds(build: Build) -> None:
    assert verdict_lines(build("simulated_inconclusive"))[0] == (
        "SIMULATED: would be INCONCLUSIVE — not approved; keep Flash meanwhile. ROI 419 %, but its 90 % "
        "interval 106–737 % includes 150 %; with the doubt in the assumptions, the chance of an ROI above "
        "150 % is 0.86 (needs 0.95). Binding: sample (net benefit beyond an ROI of 150 %). "
        "About 200 more prompts (≈ $6.24) would settle it with 80 % power if the measured gain is real."
    )


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("reject", ["would be REJECT — keep Flash.", "below the required 150 %", "−$18.20 a month"]),
        ("no_verdict", ["would be NO VERDICT", "pilot of 6 cases", "for the same reasons", "NOT centred"]),
        ("unknown_assumption", ["ROI not computable: nobody has stated value per satisfied session",
                                "at least 0.48 USD/session", "Ask Head of product to state",
                                "unknown; stated bounds 0.2 to 3", "n/a: value per satisfied session"]),
        ("not_dearer", ["ROI n/a: Pro adds no cost", "Net benefit $198 a month", "cost-saving trade-off",
                        "guardrail user satisfaction, pro-raw (not measured)", "n/a: no incremental cost"]),
        ("unbounded", ["ROI interval unbounded: the added cost is $48.00 a month"]),
        ("no_sena", ["UNVERIFIED: would be APPROVE FOR TRIAL", "Sena compression: not tested",
                     "30 human labels", "Controls: none in this study", "preview model"]),
        ("simulated_inconclusive", ["examples that no owner has signed", "benchmark mix", "419 %", "33.8 %",
                                    "interaction −0.02", "(at most 4.66 %)", "by who answered) 83 %",
                                    "stand-in for help", "**NOT MET**", "name, date, signature"]),
    ],
)  # fmt: skip
def test_each_kind_of_decision_says_what_it_must(build: Build, name: str, words: list[str]) -> None:
    text = report(build(name))
    assert [word for word in words if word not in text] == []


def test_changed_prices_that_flip_the_ruling_are_said(build: Build) -> None:
    text = report(build("approve_google"))
    assert "Announced price changes: from 2027-01-01 REJECT." in text
    assert "valid until 2026-12-31" in text


def test_assumptions_give_way_before_the_page_does(build: Build) -> None:
    """The fullest report still fits; what left the table is named below it, an unknown never leaves."""
    text = report(build("crowded"))
    assert text.count("\n") <= 120
    assert "Not in the table because they move the answer least" in text
    assert "As a pair, an ROI of 150 % is reached by realisation (share) together with margin (share)" in text


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
    (lambda d: upgraded(d, fieller=None), "ROI 419 %, interval not estimable; with the doubt"),
    (lambda d: upgraded(d, monte_carlo=None), "its 90 % interval 106–737 % includes 150 %. Binding"),
    (lambda d: upgraded(d, money=None), "ROI not computable: no cost is known. Measured: quality +0.50"),
    (lambda d: upgraded(d, quality=bare(d.upgrade.quality)), "1 case × 1 repeat in each arm"),
    (lambda d: upgraded(d, money=replace(d.upgrade.money, payback_months=None)), "payback n/a, because"),
    (lambda d: upgraded(d, money=replace(d.upgrade.money, payback_months=1.0)), "payback 1 month |"),
    (lambda d: upgraded(d, break_evens=d.upgrade.break_evens[3:]), "no break-even exists within the domain"),
    (lambda d: upgraded(d, slices=()), "No slice has enough cases to show."),
    (lambda d: upgraded(d, slices=d.upgrade.slices[1:]), "No slice pays beyond chance."),
    (lambda d: upgraded(d, latency=None, bca=None), "cases independent, benchmark mix; one look at"),
    (lambda d: evidenced(d, looks=2), "2 looks at the data"),
    (lambda d: evidenced(d, judge=True), "no human labels calibrate it"),
    (lambda d: evidenced(d, mix="traffic", design="stratified"), "Standard errors: stratified, traffic mix"),
    (lambda d: evidenced(d, clusters=17, design="clustered"), "100 clusters × 1 repeat"),
    (lambda d: evidenced(d, repeats=3), "100 cases × 3 repeats in each arm"),
    (lambda d: evidenced(d, deliveries=()), "answers: SIMULATED, unknown"),
    (lambda d: replace(d, arms=d.arms[:3]), "no such arm"),
    (lambda d: replace(d, arms=tuple(replace(a, unscored=0) for a in d.arms)), "Every cell has a score."),
]  # fmt: skip


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
    assert "**NOT MET (Pro)**" in text


def hostile(value: Any) -> Any:
    """Return a decision in which every free text is hostile."""
    kept = {"unit", "method", "design", "mix", "name", "kind", "channel", "status", "dist", "direction",
            "why", "dimension", "control_arm", "treatment_arm"}  # fmt: skip
    if isinstance(value, tuple):
        return tuple(hostile(item) for item in value)
    if type(value) is str:
        return HOSTILE
    if not is_dataclass(value) or isinstance(value, type):
        return value
    if type(value).__name__ in ("Reason", "Contrast", "Corner"):
        return value
    changed = {f.name: hostile(getattr(value, f.name)) for f in fields(value) if f.name not in kept}
    return replace(value, **changed)


@pytest.mark.parametrize("name", ["simulated_inconclusive", "unknown_assumption", "no_verdict"])
def test_hostile_text_breaks_nothing(build: Build, name: str) -> None:
    plain = report(build(name))
    text = report(hostile(build(name)))
    check_tables(text)
    assert len(headings(text)) == len(headings(plain))
    assert len(parsed_tables(text)) == len(parsed_tables(plain))
    kinds = {child.type for token in GITHUB.parse(text) for child in token.children or []}
    assert kinds <= {
        "text",
        "text_special",
        "strong_open",
        "strong_close",
        "softbreak",
        "hardbreak",
        "code_inline",
    }
    assert not {"html_block", "fence", "code_block"} & {token.type for token in GITHUB.parse(text)}
    assert not set("\u202e\x1b") & set(text)
    assert "&lt;img" in text
    for line in verdict_lines(hostile(build(name))):
        assert not set("\u202e\x1b\n") & set(line)


AUDIT = """
import sys
from evalharness.core.decision import from_json
from evalharness.render import render_report, verdict_lines
import json
decision = from_json(json.load(sys.stdin))
seen = []
sys.addaudithook(lambda event, args: seen.append((event, args)) if event in WATCHED else None)
WATCHED = {"open", "socket.connect", "socket.bind", "socket.getaddrinfo", "os.listdir", "subprocess.Popen"}
render_report(decision, identity="0" * 64), verdict_lines(decision)
assert not seen, seen
assert not [name for name in sys.modules if name.startswith("evalharness.") and name.split(".")[1] not in
            ("core", "render")]
"""


def test_rendering_touches_nothing_outside(build: Build) -> None:
    """No file, socket or process once the package is imported; no other stage is imported."""
    data = json.dumps(to_json(build("crowded")))
    done = subprocess.run(
        [sys.executable, "-c", AUDIT], input=data, encoding="utf-8", capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
