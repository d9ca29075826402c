"""The decision as one HTML file that needs no network and cannot use one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined, Template
from markupsafe import Markup, escape

from evalharness.core.decision import Decision
from evalharness.core.levers import Levers
from evalharness.core.visible import clean
from evalharness.render.appendix import appendix_document
from evalharness.render.blocks import Code, Document, Inline, Link, Section, Strong
from evalharness.render.frame import Frame, make_frame
from evalharness.render.material import NOTHING, Material
from evalharness.render.page.assets import policy, script, style
from evalharness.render.page.cases import Explorer
from evalharness.render.page.data import inline_json, page_data
from evalharness.render.plots import Plot, plots_of
from evalharness.render.reference import reference_of
from evalharness.render.report import report_document
from evalharness.render.resources import Language, language

_AMOUNT = re.compile(r"([−+](?:US)?[$₩]\d[\d,.]*|[−+]?\d[\d,.]* (?:%|ms|pp|tokens)(?!\w)|\d{4}-\d\d-\d\d)")
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
    return page_text(frame, identity, report=report, appendix=appendix, plots=plots, levers=levers)


def page_text(
    frame: Frame,
    identity: str,
    *,
    report: Document,
    appendix: Document,
    plots: Mapping[str, Plot],
    levers: Levers | None,
) -> str:
    """Return the page of documents and pictures that are drawn up already; see render_page."""
    explorer, origin = Explorer(frame), frame.decision.evidence.origin
    first = [section for section in report.sections if section.name in _FIRST]
    rest = [section for section in report.sections if section.name not in _FIRST]
    return page_template().render(
        language=frame.say.code, say=frame.say, title=report.title, lead=report.lead, first=first, rest=rest,
        plots=[Markup(plot.svg()) for plot in plots.values()],  # noqa: S704 (our own writer escapes)
        appendix=_shown(appendix), policy=policy(), style=Markup(style()),  # noqa: S704 (ours)
        script=Markup(script()), reference=reference_of(frame, identity, kind="page"),  # noqa: S704 (ours)
        data=_json(page_data(frame, levers, explorer)), blocks=map(_json, explorer.blocks()),
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
    environment.filters["inline"] = inline_html
    environment.get_template("block.html.j2")  # compiled now
    return environment.get_template("page.html.j2")


def inline_html(text: Inline) -> Markup:
    """Return text in a line: escaped, with the few kinds of emphasis that a document has."""
    spans = (text,) if isinstance(text, str) else text
    return Markup("").join(_spans(spans))


def _spans(spans: tuple[str | Link, ...]) -> Iterator[Markup]:
    for span in spans:
        if isinstance(span, Link):
            yield Markup('<a href="{}">{}</a>').format(_target(span.target), clean(span.text))
        elif isinstance(span, Code):
            yield Markup("<code>{}</code>").format(clean(span))
        elif isinstance(span, Strong):
            yield Markup("<strong>{}</strong>").format(_whole_amounts(clean(span)))
        else:
            blank = " " if span[:1].isspace() else "", " " if len(span) > 1 and span[-1:].isspace() else ""
            yield _whole_amounts(f"{blank[0]}{clean(span)}{blank[1]}")


def _whole_amounts(text: str) -> Markup:
    """Escape text; a line does not end between a sign, a number and its unit."""
    parts = _AMOUNT.split(text)
    whole = Markup('<span class="amount">{}</span>')
    return Markup("").join(whole.format(part) if k % 2 else escape(part) for k, part in enumerate(parts))


def _target(target: str) -> str:
    """Return where a link of the report leads on the page: the appendix is a part of it."""
    return "#appendix" if target.startswith("appendix") else "#top"


def _shown(appendix: Document) -> list[Section]:
    """Return the appendix without what the page shows better: the worst cases are in the explorer."""
    sections = appendix.sections
    return [section for section in sections if section.level == 2 and section.name != _SHOWN_ELSEWHERE]


def _json(value: Any) -> Markup:
    return Markup(inline_json(value))  # noqa: S704 (it holds no `<`)
