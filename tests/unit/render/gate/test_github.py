"""Workflow commands and the step summary."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import unquote

from markdown_it import MarkdownIt

from evalharness.core.gate import GateReport, GateStatus, Remark, RemarkCode
from evalharness.render.gate import step_summary, workflow_commands

from .conftest import CHECKS, STALE

Report = Callable[..., GateReport]
PLACES = {"moon-ko-02": ("prompts/mentoring/moon,ko:02.yaml", 7)}
GITHUB = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def commands(report: GateReport) -> list[tuple[str, dict[str, str], str]]:
    """Read commands as the runner does: settings up to the second pair of colons, then the message."""
    found = []
    for line in workflow_commands(report, places=PLACES).splitlines():
        assert line.startswith("::")
        head, _, message = line[2:].partition("::")
        kind, _, settings = head.partition(" ")
        pairs = dict(pair.split("=", 1) for pair in settings.split(",")) if settings else {}
        found.append((kind, {key: unquote(value) for key, value in pairs.items()}, unquote(message)))
    return found


def test_failed_checks_come_first_then_the_cases_at_their_files(report: Report) -> None:
    found = commands(report())
    assert [kind for kind, _, _ in found] == ["notice", "error", "error", "error", "error", "warning"]
    assert [settings["title"] for _, settings, _ in found[1:3]] == [
        "mean score pro-sena", "facts sent pro-sena",
    ]  # fmt: skip
    _, settings, message = found[3]
    assert settings["file"] == "prompts/mentoring/moon,ko:02.yaml"
    assert settings["line"] == "7"
    assert message.splitlines()[0].startswith("moon-ko-02: pro-sena 2.86 → 0.71")
    assert "- 두 분이 퇴사해서" in message
    assert "file" not in found[4][1]


def test_inconclusive_checks_warn_where_they_do_not_fail(report: Report) -> None:
    checks = tuple(check for check in CHECKS if check.status != "fail")
    for ok, kind in ((True, "warning"), (False, "error")):
        found = commands(report(status=GateStatus.INCONCLUSIVE, ok=ok, checks=checks, worse=()))
        assert [each[0] for each in found] == ["notice", kind]


def test_stale_recordings_are_an_error_with_their_price(report: Report) -> None:
    found = commands(report(status=GateStatus.STALE, checks=CHECKS[:1], worse=(), stale=(STALE,)))
    assert [(kind, settings.get("title")) for kind, settings, _ in found[1:]] == [
        ("error", "stale recordings")
    ]
    assert "0.02 USD" in found[1][2]


def test_messages_cannot_end_early_or_start_another_command(report: Report) -> None:
    hostile = "100 % ::error::x\r\n::set-output name=a::b"
    worse = (replace(report().worse[2], case=f"c,:{hostile}"),)
    text = workflow_commands(report(worse=worse, checks=()), places={})
    assert len(text.splitlines()) == 2
    assert "\r" not in text
    assert "100 %25" in text
    found = commands(report(worse=worse, checks=()))
    assert found[1][1].keys() == {"title"}


def test_no_more_annotations_than_github_shows(report: Report) -> None:
    worse = tuple(replace(report().worse[2], case=f"c-{i:02d}") for i in range(25))
    assert sum(kind == "error" for kind, _, _ in commands(report(worse=worse))) == 10


def test_the_summary_is_one_table_a_list_and_the_stale_rows(report: Report) -> None:
    text = step_summary(report(stale=(STALE,)))
    tokens = GITHUB.parse(text)
    assert sum(token.type == "table_open" for token in tokens) == 2
    rows = [token for token in tokens if token.type == "tr_open"]
    assert len(rows) == (1 + len(CHECKS)) + (1 + 1)
    assert "**FAIL**" in text
    assert "~~두 분이 퇴사해서" in text
    assert text.startswith("## GATE FAIL on SIMULATED answers")


def test_foreign_text_cannot_break_the_summary(report: Report) -> None:
    hostile = Remark(code=RemarkCode.SERVED_OTHER, values=(("seen", "a|b\n# h <img src=x> `c`"),))
    worse = (replace(report().worse[2], case="x|y\n# z <b>"),)
    tokens = GITHUB.parse(step_summary(report(remarks=(hostile,), worse=worse)))
    assert sum(token.type == "heading_open" for token in tokens) == 2
    assert not any(token.type == "html_block" for token in tokens)
    inline = [child for token in tokens for child in token.children or ()]
    assert not any(child.type == "html_inline" for child in inline)


def test_a_summary_stays_below_githubs_limit(report: Report) -> None:
    lost = report().worse[0].lost[0]
    sentences = tuple(f"{i} " + "가" * 290 for i in range(200))
    worse = tuple(
        replace(report().worse[0], case=f"c-{i:03d}", lost=(replace(lost, sentences=sentences),))
        for i in range(30)
    )
    text = step_summary(report(worse=worse))
    assert len(text.encode("utf-8")) <= 1_000_000
    assert "The rest is left out here" in text
