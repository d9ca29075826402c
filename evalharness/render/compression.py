"""Section 5: what compression saves and loses, for each model."""

from __future__ import annotations

from evalharness.core.decision import SenaModel
from evalharness.render.frame import Frame
from evalharness.render.views import SenaView, Table

_COLUMNS = ("model", "net", "gross", "billed", "loss", "cost", "severe")


def sena_view(frame: Frame) -> SenaView:
    """Lay out compression; without its arms, say so."""
    say, sena = frame.say, frame.decision.sena
    if sena is None or not sena.models:
        return SenaView(table=None, note=say("sena.none"))
    headers = tuple(say(f"sena.{column}") for column in _COLUMNS)
    rows = tuple(_row(frame, model) for model in sena.models)
    over = sena.overruns
    note = say("sena.overruns", count=over, most=sena.most_overrun_tokens) if over else ""
    return SenaView(table=Table(headers=headers, align="lrrrrrr", rows=rows), note=note)


def _row(frame: Frame, model: SenaModel) -> tuple[str, ...]:
    say, loss, severe = frame.say, model.relative_loss, model.severe
    high = say.number(loss.high if loss else None, "share", missing="not_estimable")
    value = say.number(loss.value if loss else None, "share", missing="not_estimable")
    return (
        frame.model(model.model),
        say.estimate(model.net_reduction, "share", missing="not_measured"),
        say.estimate(model.gross_reduction, "share", missing="not_measured"),
        say.estimate(model.billed_reduction, "share", missing="not_measured"),
        say("sena.loss_value", value=value, high=high),
        say.estimate(model.cost_change, "per_thousand", missing="not_measured"),
        say("sena.severe_value", count=severe.count, n=severe.n, high=severe.high),
    )
