"""People as raters: which pairs they are shown, blind, and what their grades say once unblinded."""

from evalharness.score.labels.sheet import draw_sheet, sheet_items
from evalharness.score.labels.unblind import unblind

__all__ = ["draw_sheet", "sheet_items", "unblind"]
