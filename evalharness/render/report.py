"""A decision as a two-page report, and its verdict as lines for a terminal."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from evalharness.core.decision import Decision, Ruling
from evalharness.core.provenance import Origin
from evalharness.core.visible import clean
from evalharness.render.advice import next_blocks
from evalharness.render.assumed import assumptions_blocks
from evalharness.render.blocks import (
    Block,
    Bullets,
    Code,
    Document,
    Inline,
    Paragraph,
    Quote,
    Section,
    Strong,
    plain,
)
from evalharness.render.compression import sena_blocks
from evalharness.render.conditions import conditions_blocks, frame_link
from evalharness.render.escape import LIMIT
from evalharness.render.flips import flips
from evalharness.render.frame import Frame, make_frame
from evalharness.render.material import NOTHING, Material
from evalharness.render.money import money_blocks
from evalharness.render.places import better_choice, places_blocks
from evalharness.render.quality import quality_blocks
from evalharness.render.reference import reference_of
from evalharness.render.resources import Language, language
from evalharness.render.risks import risks_blocks
from evalharness.render.room import ROOMS, Room
from evalharness.render.signoff import signoff_blocks
from evalharness.render.verdict import KEY_MARKS, example_line, marks, reasons, sena_line, upgrade_line
from evalharness.render.write import line_count, markdown_of

MOST_LINES = 120
SHOWN_HASH = 12


def render_report(
    decision: Decision,
    *,
    identity: str,
    words: Language | None = None,
    material: Material = NOTHING,
) -> str:
    """Return the report as GitHub Markdown: at most 120 lines, the same bytes for the same values.

    Args:
        decision: As decision.json holds it.
        identity: The run's hash, 64 hexadecimal digits.
        words: The language, as `resources.language` loads it; None for English.
        material: Cells, names and terms; what is missing is said.
    """
    return markdown_of(report_document(make_frame(decision, words or language("en"), material), identity))


def report_document(frame: Frame, identity: str) -> Document:
    """Return the report as a document, which Markdown and HTML write in their own ways."""
    for room in ROOMS:
        found = _document(frame, identity, room)
        for rows in room.assumptions:
            blocks = assumptions_blocks(frame, most=rows)
            sections = (replace(s, blocks=blocks) if s.blocks == () else s for s in found.sections)
            fitting = replace(found, sections=tuple(sections))
            if line_count(fitting) <= MOST_LINES:
                return fitting
    return fitting


def verdict_lines(decision: Decision, words: Language | None = None) -> list[str]:
    """Return the two verdicts as single lines of plain text, in the report's words.

    The upgrade's first, then the compression's, then that the assumptions are examples, if they are.
    """
    frame = make_frame(decision, words or language("en"))
    lines = [plain(upgrade_line(frame)), plain(sena_line(frame)), example_line(frame)]
    return [line for line in lines if line]


def _document(frame: Frame, identity: str, room: Room) -> Document:
    say = frame.say
    parts: tuple[tuple[str, tuple[Block, ...]], ...] = (
        ("decision", _decision(frame, room)),
        ("conditions", conditions_blocks(frame)),
        ("money", money_blocks(frame, most_dates=room.dates)),
        ("quality", quality_blocks(frame)),
        ("sena", sena_blocks(frame)),
        ("assumptions", ()),  # laid out last: it takes what room is left
        ("slices", places_blocks(frame, most_arms=room.arms)),
        ("risks", risks_blocks(frame, one_line_of_terms=room.one_line_of_terms)),
        ("next", next_blocks(frame)),
        ("signoff", signoff_blocks(frame)),
    )
    return Document(
        title=_title(frame),
        lead=(Paragraph((facts_line(frame, identity), _legend(frame))),),
        sections=tuple(
            Section(title=say(f"section.{name}"), blocks=blocks, name=name) for name, blocks in parts
        ),
        reference=reference_of(frame, identity, kind="report"),
    )


def _title(frame: Frame) -> str:
    say, evidence = frame.say, frame.decision.evidence
    return say(
        "title.google" if frame.is_google else "title.marked",
        origin=say.name("origin", evidence.origin.value),
        control_model=frame.control_model,
        treatment_model=frame.treatment_model,
        context=frame.upgrade.context.value,
    )


def facts_line(frame: Frame, identity: str) -> Inline:
    """Return what a reader must know before a number: day, validity, origin, mix, run."""
    say, decision, evidence = frame.say, frame.decision, frame.decision.evidence
    facts = say(
        "title.facts",
        experiment=clean(decision.experiment, limit=LIMIT),
        on=decision.on,
        valid=_valid(frame),
        origin=say.name("origin", evidence.origin.value),
        deliveries=deliveries(frame),
        mix=evidence.mix,
    )
    return (facts, " ", Code(clean(identity)[:SHOWN_HASH]), say("word.stop"))


def deliveries(frame: Frame) -> str:
    """Say how the answers were reached."""
    names = [frame.say.name("delivery", way.value) for way in frame.decision.evidence.deliveries]
    if not names and frame.decision.evidence.origin is Origin.IMPORTED:
        return frame.say("word.made_elsewhere")
    return frame.say("word.and").join(names) or frame.say("word.unknown")


def _legend(frame: Frame) -> Inline:
    legend = frame.say("title.legend", level=frame.level, confidence=frame.decision.evidence.confidence)
    return (legend, " ", frame.say("title.more"), *frame_link(frame))


def _valid(frame: Frame) -> str:
    say, found = frame.say, frame.upgrade.verdict
    if found.valid_until is not None:
        return say("title.valid_until", day=found.valid_until)
    if found.ruling is Ruling.NO_VERDICT:
        return say("title.valid_none")
    if found.prices_hold_until is not None:
        change = found.prices_hold_until + dt.timedelta(days=1)
        return say(f"title.prices_until{'_reread' if frame.is_stale_on(change) else ''}", day=change)
    return say("title.valid_open" if frame.decision.rates else "title.valid_unpriced")


def _decision(frame: Frame, room: Room) -> tuple[Block, ...]:
    say = frame.say
    key = say.reasons(mark for code in KEY_MARKS for mark in marks(frame) if mark.code is code)
    why = reasons(frame)
    items: list[Inline] = [(Strong(say("lead.why")), f" {why}")] if why else []
    first, *rest = flips(frame)[: room.flips] or (say("decision.nothing_flips"),)
    items += [(Strong(say("lead.flips")), f" {first}"), *rest]
    also = better_choice(frame)
    items += [(Strong(say("lead.also")), f" {also}")] if also else []
    items += [(Strong(say("lead.marks")), f" {key}")] if key else []
    return (Quote((upgrade_line(frame), sena_line(frame))), Bullets(tuple(items)))
