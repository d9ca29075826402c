"""The picture of a dataset: four panels, the same bytes for the same dataset."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from evalharness.core.errors import BadInput

if TYPE_CHECKING:
    from evalharness.experiment.stats import DatasetStats

_COLOURS = ("#4c72b0", "#dd8452")


def draw_stats(stats: DatasetStats) -> str:
    """Return an SVG of personas and languages, difficulty, context lengths and fact positions.

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
        figure = Figure(figsize=(9, 6.4), layout="constrained")
        figure.suptitle(f"{stats.cases} cases, {stats.facts} key facts (dataset {stats.sha256[:12]})")
        panels = figure.subplots(2, 2)
        _personas(panels[0, 0], stats)
        _difficulty(panels[0, 1], stats)
        _lengths(panels[1, 0], stats)
        _positions(panels[1, 1], stats)
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _personas(axes: Any, stats: DatasetStats) -> None:
    names = [name for name, _ in stats.persona_by_language]
    bottom = [0] * len(names)
    for column, (language, colour) in enumerate(zip(("Korean", "English"), _COLOURS, strict=True)):
        counts = [row[column] for _, row in stats.persona_by_language]
        axes.bar(names, counts, bottom=bottom, label=language, color=colour)
        bottom = [low + count for low, count in zip(bottom, counts, strict=True)]
    axes.set_title("Cases by persona label")
    axes.legend(loc="lower center", ncols=2)


def _difficulty(axes: Any, stats: DatasetStats) -> None:
    names = [name.replace("_", " ") for name, _ in reversed(stats.difficulty)]
    axes.barh(names, [count for _, count in reversed(stats.difficulty)], color=_COLOURS[0])
    axes.set_title("Cases by difficulty")


def _lengths(axes: Any, stats: DatasetStats) -> None:
    axes.hist(
        stats.context_tokens,
        bins=range(0, max(stats.context_tokens, default=0) + 200, 200),
        color=_COLOURS[0],
    )
    axes.set_title("Context length, approximate tokens")
    axes.set_ylabel("cases")


def _positions(axes: Any, stats: DatasetStats) -> None:
    axes.bar(["first", "second", "third", "last"], stats.fact_quarters, color=_COLOURS[0])
    axes.set_title("Key facts by quarter of the context")
