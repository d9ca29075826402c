"""Exploratory slices."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalharness.decide import decide
from evalharness.decide.slices import holm


def test_holm_of_the_usual_example() -> None:
    """P = .01, .04, .03, .005 (Holm 1979; the example of the Holm-Bonferroni article): adjusted by hand."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []


def test_slices_cover_every_dimension_without_a_verdict(study, scores, card, assume) -> None:
    rows = decide(study(scores()), card, assume()).upgrade.slices
    assert [(r.dimension, r.value) for r in rows] == [
        ("persona", "moon"), ("persona", "pen"), ("language", "en"), ("language", "ko"),
        ("category", "a"), ("category", "b"), ("category", "c"),
        ("persona_language", "moon/en"), ("persona_language", "moon/ko"),
        ("persona_language", "pen/en"), ("persona_language", "pen/ko"),
    ]  # fmt: skip
    assert sum(r.n for r in rows if r.dimension == "category") == 100
    raw = [r.net_at_threshold.p_greater for r in rows]
    assert all(r.p_holm >= p for r, p in zip(rows, raw, strict=True))


@pytest.mark.parametrize(
    "case",
    [
        ({"persona": "pen"}, {"language", "category"}),
        ({"language": "ko"}, {"persona", "category"}),
        ({"category": "a"}, {"persona", "language", "persona_language"}),
        ({"persona": "pen", "language": "ko", "category": "a"}, set()),
    ],
    ids=["persona", "language", "category", "all"],
)
def test_a_dimension_of_one_value_is_no_slice(study, scores, card, assume, case) -> None:
    """It is the whole again, and its test would cost the others their power; so with policies."""
    same, left = case
    found = decide(study(scores(), facts=lambda i: same), card, assume()).upgrade
    assert {row.dimension for row in found.slices} == left
    assert {row.name for row in found.choices if row.cross_fitted} == left


def test_a_slice_of_one_case_has_no_estimate(study, scores, card, assume) -> None:
    made = study(scores(n=30), facts=lambda i: {"persona": "earth" if i == 0 else "pen"})
    earth = next(r for r in decide(made, card, assume()).upgrade.slices if r.value == "earth")
    assert (earth.n, earth.quality, earth.net_at_threshold, earth.p_holm) == (1, None, None, None)


@settings(deadline=None)  # the first call imports statsmodels
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_is_that_of_statsmodels(p_values: list[float]) -> None:
    from statsmodels.stats.multitest import multipletests

    assert holm(p_values) == pytest.approx([float(p) for p in multipletests(p_values, method="holm")[1]])
