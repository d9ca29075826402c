"""Appendix E: each arm as it ran: tokens and cost, then times and failures."""

from __future__ import annotations

from evalharness.core.decision import ArmSummary
from evalharness.core.visible import clean
from evalharness.render.appendix.service import service_blocks
from evalharness.render.blocks import Block, Table
from evalharness.render.frame import Frame

_COLUMNS = ("arm", "cells", "quality", "context", "billed", "usd", "neutral")


def operations_blocks(frame: Frame) -> tuple[Block, ...]:
    """Lay out every arm, controls included."""
    headers = tuple(frame.say(f"operations.{column}") for column in _COLUMNS)
    rows = tuple(_row(frame, arm) for arm in frame.decision.arms)
    table = Table(headers=headers, align="l" + "r" * (len(_COLUMNS) - 1), rows=rows)
    return (table, *service_blocks(frame))


def _row(frame: Frame, arm: ArmSummary) -> tuple[str, ...]:
    say = frame.say
    return (
        clean(arm.name, limit=40),
        say("operations.cells_value", scored=arm.scored, cells=arm.cells),
        say.estimate(arm.quality, "score", missing="not_measured"),
        say.number(arm.context_tokens, "count", missing="not_measured"),
        say.number(arm.billed_tokens, "count", missing="not_measured"),
        say.number(arm.usd_per_request, "per_thousand", missing="not_measured"),
        say.number(arm.usd_per_request_cache_neutral, "per_thousand", missing="not_measured"),
    )
