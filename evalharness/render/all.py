"""Everything that is written about a decision in one language, by file name."""

from __future__ import annotations

from evalharness.core.decision import Decision
from evalharness.core.levers import Levers
from evalharness.render.appendix import appendix_document
from evalharness.render.frame import make_frame
from evalharness.render.material import Material
from evalharness.render.page import page_text
from evalharness.render.page.assets import plot_style
from evalharness.render.plots import plots_of
from evalharness.render.report import report_document
from evalharness.render.resources import Language
from evalharness.render.write import markdown_of


def render_all(
    decision: Decision, *, identity: str, words: Language, material: Material, levers: Levers | None
) -> dict[str, str]:
    """Return the report first, then its appendix, the pictures and the page.

    Args:
        decision: As decision.json holds it.
        identity: The run's hash, 64 hexadecimal digits.
        words: The language, as `resources.language` loads it.
        material: Cells, names and terms; what is missing is said.
        levers: For the page's what-if panel; None leaves it closed.
    """
    frame = make_frame(decision, words, material)
    plots = plots_of(frame)
    report, appendix = report_document(frame, identity), appendix_document(frame, identity, plots)
    texts = {
        f"report{frame.suffix}.md": markdown_of(report),
        f"appendix{frame.suffix}.md": markdown_of(appendix),
    }  # fmt: skip
    style = plot_style()
    texts |= {f"plots/{name}{frame.suffix}.svg": plot.svg(style=style) + "\n" for name, plot in plots.items()}
    page = page_text(frame, identity, report=report, appendix=appendix, plots=plots, levers=levers)
    return texts | {f"report{frame.suffix}.html": page}
