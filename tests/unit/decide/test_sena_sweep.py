"""Which point of a sweep its answers speak for."""

from __future__ import annotations

import pytest

from evalharness.core.decision import Estimate, Ruling, SenaModel, SevereLosses
from evalharness.decide.sena_sweep import AnsweredPoint, choose_answered


def bound(low: float | None, unit: str) -> Estimate:
    return Estimate(value=0.5, low=low, high=0.9, n=20, confidence=0.95, method="t", unit=unit)


def model(quality: float | None, tail: float, tokens: float, saved: float | None) -> SenaModel:
    return SenaModel(
        model="m", raw_arm="raw", sena_arm="sena", quality=bound(quality, "points"),
        quality_tail=bound(tail, "points"), tokens=bound(tokens, "tokens"), relative_loss=None,
        net_reduction=None if saved is None else bound(saved, "share"), gross_reduction=None,
        billed_reduction=None, cost_change=None, cost_change_cache_neutral=None,
        severe=SevereLosses(threshold_points=2.0, count=0, n=20, share=0.0, high=0.14, confidence=0.95),
    )  # fmt: skip


def point(budget: float, ruling: Ruling, *models: SenaModel) -> AnsweredPoint:
    return AnsweredPoint(method="extractive", budget=budget, ruling=ruling, models=models)


PASS, OPEN = Ruling.PASS, Ruling.INCONCLUSIVE


def test_of_those_that_pass_the_one_that_saves_most() -> None:
    points = [
        point(0.6, PASS, model(0.1, 0.05, 9.0, 0.36), model(0.1, 0.05, 9.0, 0.38)),
        point(0.65, PASS, model(0.2, 0.15, 5.0, 0.34), model(0.2, 0.15, 5.0, 0.34)),
        point(0.5, OPEN, model(-0.1, -0.2, 20.0, 0.48), model(0.1, 0.1, 20.0, 0.48)),
    ]
    chosen = choose_answered(points)
    assert chosen is not None
    assert (chosen.budget, chosen.saved_low) == (0.6, 0.36)


def test_if_none_passes_the_nearest_that_saves_enough() -> None:
    """Quality counts on the worse model, with the tail guard; what saves too little is out."""
    points = [
        point(0.6, OPEN, model(-0.1, -0.20, 9.0, 0.36), model(0.1, 0.05, 9.0, 0.38)),
        point(0.65, OPEN, model(-0.1, -0.12, 5.0, 0.34), model(0.1, 0.05, 5.0, 0.34)),
        point(0.8, OPEN, model(0.2, 0.1, -30.0, 0.2), model(0.2, 0.1, -30.0, 0.2)),
    ]
    chosen = choose_answered(points)
    assert chosen is not None
    assert (chosen.budget, chosen.quality_low) == (0.65, -0.12)
    assert choose_answered(points[2:]) is None


def test_equals_go_to_the_first_and_what_is_not_estimable_is_worst() -> None:
    same = (model(0.1, 0.1, 1.0, 0.31),)
    assert choose_answered([point(0.6, PASS, *same), point(0.7, PASS, *same)]) == point(0.6, PASS, *same)
    unknown = point(0.6, OPEN, model(None, 0.1, 1.0, None))
    assert unknown.quality_low == unknown.saved_low == pytest.approx(-float("inf"))
