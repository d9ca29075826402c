"""Thirty answers that try to break out: of a table, a document, a spreadsheet's cell, a terminal.

The corpus is shared by every kind of output: whoever adds one renders it here too.
"""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from evalharness.core.csv_text import csv_text
from evalharness.core.decision import Decision
from evalharness.core.visible import clean, printable
from evalharness.render import Material, language, render_appendix, render_report, verdict_lines
from evalharness.render.cells_table import ANSWER_LENGTH, spreadsheet_row
from evalharness.render.escape import cells as row_of_cells
from evalharness.render.escape import markdown
from evalharness.render.reference import read_reference

CORPUS = Path(__file__).parents[2] / "data" / "hostile.jsonl"
HOSTILE = {row["id"]: row["answer"] for row in map(json.loads, CORPUS.read_text("ascii").splitlines())}
IDENTITY = "0123456789abcdef" * 4
GITHUB = MarkdownIt("commonmark").enable(["table", "strikethrough"])
OURS = {"text", "text_special", "strong_open", "strong_close", "softbreak", "hardbreak", "code_inline",
        "link_open", "link_close", "image"}  # fmt: skip
PICTURE = re.compile(r"plots/(pareto|differences|tornado|months|sena|people)(\.ko)?\.svg")
TARGETS = {"appendix.md", "appendix.ko.md"}
Build = Callable[[str], Decision]


def tokens_of(text: str) -> Iterator[Token]:
    for token in GITHUB.parse(text):
        yield token
        yield from token.children or []


def shape(text: str) -> list[tuple[str, int]]:
    """Return the skeleton of a document: what opens where, and the cells of each table row."""
    found: list[tuple[str, int]] = []
    for token in GITHUB.parse(text):
        if token.type.endswith("_open") and token.type not in ("paragraph_open", "td_open", "th_open"):
            found.append((token.type, token.level))
        if token.type in ("td_open", "th_open"):
            found[-1] = (found[-1][0], found[-1][1] + 100)
    return found


def check_harmless(text: str) -> None:
    """Nothing but our own markup, nothing that runs, nothing that hides."""
    kinds = {child.type for token in GITHUB.parse(text) for child in token.children or []}
    assert kinds <= OURS
    assert not {"html_block", "fence", "code_block", "hr"} & {token.type for token in GITHUB.parse(text)}
    targets = {token.attrs["href"] for token in tokens_of(text) if token.type == "link_open"}
    assert targets <= TARGETS
    pictures = [str(token.attrs["src"]) for token in tokens_of(text) if token.type == "image"]
    assert all(PICTURE.fullmatch(picture) for picture in pictures)
    hidden = {char for char in text if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn"}}
    assert hidden == {"\n"}
    html = GITHUB.render(text)
    assert "<script" not in html
    assert html.count("<img") == len(pictures)
    assert "://" not in re.sub(r"`[^`]*`", "", text)  # what GitHub would link; it links nothing in code
    read_reference(text)


def test_the_corpus_is_whole() -> None:
    assert len(HOSTILE) == 30


@pytest.mark.parametrize("name", HOSTILE)
def test_an_answer_is_one_cell_of_one_row(name: str) -> None:
    row = row_of_cells(["before", HOSTILE[name], "after"])
    table = f"| a | b | c |\n| --- | --- | --- |\n{row}\n"
    assert row.count("\n") == 0
    inlines = [token for token in GITHUB.parse(table) if token.type == "inline"]
    assert len(inlines) == 6
    shown = "".join(child.content for child in inlines[4].children or [])
    assert shown == clean(HOSTILE[name])


@pytest.mark.parametrize("name", HOSTILE)
def test_an_answer_is_one_paragraph(name: str) -> None:
    found = GITHUB.parse(markdown(HOSTILE[name]))
    assert [token.type for token in found] == ["paragraph_open", "inline", "paragraph_close"]
    assert {child.type for child in found[1].children or []} <= {"text", "text_special"}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("code", ["en", "ko"])
def test_report_and_appendix_keep_their_shape(
    build: Build, cells: Material, cells_with: Callable[..., Material], name: str, code: str
) -> None:
    """Every answer of both arms is hostile; headings, tables and their cells stay where they were."""
    decision, words = build("simulated_inconclusive"), language(code)
    hostile = cells_with(lambda _case, _arm: HOSTILE[name])
    for render in (render_report, render_appendix):
        plain = render(decision, identity=IDENTITY, words=words, material=cells)
        text = render(decision, identity=IDENTITY, words=words, material=hostile)
        assert shape(text) == shape(plain)
        check_harmless(text)
        assert len(text) < len(plain) + 30_000


def poisoned(value: Any, text: str) -> Any:
    """Return a value in which every free text is hostile; codes stay, since nobody foreign writes them."""
    codes = {"unit", "method", "design", "mix", "name", "kind", "channel", "status", "dist", "direction",
             "why", "dimension", "control_arm", "treatment_arm", "purpose", "id", "case_id", "arm", "scorer",
             "where", "topic", "value", "thinking_level"}  # fmt: skip
    if isinstance(value, tuple):
        return tuple(poisoned(item, text) for item in value)
    if isinstance(value, dict):
        return {key: poisoned(item, text) for key, item in value.items()}
    if type(value) is str:
        return text
    if not is_dataclass(value) or isinstance(value, type):
        return value
    if type(value).__name__ in ("Reason", "Contrast", "Corner", "Completed", "Scored", "ReportSettings"):
        return value
    changed = {f.name: poisoned(getattr(value, f.name), text) for f in fields(value) if f.name not in codes}
    return replace(value, **{key: new for key, new in changed.items() if new != getattr(value, key)})


@pytest.mark.parametrize("name", HOSTILE)
def test_authored_and_served_names_are_held_to_the_same(build: Build, cells: Material, name: str) -> None:
    """Model names, sources, owners, facts, terms: none of them is ours."""
    if not clean(HOSTILE[name]):
        pytest.skip("nothing to see")
    plain = build("simulated_inconclusive")
    decision = poisoned(plain, HOSTILE[name])
    material = replace(poisoned(cells, HOSTILE[name]), hashes=cells.hashes, settings=cells.settings)
    for render in (render_report, render_appendix):
        text = render(decision, identity=IDENTITY, material=material)
        check_harmless(text)
        headings = [kind for kind, _ in shape(text) if kind == "heading_open"]
        assert len(headings) == len(
            [k for k, _ in shape(render(plain, identity=IDENTITY, material=cells)) if k == "heading_open"]
        )
    for line in verdict_lines(decision):
        assert line == printable(line)
        assert "\n" not in line


@pytest.mark.parametrize("name", HOSTILE)
def test_a_spreadsheet_sees_text(name: str) -> None:
    """As many cells as columns, no formula, no control character, a length that fits a cell."""
    row = spreadsheet_row(("id", HOSTILE[name], -0.5, None, 3))
    text = csv_text(("a", "b", "c", "d", "e"), [row])
    text.encode("utf-8")
    found = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert [len(line) for line in found] == [5, 5]
    cell = found[1][1]
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))
    assert not {c for c in cell if unicodedata.category(c).startswith("C")} - {"\n"}
    assert len(cell) <= ANSWER_LENGTH + 1
    assert found[1][2:] == ["-0.5", "", "3"]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_terminal_gets_visible_text(name: str) -> None:
    shown = printable(HOSTILE[name])
    assert not {c for c in shown if unicodedata.category(c).startswith("C")} - {"\n"}
    shown.encode("utf-8")
