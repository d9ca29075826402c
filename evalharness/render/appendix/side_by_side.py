"""Appendix D: the ten worst regressions, both answers side by side, sentences with lost facts in bold."""

from __future__ import annotations

import re

from evalharness.core.case import KeyFact
from evalharness.core.text import find_any
from evalharness.core.visible import clean, clean_lines
from evalharness.render.blocks import Block, Bullets, Inline, Paragraph, Section, Strong, Table
from evalharness.render.frame import Frame
from evalharness.render.paired import PairedCase, Side
from evalharness.render.regressions import regressions, worse_cases
from evalharness.render.risks import bare_line

MOST = 10
_ANSWER_LENGTH, _SENTENCE_LENGTH, _MESSAGE_LENGTH, _FACT_LENGTH = 1200, 400, 300, 200
_SENTENCE = re.compile(r"(?<=[.!?。？！])\s+|\n+")


def regression_sections(frame: Frame, letter: str) -> tuple[tuple[Block, ...], tuple[Section, ...]]:
    """Return what stands under the heading, and one section for each case."""
    say = frame.say
    if not frame.material.outcomes:
        return (Paragraph((say("risks.no_cells"),)),), ()
    drops, n = worse_cases(frame)
    if not drops:
        return (Paragraph((say("risks.none_worse" if n else "risks.no_pairs"),)),), ()
    found = regressions(frame)
    if not found:
        bare = Bullets(tuple(bare_line(frame, row) for row in drops[:MOST]))
        return (Paragraph((say("worst.bare", n=len(drops[:MOST]), total=len(drops)),)), bare), ()
    shown = found[:MOST]
    intro = say("worst.intro", n=len(shown), total=len(drops))
    sections = tuple(_section(frame, f"{letter}{k}", row) for k, row in enumerate(shown, start=1))
    return (Paragraph((intro,)),), sections


def _section(frame: Frame, number: str, row: PairedCase) -> Section:
    say, case = frame.say, row.case
    title = say(
        "worst.title",
        number=number,
        id=clean(case.id, limit=40),
        category=case.category.value,
        severity=case.severity.value,
        difference=row.difference,
    )
    facts = [say("worst.asked", message=clean(case.message, limit=_MESSAGE_LENGTH))]
    facts += [say("worst.harm", reason=clean(case.severity_reason, limit=_FACT_LENGTH))]
    facts += [say("worst.lost", fact=clean(fact.fact, limit=_FACT_LENGTH)) for fact in row.lost]
    facts += [say("worst.said", claim=clean(claim, limit=_FACT_LENGTH)) for claim in row.treatment.claims]
    return Section(title=title, blocks=(Bullets(tuple(facts)), _answers(frame, row)), level=3)


def _answers(frame: Frame, row: PairedCase) -> Table:
    say = frame.say
    names = (frame.control, frame.treatment)
    sides = (row.control, row.treatment)
    headers = tuple(
        say("worst.answer", model=name, score=side.score) for name, side in zip(names, sides, strict=True)
    )
    cells = (_answer(frame, row.control, row.lost), _answer(frame, row.treatment, ()))
    return Table(headers=headers, align="ll", rows=(cells,))


def _answer(frame: Frame, side: Side, lost: tuple[KeyFact, ...]) -> Inline:
    """Return an answer of bounded length; sentences that carry a lost fact are never what is cut."""
    if side.cause:
        return frame.say("risks.no_answer", cause=clean(side.cause, limit=60))
    sentences = [clean(part, limit=_SENTENCE_LENGTH) for part in _SENTENCE.split(clean_lines(side.answer))]
    marked = [(text, any(find_any(fact.forms, text) for fact in lost)) for text in sentences if text]
    kept = _within(marked)
    spans: list[str] = []
    for index, (text, bold) in enumerate(marked):
        if index in kept:
            spans += [Strong(text) if bold else text, " "]
        elif not spans or spans[-2:] != ["…", " "]:
            spans += ["…", " "]
    return tuple(spans[:-1]) or frame.say("worst.empty")


def _within(marked: list[tuple[str, bool]]) -> set[int]:
    """Choose sentences up to the length: those in bold first, then from the beginning."""
    order = sorted(range(len(marked)), key=lambda k: (not marked[k][1], k))
    kept: set[int] = set()
    length = 0
    for index in order:
        length += len(marked[index][0]) + 1
        if length > _ANSWER_LENGTH and kept:
            break
        kept.add(index)
    return kept
