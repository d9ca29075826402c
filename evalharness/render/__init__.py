"""Decision → text. Pure: values and loaded resources in, Markdown out."""

from __future__ import annotations

from evalharness.render.appendix import render_appendix
from evalharness.render.material import Material
from evalharness.render.report import render_report, verdict_lines
from evalharness.render.resources import LANGUAGES, Language, language

__all__ = [
    "LANGUAGES",
    "Language",
    "Material",
    "language",
    "render_appendix",
    "render_report",
    "verdict_lines",
]
