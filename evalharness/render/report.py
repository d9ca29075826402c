"""A decision as Markdown, and its verdict as lines for a terminal."""

from __future__ import annotations

from evalharness.core.decision import Decision, Ruling
from evalharness.render import verdict
from evalharness.render.advice import next_lines
from evalharness.render.assumed import assumptions_view
from evalharness.render.compression import sena_view
from evalharness.render.conditions import conditions_view
from evalharness.render.escape import LIMIT, clean, code
from evalharness.render.evidence import deliveries, evidence_lines
from evalharness.render.flips import flips
from evalharness.render.frame import Frame, make_frame
from evalharness.render.money import money_view
from evalharness.render.quality import quality_view, slices_view
from evalharness.render.resources import ENGLISH, REPORT
from evalharness.render.views import DecisionView, Note, ReportView, Table, TitleView

_SHOWN_HASH = 12
_MOST_LINES = 120
_ASSUMPTION_ROWS = range(9, 2, -1)
"""Tried in turn until the report fits: assumptions that move the answer least give way first."""


def render_report(decision: Decision, *, identity: str) -> str:
    """Return the report as GitHub Markdown: at most 120 lines, the same bytes for the same decision.

    Args:
        decision: As decision.json holds it.
        identity: The run's hash, 64 hexadecimal digits.
    """
    frame = make_frame(decision, ENGLISH)
    text = ""
    for rows in _ASSUMPTION_ROWS:
        text = REPORT.render(report=_view(frame, identity, assumption_rows=rows), say=frame.say)
        if text.count("\n") <= _MOST_LINES:
            break
    return text.rstrip("\n") + "\n"


def verdict_lines(decision: Decision) -> list[str]:
    """Return the verdicts as the report words them, one line each, without Markdown.

    The upgrade's first, then the compression's, then that the assumptions are examples, if they are.
    """
    frame = make_frame(decision, ENGLISH)
    lines = [verdict.upgrade_line(frame), verdict.sena_line(frame), verdict.example_line(frame)]
    return [line for line in lines if line]


def _view(frame: Frame, identity: str, *, assumption_rows: int) -> ReportView:
    return ReportView(
        title=_title(frame, identity),
        decision=_decision(frame),
        conditions=conditions_view(frame),
        money=money_view(frame),
        quality=quality_view(frame),
        sena=sena_view(frame),
        assumptions=assumptions_view(frame, most=assumption_rows),
        slices=slices_view(frame),
        evidence=evidence_lines(frame),
        next=next_lines(frame),
        signoff=_signoff(frame),
    )


def _title(frame: Frame, identity: str) -> TitleView:
    say, decision, evidence = frame.say, frame.decision, frame.decision.evidence
    origin = say.name("origin", evidence.origin.value)
    heading = say(
        "title.google" if frame.is_google else "title.marked",
        origin=origin,
        control_model=frame.control_model,
        treatment_model=frame.treatment_model,
        context=frame.upgrade.context.value,
        mix=evidence.mix,
    )
    facts = say(
        "title.facts",
        experiment=clean(decision.experiment, limit=LIMIT),
        on=decision.on,
        valid=_valid(frame),
        origin=origin,
        deliveries=deliveries(frame),
        run=clean(identity)[:_SHOWN_HASH],
    )
    legend = say(
        "title.legend",
        level=frame.level,
        confidence=evidence.confidence,
        low=evidence.scale_low,
        high=evidence.scale_high,
    )
    return TitleView(heading=heading, facts=facts, legend=legend)


def _valid(frame: Frame) -> str:
    say, found = frame.say, frame.upgrade.verdict
    if found.valid_until is not None:
        return say("title.valid_until", day=found.valid_until)
    if found.ruling is Ruling.NO_VERDICT:
        return say("title.valid_none")
    if found.prices_hold_until is not None:
        return say("title.prices_until", day=found.prices_hold_until)
    return say("title.valid_open")


def _decision(frame: Frame) -> DecisionView:
    say = frame.say
    why = verdict.why(frame)
    key = say.reasons(mark for mark in verdict.marks(frame) if mark.code in verdict.KEY_MARKS)
    texts = (("lead.why", why), ("lead.marks", key))
    notes = [Note(lead=say(lead), text=text) for lead, text in texts if text]
    return DecisionView(
        upgrade=verdict.upgrade_line(frame),
        sena=verdict.sena_line(frame),
        notes=tuple(notes),
        flips=flips(frame),
    )


def _signoff(frame: Frame) -> Table:
    say = frame.say
    headers = tuple(say(f"signoff.{what}") for what in ("preparer", "reviewer", "approver", "reproduce"))
    blanks = (say("signoff.blank"),) * 3
    return Table(headers=headers, align="llll", rows=((*blanks, code(say("signoff.command"))),))
