"""Decision → text. Pure: values and loaded resources in, Markdown out."""

from __future__ import annotations

from evalharness.render.report import render_report, verdict_lines

__all__ = ["render_report", "verdict_lines"]
