"""Answers as judges see them: without Markdown and without anything that could pass for our own tags."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

# HTML stays text: a judge must see what a mentee would see in a client that renders none.
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
_BLANK_LINES = re.compile(r"\n{3,}")
# What Markdown could read as more than lines in paragraphs; without any of it there is nothing to parse.
_MAY_BE_LAYOUT = re.compile(r"[^\S\n ]|[*_`\[\]<>|~\\&\x00]|^ *(?:[#=+-]|\d+[.)])|^ +| $", re.MULTILINE)
_TAG = re.compile(
    r"<\s*/?\s*(?:message|facts|wrong|criteria|answer(?:_[ab])?|메시지|사실|틀린말|기준|답변(?:_[ab])?)\s*>",
    re.IGNORECASE,
)


@lru_cache(maxsize=8192)
def plain_text(markdown: str) -> str:
    """Return the text of an answer, its layout gone: no emphasis, headings, bullets, links or fences.

    Numbers of ordered lists stay, for later sentences may refer to them. Tags that the judge's prompt is
    built of are taken out, so that no answer can end its own frame.
    """
    lines = "".join(_blocks(_MARKDOWN.parse(markdown))) if _MAY_BE_LAYOUT.search(markdown) else markdown
    return _BLANK_LINES.sub("\n\n", _TAG.sub("", lines)).strip()


def _blocks(tokens: Sequence[Token]) -> Iterator[str]:
    numbers: list[int | None] = []
    for token in tokens:
        if token.type in {"ordered_list_open", "bullet_list_open"}:
            numbers.append(int(token.attrGet("start") or 1) if token.type.startswith("ordered") else None)
        elif token.type in {"ordered_list_close", "bullet_list_close"}:
            numbers.pop()
            yield "\n"
        elif token.type == "list_item_open" and numbers[-1] is not None:
            yield f"{token.info or numbers[-1]}. "
        elif token.type == "inline":
            yield from _inline(token.children or ())
        elif token.type in {"code_block", "fence"}:
            yield f"{token.content}\n"
        elif token.type in {"td_close", "th_close"}:
            yield ", "
        elif token.type in {"paragraph_close", "heading_close", "tr_close"}:
            # Within a list item the paragraph ends the line; elsewhere a blank line follows.
            yield "\n" if numbers or token.type == "tr_close" else "\n\n"


def _inline(children: Sequence[Token]) -> Iterator[str]:
    for child in children:
        if child.type in {"softbreak", "hardbreak"}:
            yield "\n"
        else:
            yield child.content
