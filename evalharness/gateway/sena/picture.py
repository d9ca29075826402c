"""The Pareto picture of a sweep: the same bytes for the same points."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evalharness.core.errors import BadInput
from evalharness.gateway.sena.sweep import CONTROLS, Point

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLOURS = {"extractive": "#4c72b0", "hybrid": "#55a868", "truncate": "#dd8452", "random": "#8c8c8c"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A point of a panel: shares, higher is better."""

    method: str
    saved: float
    kept: float
    low: float
    """One-sided lower bound of `kept`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One pair of axes: what is kept over the context tokens saved, with both limits drawn in."""

    title: str
    saved_label: str
    kept_label: str
    dots: Sequence[Dot]
    kept_limit: float
    saved_limit: float


def facts_panel(points: Sequence[Point], *, title: str, facts_limit: float, token_threshold: float) -> Panel:
    """Return the panel of the key facts kept offline."""
    return Panel(
        title=title,
        saved_label="context tokens saved (share, as sent)",
        kept_label="key facts kept (share; shaded to the lower 95 % bound)",
        dots=[
            Dot(method=p.method, saved=p.reduction, kept=p.facts_kept, low=p.facts_kept_low) for p in points
        ],
        kept_limit=facts_limit,
        saved_limit=token_threshold,
    )


def draw_sweep(panels: Sequence[Panel]) -> str:
    """Return an SVG of panels side by side, one line a method.

    Raises:
        BadInput: If matplotlib, an optional dependency, is not installed.
    """
    try:
        # Optional, and slow to load: only who asks for a picture pays.
        import matplotlib  # noqa: PLC0415
        from matplotlib.figure import Figure  # noqa: PLC0415
    except ImportError:
        raise BadInput("a picture needs matplotlib: pip install 'evalharness[plots]'") from None
    # No date and a fixed salt for element ids, else every drawing would differ; text stays text.
    with matplotlib.rc_context({"svg.hashsalt": "evalharness", "svg.fonttype": "none"}):
        figure = Figure(figsize=(7.5 * len(panels), 5), layout="constrained")
        for panel, axes in zip(panels, figure.subplots(1, len(panels), squeeze=False)[0], strict=True):
            _draw(panel, axes)
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _draw(panel: Panel, axes: Axes) -> None:
    axes.set_title(panel.title)
    for method in dict.fromkeys(dot.method for dot in panel.dots):
        line = sorted((dot.saved, dot.kept, dot.low) for dot in panel.dots if dot.method == method)
        saved, kept, low = zip(*line, strict=True)
        style = "--" if method in CONTROLS else "-"
        colour = _COLOURS.get(method)
        axes.plot(saved, kept, style, marker="o", markersize=4, color=colour, label=method)
        if method not in CONTROLS:
            axes.fill_between(saved, low, kept, color=colour, alpha=0.12, linewidth=0)
    axes.axhline(panel.kept_limit, color="black", linewidth=0.8, linestyle=":")
    axes.axvline(panel.saved_limit, color="black", linewidth=0.8, linestyle=":")
    axes.set_xlabel(panel.saved_label)
    axes.set_ylabel(panel.kept_label)
    axes.legend(loc="lower left")
