"""A document as GitHub Markdown."""

from __future__ import annotations

from evalharness.render.blocks import Block, Bullets, Document, Paragraph, Quote, Table
from evalharness.render.resources import document_template


def markdown_of(document: Document) -> str:
    """Return the document's text: LF line ends, one at the end, no blank line doubled."""
    return document_template().render(document=document).rstrip("\n") + "\n"


def line_count(document: Document) -> int:
    """Return the lines that `markdown_of` writes, without writing them."""
    blocks = [*document.lead, *(block for section in document.sections for block in section.blocks)]
    return 2 + len(document.sections) + sum(_lines(block) + 1 for block in blocks) + 1


def _lines(block: Block) -> int:
    if isinstance(block, Table):
        return 2 + len(block.rows)
    if isinstance(block, Bullets):
        return len(block.items)
    if isinstance(block, Quote):
        return 2 * len(block.paragraphs) - 1
    return len(block.lines) if isinstance(block, Paragraph) else 1
