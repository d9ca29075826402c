"""The decision as one HTML file that needs no network and cannot use one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined, Template
from markupsafe import Markup

from evalharness.core.decision import Decision
from evalharness.core.levers import Levers
from evalharness.render.appendix import appendix_document
from evalharness.render.blocks import Document, Section, plain
from evalharness.render.escape import inline_json
from evalharness.render.frame import Frame, make_frame
from evalharness.render.material import NOTHING, Material
from evalharness.render.page.assets import policy, script, style
from evalharness.render.page.cases import Explorer
from evalharness.render.page.data import page_data
from evalharness.render.page.inline import figures_html, inline_html
from evalharness.render.plots import Plot, plots_of
from evalharness.render.reference import reference_of
from evalharness.render.report import report_document
from evalharness.render.resources import Language, language

_TEMPLATES = ("page.html.j2", "block.html.j2")
_FIRST = ("decision", "conditions")
_SHOWN_ELSEWHERE = "worst"


def render_page(
    decision: Decision,
    *,
    identity: str,
    words: Language | None = None,
    material: Material = NOTHING,
    levers: Levers | None = None,
) -> str:
    """Return the report as one HTML file, the same bytes for the same values.

    Args:
        decision: As decision.json holds it.
        identity: The run's hash, 64 hexadecimal digits.
        words: The language, as `resources.language` loads it; None for English.
        material: Cells, names and terms; what is missing is said.
        levers: For the what-if panel; None leaves it closed.
    """
    frame = make_frame(decision, words or language("en"), material)
    report, appendix = report_document(frame, identity), appendix_document(frame, identity)
    plots = plots_of(frame)
    return page_text(
        frame,
        identity,
        report=report,
        appendix=appendix,
        plots=plots,
        explorer=Explorer(frame),
        levers=levers,
    )


def page_text(
    frame: Frame,
    identity: str,
    *,
    report: Document,
    appendix: Document,
    plots: Mapping[str, Plot],
    explorer: Explorer,
    levers: Levers | None,
) -> str:
    """Return the page of documents and pictures that are drawn up already; see render_page."""
    origin = frame.decision.evidence.origin
    first = [section for section in report.sections if section.name in _FIRST]
    rest = [section for section in report.sections if section.name not in _FIRST]
    return page_template().render(
        language=frame.say.code, say=frame.say, title=report.title, lead=report.lead, first=first, rest=rest,
        plots=[(plot.title, Markup(plot.svg())) for plot in plots.values()],  # noqa: S704 (our writer escapes)
        appendix=_shown(appendix), policy=policy(), style=Markup(style()),  # noqa: S704 (ours)
        script=Markup(script()), reference=reference_of(frame, identity, kind="page"),  # noqa: S704 (ours)
        data=_json(page_data(frame, levers, explorer)), blocks=map(Markup, explorer.blocks),
        origin=None if frame.is_google else frame.say.name("origin", origin.value),
    )  # fmt: skip


@cache
def page_template() -> Template:
    """Return the one template of the page; loaded once, since rendering opens no file."""
    folder = files("evalharness.render") / "templates"
    texts = {name: (folder / name).read_text(encoding="utf-8") for name in _TEMPLATES}
    environment = Environment(
        loader=DictLoader(texts), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    environment.filters |= {
        "inline": inline_html,
        "figures": figures_html,
        "plain": plain,
        "unnumbered": _unnumbered,
    }
    environment.get_template("block.html.j2")  # compiled now
    return environment.get_template("page.html.j2")


def _unnumbered(title: str) -> str:
    """Return a section's title as the row of links has it, where room is scarce."""
    number, _, rest = title.partition(" ")
    return rest if number.isdigit() and rest else title


def _shown(appendix: Document) -> list[Section]:
    """Return the appendix without what the page shows better: the worst cases are in the explorer."""
    sections = appendix.sections
    return [section for section in sections if section.level == 2 and section.name != _SHOWN_ELSEWHERE]


def _json(value: Any) -> Markup:
    return Markup(inline_json(value))  # noqa: S704 (it holds no `<`)
