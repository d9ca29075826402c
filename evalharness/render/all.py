"""Everything that is written about a decision, by file name."""

from __future__ import annotations

from collections.abc import Sequence

from evalharness.core.decision import Decision
from evalharness.core.levers import Levers
from evalharness.render.appendix import appendix_document
from evalharness.render.frame import Frame, make_frame
from evalharness.render.material import Material
from evalharness.render.page import page_text
from evalharness.render.page.assets import plot_style
from evalharness.render.page.cases import Explorer
from evalharness.render.plots import plots_of
from evalharness.render.report import report_document
from evalharness.render.resources import Language
from evalharness.render.write import markdown_of


def render_all(
    decision: Decision,
    *,
    identity: str,
    languages: Sequence[Language],
    material: Material,
    levers: Levers | None,
) -> dict[str, str]:
    """Return for each language the report, its appendix, the pictures and the page.

    Args:
        decision: As decision.json holds it.
        identity: The run's hash, 64 hexadecimal digits.
        languages: At least one, as `resources.language` loads it; the first one's report comes first.
        material: Cells, names and terms; what is missing is said.
        levers: For the page's what-if panel; None leaves it closed.
    """
    frames = [make_frame(decision, words, material) for words in languages]
    explorer = Explorer(frames[0])
    texts: dict[str, str] = {}
    for frame in frames:
        texts |= _in_one_language(frame, identity, explorer, levers)
    return texts


def _in_one_language(
    frame: Frame, identity: str, explorer: Explorer, levers: Levers | None
) -> dict[str, str]:
    plots = plots_of(frame)
    report, appendix = report_document(frame, identity), appendix_document(frame, identity, plots)
    texts = {
        f"report{frame.suffix}.md": markdown_of(report),
        f"appendix{frame.suffix}.md": markdown_of(appendix),
    }  # fmt: skip
    style = plot_style()
    texts |= {f"plots/{name}{frame.suffix}.svg": plot.svg(style=style) + "\n" for name, plot in plots.items()}
    page = page_text(
        frame, identity, report=report, appendix=appendix, plots=plots, explorer=explorer, levers=levers
    )
    return texts | {f"report{frame.suffix}.html": page}
