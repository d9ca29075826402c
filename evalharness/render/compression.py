"""Section 5: what compression saves and loses, for each model."""

from __future__ import annotations

from evalharness.core.decision import SenaModel
from evalharness.render.blocks import Block, Paragraph, Table
from evalharness.render.frame import Frame

_COLUMNS = ("model", "gross", "net", "loss", "own", "cost", "severe")


def sena_blocks(frame: Frame) -> tuple[Block, ...]:
    """Lay out compression against its two limits; without its arms, say so."""
    say, sena = frame.say, frame.decision.sena
    if sena is None or not sena.models:
        return (Paragraph((say("sena.none"),)),)
    headers = tuple(say(f"sena.{column}") for column in _COLUMNS)
    rows = tuple(_row(frame, model) for model in sena.models)
    blocks: list[Block] = [Table(headers=headers, align="lrrrrrr", rows=rows)]
    if sena.overruns:
        note = say("sena.overruns", count=sena.overruns, most=sena.most_overrun_tokens)
        blocks.append(Paragraph((note,)))
    return tuple(blocks)


def _row(frame: Frame, model: SenaModel) -> tuple[str, ...]:
    say, loss, severe = frame.say, model.relative_loss, model.severe
    high = say.number(loss.high if loss else None, "share", missing="not_estimable")
    value = say.number(loss.value if loss else None, "share", missing="not_estimable")
    return (
        frame.model(model.model),
        say.estimate(model.gross_reduction, "share", missing="not_measured"),
        say.estimate(model.net_reduction, "share", missing="not_measured"),
        say("sena.loss_value", value=value, high=high),
        _own_cost(frame, model),
        say.estimate(model.cost_change, "per_thousand", missing="not_measured"),
        say("sena.severe_value", count=severe.count, n=severe.n, high=severe.high),
    )


def _own_cost(frame: Frame, model: SenaModel) -> str:
    """Write what the compressor's own calls cost; a compressor without calls costs nothing."""
    own = [
        row.usd_per_request
        for row in frame.decision.ledger.production
        if row.arm == model.sena_arm and row.purpose == "compress"
    ]
    return frame.say.number(sum(own), "per_thousand") if own else frame.say("sena.own_none")
