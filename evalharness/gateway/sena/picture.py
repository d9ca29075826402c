"""The Pareto picture of a sweep: the same bytes for the same points."""

from __future__ import annotations

import io
from collections.abc import Sequence

from evalharness.core.errors import BadInput
from evalharness.gateway.sena.sweep import CONTROLS, Point

_COLOURS = {"extractive": "#4c72b0", "hybrid": "#55a868", "truncate": "#dd8452", "random": "#8c8c8c"}


def draw_sweep(points: Sequence[Point], *, title: str, facts_limit: float, token_threshold: float) -> str:
    """Return an SVG of facts kept over tokens saved, one line a method, both limits drawn in.

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
        figure = Figure(figsize=(7.5, 5), layout="constrained")
        axes = figure.subplots()
        axes.set_title(title)
        for method in dict.fromkeys(point.method for point in points):
            line = sorted((p.reduction, p.facts_kept, p.facts_kept_low) for p in points if p.method == method)
            saved, kept, low = zip(*line, strict=True)
            style = "--" if method in CONTROLS else "-"
            colour = _COLOURS.get(method)
            axes.plot(saved, kept, style, marker="o", markersize=4, color=colour, label=method)
            if method not in CONTROLS:
                axes.fill_between(saved, low, kept, color=colour, alpha=0.12, linewidth=0)
        axes.axhline(facts_limit, color="black", linewidth=0.8, linestyle=":")
        axes.axvline(token_threshold, color="black", linewidth=0.8, linestyle=":")
        axes.set_xlabel("context tokens saved (share, as sent)")
        axes.set_ylabel("key facts kept (share; shaded to the lower 95 % bound)")
        axes.legend(loc="lower left")
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"
