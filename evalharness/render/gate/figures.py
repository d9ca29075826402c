"""How the gate writes numbers: as the English report does."""

from __future__ import annotations

from functools import cache

from evalharness.render.numbers import Numerals


@cache
def figures() -> Numerals:
    """Return the writer of numbers; its locale is loaded when the first report is written."""
    return Numerals("en_US", percent=" %")
