"""Appendix B and C: every slice, every alternative."""

from __future__ import annotations

from evalharness.core.decision import Choice, Slice
from evalharness.render.blocks import Block, Paragraph, Table
from evalharness.render.frame import Frame
from evalharness.render.places import choice_name, choice_roi, slice_name

_SLICES = ("dimension", "value", "n", "quality", "net", "p")
_CHOICES = ("choice", "n", "share", "beyond_cost", "net", "roi")


def slices_blocks(frame: Frame) -> tuple[Block, ...]:
    """Lay out every slice with its interval."""
    say, rows = frame.say, frame.upgrade.slices
    if not rows:
        return (Paragraph((say("slices.none"),)),)
    headers = tuple(say(f"slices.{column}") for column in _SLICES)
    table = Table(headers=headers, align="llrrrr", rows=tuple(_slice(frame, row) for row in rows))
    return (Paragraph((say("slices.note"),)), table)


def _slice(frame: Frame, row: Slice) -> tuple[str, ...]:
    say = frame.say
    return (
        say.name("dimension", row.dimension),
        slice_name(frame, row.dimension, row.value),
        say.number(row.n, "count"),
        say.estimate(row.quality, "points", missing="not_estimable"),
        say.estimate(row.net_at_threshold, "per_thousand"),
        say.number(row.p_holm, "p_value"),
    )


def alternatives_blocks(frame: Frame) -> tuple[Block, ...]:
    """Lay out every alternative, policies that choose nothing included."""
    say, rows = frame.say, frame.upgrade.choices
    if not rows:
        return (Paragraph((say("choices.none"),)),)
    headers = tuple(say(f"choices.{column}") for column in _CHOICES)
    table = Table(headers=headers, align="lrrrrr", rows=tuple(_choice(frame, row) for row in rows))
    return (Paragraph((say("choices.note"),)), table)


def _choice(frame: Frame, row: Choice) -> tuple[str, ...]:
    say = frame.say
    return (
        choice_name(frame, row),
        say.number(row.net_at_threshold.n, "count"),
        say.number(row.share, "share"),
        say.estimate(row.net, "per_thousand"),
        say.estimate(row.net_at_threshold, "per_thousand"),
        choice_roi(frame, row),
    )
