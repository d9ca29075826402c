"""Operating characteristics: how often the rules err, on simulated studies whose truth is known."""

from __future__ import annotations

from evalharness.decide.characteristics.coverage import LEAST, Coverage, coverages
from evalharness.decide.characteristics.rows import ERRORS_ALLOWED, NOMINAL, Row, rows

__all__ = ["ERRORS_ALLOWED", "LEAST", "NOMINAL", "Coverage", "Row", "coverages", "rows"]
