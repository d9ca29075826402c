"""The pictures of a report, drawn from the decision and its cells by plain arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from evalharness.render.frame import Frame
from evalharness.render.plots.compression import compression_plot
from evalharness.render.plots.differences import differences
from evalharness.render.plots.months import months_plot
from evalharness.render.plots.pareto import pareto
from evalharness.render.plots.people import people_plot
from evalharness.render.plots.svg import Plot
from evalharness.render.plots.tornado import tornado_plot

_DRAWN: Final[tuple[Callable[[Frame], Plot | None], ...]] = (
    pareto, differences, tornado_plot, months_plot, compression_plot,
    people_plot,
)  # fmt: skip


def plots_of(frame: Frame) -> dict[str, Plot]:
    """Return every picture that the decision has something to show on, by name."""
    found = (draw(frame) for draw in _DRAWN)
    return {plot.name: plot for plot in found if plot is not None}


__all__ = ["Plot", "plots_of"]
