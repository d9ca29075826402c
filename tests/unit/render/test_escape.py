"""Foreign text neither breaks a table nor forges, hides or runs anything."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from evalharness.core.visible import clean
from evalharness.render.blocks import Code, Link, Strong
from evalharness.render.escape import Markdown, cells, finalize, inline_json, markdown, rule

GITHUB = MarkdownIt("commonmark").enable(["table", "strikethrough"])
NASTY = st.text(alphabet="ab_*`~[]()<>!#&;|\\-+=.:1 $\n\t\u202e\u200b\x1b", max_size=40)


def shown(source: str) -> str:
    """Return the text that a reader sees; fail if the source is anything but one plain paragraph."""
    tokens = GITHUB.parse(source)
    assert [token.type for token in tokens] in ([], ["paragraph_open", "inline", "paragraph_close"])
    children = tokens[1].children or [] if tokens else []
    assert {child.type for child in children} <= {"text", "text_special"}
    return "".join(child.content for child in children)


@given(st.one_of(NASTY, st.text(max_size=60)))
def test_escaped_text_shows_as_itself(text: str) -> None:
    assert shown(markdown(text)) == clean(text)


@given(st.lists(NASTY, min_size=1, max_size=4))
def test_a_row_keeps_its_cells(row: list[str]) -> None:
    header = cells(["x"] * len(row))
    source = f"{header}\n{rule('l' * len(row))}\n{cells(row)}\n"
    inlines = [token for token in GITHUB.parse(source) if token.type == "inline"]
    assert ["".join(c.content for c in token.children or []) for token in inlines[len(row) :]] == [
        clean(text) for text in row
    ]
    assert cells(row).count("|") == len(row) + 1


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("a | b", "a &#124; b"),
        ("`rm`", "&#96;rm&#96;"),
        ("<script>alert(1)</script>", "&lt;script>alert(1)&lt;/script>"),
        ("[x](javascript:alert(1))", "\\[x\\](javascript:alert(1))"),
        ("# not a heading", "\\# not a heading"),
        ("1. not a list", "1\\. not a list"),
        ("2.4 months, +0.5 pp", "2.4 months, +0.5 pp"),
        ("value_per_session _x_", "value_per_session \\_x\\_"),
        ("$4.43 and $x$", "$4.43 and \\$x\\$"),
        ("R&D &amp; more", "R&D &amp;amp; more"),
        ("see https://x.test or www.x.test", "see https&#58;//x.test or www&#46;x.test"),
    ],
)
def test_markup_is_disarmed_and_plain_prose_stays_legible(text: str, safe: str) -> None:
    assert markdown(text) == safe


def test_spans_are_escaped_inside_their_markup() -> None:
    spans = (Strong("a*b"), " then ", Code("a`b|c"), " and ", Link("x]y", "appendix.md"), ".")
    assert markdown(spans) == "**a\\*b** then `a'b/c` and [x\\]y](appendix.md)."
    assert cells([Strong("no"), ("> 1",), "# x"]) == "| **no** | > 1 | # x |"


def test_what_is_markdown_already_is_left_alone() -> None:
    assert markdown(markdown("a|b")) == "a&#124;b"
    assert isinstance(markdown("x"), Markdown)


def test_templates_print_text_only() -> None:
    assert finalize("a|b") == "a&#124;b"
    with pytest.raises(TypeError, match="not float"):
        finalize(1.5)


@given(st.one_of(NASTY, st.text(max_size=60)))
def test_json_in_a_page_ends_no_element_and_says_the_same(text: str) -> None:
    assert "<" not in inline_json([text])
    assert json.loads(inline_json([text])) == [text]
