"""Section 8: what no mean shows: the model's life, the provider's terms, the worst cases."""

from __future__ import annotations

from evalharness.core.decision import ConditionName, Reason, ReasonCode
from evalharness.core.visible import clean
from evalharness.render.blocks import Block, Bullets, Inline, Span, Strong
from evalharness.render.conditions import frame_link, unmeasured
from evalharness.render.frame import Frame
from evalharness.render.paired import PairedCase, PairedScores
from evalharness.render.regressions import regressions, worse_cases

_TOPICS = ("data_use", "retention", "region", "age")
_WORST = 3
_LIFE = (
    ReasonCode.PREVIEW_MODEL,
    ReasonCode.RETIRED_MODEL,
    ReasonCode.LIFECYCLE_WAIVED,
    ReasonCode.LIFECYCLE_UNKNOWN,
)
_FACT_LENGTH, _TERM_LENGTH = 80, 400


def risks_blocks(frame: Frame, *, one_line_of_terms: bool) -> tuple[Block, ...]:
    """Lay out the risks, one line each, then the three worst cases."""
    terms = _terms(frame)
    if one_line_of_terms:
        spans = [span for line in terms for span in (*line, " ")]
        terms = [tuple(spans[:-1])]
    return (Bullets((_lifecycle(frame), *terms, *_worst(frame), _unmeasured(frame))),)


def _led(frame: Frame, lead: str, text: str) -> tuple[Span, ...]:
    return (Strong(frame.say(f"lead.{lead}")), f" {text}")


def _lifecycle(frame: Frame) -> Inline:
    say, verdict = frame.say, frame.upgrade.verdict
    row = frame.condition(ConditionName.LIFECYCLE)
    told: list[Reason] = [*(row.detail if row else ()), *verdict.caps, *verdict.marks]
    text = say.reasons(reason for reason in told if reason.code in _LIFE)
    return _led(frame, "lifecycle", text or say("risks.lifecycle_none"))


def _terms(frame: Frame) -> list[tuple[Span, ...]]:
    say, terms = frame.say, frame.material.terms
    known = {} if terms is None else {term.topic: term for term in terms.terms}
    lines = []
    for topic in _TOPICS:
        term = known.get(topic)
        if term is None:
            continue
        text = clean(term.text(say.code), limit=_TERM_LENGTH)
        lines.append(_led(frame, topic, say("risks.term", text=text, day=term.as_of)))
    missing = [say.name("topic", topic) for topic in _TOPICS if topic not in known]
    if missing:
        lines.append(_led(frame, "terms", say("risks.no_terms", list=say.listed(missing, by="comma"))))
    return lines


def _worst(frame: Frame) -> list[Inline]:
    say = frame.say
    if not frame.material.outcomes:
        return [_led(frame, "worst", say("risks.no_cells"))]
    drops, n = worse_cases(frame)
    if not drops:
        return [_led(frame, "worst", say("risks.none_worse" if n else "risks.no_pairs"))]
    lead = (*_led(frame, "worst", say("risks.worse", count=len(drops), n=n)), *frame_link(frame))
    found = regressions(frame)
    if found:
        return [lead, *(worst_line(frame, row) for row in found[:_WORST])]
    return [lead, *(bare_line(frame, row) for row in drops[:_WORST])]


def bare_line(frame: Frame, row: PairedScores) -> Inline:
    """Write a case of which nothing but its scores is at hand."""
    scores = frame.say("risks.case_bare", control_score=row.control, treatment_score=row.treatment)
    return (Strong(clean(row.case_id, limit=40)), " ", scores)


def worst_line(frame: Frame, row: PairedCase) -> Inline:
    """Write a case with its harm, its drop and the first fact that was lost."""
    say = frame.say
    return (
        Strong(clean(row.case.id, limit=40)),
        " ",
        say(
            "risks.case",
            category=row.case.category.value,
            severity=row.case.severity.value,
            control_score=row.control.score,
            treatment_score=row.treatment.score,
            what=_what(frame, row),
        ),
    )


def _what(frame: Frame, row: PairedCase) -> str:
    say = frame.say
    if row.treatment.cause:
        return say("risks.no_answer", cause=clean(row.treatment.cause, limit=60))
    if not row.lost:
        return say("risks.no_fact")
    fact, more = clean(row.lost[0].fact, limit=_FACT_LENGTH), len(row.lost) - 1
    return say("risks.lost_more" if more else "risks.lost", n=more, fact=fact)


def _unmeasured(frame: Frame) -> Inline:
    say, evidence = frame.say, frame.decision.evidence
    missing = [
        (evidence.judge, "judge"),
        (evidence.human_labels, "labels"),
        (evidence.mix == "traffic", "traffic"),
    ]
    items = unmeasured(frame) + [say(f"risks.unmeasured_{name}") for known, name in missing if not known]
    return _led(frame, "unmeasured", say.listed(items) + say("word.stop") if items else say("risks.measured"))
