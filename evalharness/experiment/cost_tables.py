"""The experiment file's tables about money."""

from __future__ import annotations

from evalharness.experiment.edge import Strict


class RatesTable(Strict):
    """[rates]: negotiated prices beside the list's; verdicts use the list's."""

    overrides: str | None = None


class CostTable(Strict):
    """[cost]: what finance adds to list prices."""

    finance: str | None = None
