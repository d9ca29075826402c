"""Decision → text. Pure: values and loaded resources in, Markdown, SVG and HTML out."""

from __future__ import annotations

from evalharness.render.all import render_all
from evalharness.render.appendix import render_appendix
from evalharness.render.material import Material
from evalharness.render.page import render_page
from evalharness.render.report import render_report, verdict_lines
from evalharness.render.resources import LANGUAGES, Language, language

__all__ = [
    "LANGUAGES",
    "Language",
    "Material",
    "language",
    "render_all",
    "render_appendix",
    "render_page",
    "render_report",
    "verdict_lines",
]
