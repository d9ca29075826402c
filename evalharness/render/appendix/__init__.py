"""Everything that a two-page report leaves out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from evalharness.core.decision import Decision
from evalharness.render.appendix.evidence import evidence_blocks
from evalharness.render.appendix.figures import (
    dates_table,
    detectable_table,
    draws_table,
    months_table,
    sensitivity_table,
    tornado_table,
)
from evalharness.render.appendix.judges import judge_blocks
from evalharness.render.appendix.ledger import ledger_blocks, prices_blocks
from evalharness.render.appendix.manifest import manifest_blocks
from evalharness.render.appendix.method import glossary_blocks, method_blocks
from evalharness.render.appendix.operations import operations_blocks
from evalharness.render.appendix.side_by_side import regression_sections
from evalharness.render.appendix.slices import alternatives_blocks, slices_blocks
from evalharness.render.assumed import assumptions_table
from evalharness.render.blocks import Block, Document, Paragraph, Picture, Section, Table
from evalharness.render.frame import Frame, make_frame
from evalharness.render.material import NOTHING, Material
from evalharness.render.plots import Plot, plots_of
from evalharness.render.reference import reference_of
from evalharness.render.report import facts_line
from evalharness.render.resources import Language, language
from evalharness.render.write import markdown_of

PLOTS: Final = "plots"
"""Folder of the pictures, beside the appendix."""
_PICTURES: Final = {
    "evidence": ("people",),
    "worst": ("differences",),
    "operations": ("pareto", "sena"),
    "money": ("tornado", "months"),
}  # fmt: skip
"""Which pictures stand in which section."""


def render_appendix(
    decision: Decision,
    *,
    identity: str,
    words: Language | None = None,
    material: Material = NOTHING,
) -> str:
    """Return the appendix as GitHub Markdown, the same bytes for the same values.

    Args:
        decision: As decision.json holds it.
        identity: The run's hash, 64 hexadecimal digits.
        words: The language, as `resources.language` loads it; None for English.
        material: Cells, names and terms; what is missing is said.
    """
    return markdown_of(appendix_document(make_frame(decision, words or language("en"), material), identity))


def appendix_document(frame: Frame, identity: str, plots: Mapping[str, Plot] | None = None) -> Document:
    """Return the appendix as a document, which names the files of its pictures.

    Args:
        frame: The decision.
        identity: The run's hash.
        plots: Its pictures, if they are drawn already.
    """
    say, drawn = frame.say, plots_of(frame) if plots is None else plots
    used = [row for row in frame.decision.assumptions.rows if row.used]
    parts: tuple[tuple[str, tuple[Block, ...]], ...] = (
        ("evidence", evidence_blocks(frame)),
        ("slices", slices_blocks(frame)),
        ("choices", alternatives_blocks(frame)),
        ("worst", ()),
        ("operations", operations_blocks(frame)),
        ("money", _money(frame)),
        ("assumptions", (assumptions_table(frame, used),)),
        ("ledger", ledger_blocks(frame)),
        ("prices", prices_blocks(frame)),
        ("method", method_blocks(frame)),
        ("glossary", glossary_blocks(frame)),
        ("manifest", manifest_blocks(frame, identity)),
        ("judges", judge_blocks(frame)),
    )
    sections: list[Section] = []
    for letter, (name, blocks) in zip("ABCDEFGHIJKLMNOP", parts, strict=False):
        inner = regression_sections(frame, letter) if name == "worst" else ((), ())
        title = say("appendix.section", letter=letter, title=say(f"appendix.{name}"))
        pictures = tuple(_picture(frame, drawn[plot]) for plot in _PICTURES.get(name, ()) if plot in drawn)
        sections.append(Section(title=title, blocks=(*pictures, *blocks, *inner[0]), name=name))
        sections += inner[1]
    origin = say.name("origin", frame.decision.evidence.origin.value)
    title = say("appendix.title_google" if frame.is_google else "appendix.title_marked", origin=origin)
    return Document(
        title=title,
        lead=(Paragraph((facts_line(frame, identity),)),),
        sections=tuple(sections),
        reference=reference_of(frame, identity, kind="appendix"),
    )


def _picture(frame: Frame, plot: Plot) -> Picture:
    target = f"{PLOTS}/{plot.name}{frame.suffix}.svg"
    return Picture(target, f"{plot.title}. {plot.description}")


def _money(frame: Frame) -> tuple[Block, ...]:
    """Return every table that has rows, each under its own line."""
    tables: tuple[tuple[str, Table | None], ...] = (
        ("months", months_table(frame)),
        ("dates", dates_table(frame)),
        ("draws", draws_table(frame)),
        ("tornado", tornado_table(frame)),
        ("sensitivities", sensitivity_table(frame)),
        ("detectable", detectable_table(frame)),
    )
    blocks: list[Block] = []
    for name, table in tables:
        if table is not None:
            blocks += [Paragraph((frame.say(f"figures.{name}"),)), table]
    return tuple(blocks) or (Paragraph((frame.say("figures.none"),)),)
