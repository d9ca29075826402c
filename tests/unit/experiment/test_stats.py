"""Counts of a dataset, and its picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from evalharness.core.case import Case, Context, Dataset, KeyFact, Turn
from evalharness.experiment.dataset_file import load_dataset
from evalharness.experiment.stats import dataset_stats, mentor_fact_share


@pytest.fixture
def dataset(make_case: Callable[..., Case]) -> Dataset:
    """Two cases; of four facts, one stands in a mentor's turn and one in both."""
    context = Context(
        profile="a" * 400,
        turns=(Turn(role="mentee", text="b" * 400), Turn(role="mentor", text="c" * 800)),
    )
    facts = tuple(
        KeyFact(id=f"f{i}", fact="x", forms=("x",), where=where)
        for i, where in enumerate((("profile",), ("turns[0]",), ("turns[1]",), ("turns[0]", "turns[1]")))
    )
    first = make_case(id="pen-ko-01", context=context, key_facts=facts[:3])
    second = make_case(id="pen-ko-02", context=context, key_facts=facts[3:], pair_id="pair-01")
    return Dataset(cases=(first, second), sha256="0" * 64)


def test_counts(dataset: Dataset) -> None:
    stats = dataset_stats(dataset)
    assert dict(stats.persona_by_language)["pen"] == (2, 0)
    assert dict(stats.difficulty)["context"] == 2
    assert stats.pairs == 1
    assert stats.facts == 4
    assert stats.facts_per_case == ((1, 1), (3, 1))
    assert stats.mentor_fact_share == 0.5
    # Middles of the places at 1/8, 3/8 and 3/4 of the context's characters.
    assert stats.fact_quarters == (1, 2, 0, 2)
    assert stats.to_json()["context_tokens"]["p50"] == stats.context_tokens[0]


def test_quantiles_are_values_that_occur(dataset: Dataset) -> None:
    stats = replace(dataset_stats(dataset), context_tokens=(10, 20, 30, 40))
    assert dict(stats.token_quantiles)[0.5] == 20
    assert dict(stats.token_quantiles)[0.0] == 10
    assert dict(stats.token_quantiles)[1.0] == 40


def test_an_empty_dataset_has_no_share() -> None:
    assert mentor_fact_share(()) == 0.0


def test_the_picture_is_the_same_every_time(root: Path) -> None:
    pytest.importorskip("matplotlib")
    from evalharness.experiment.stats_picture import draw_stats

    stats = dataset_stats(load_dataset(root / "prompts" / "mentoring"))
    svg = draw_stats(stats)
    assert svg == draw_stats(stats)
    assert "<dc:date>" not in svg
    assert "Cases by persona label" in svg
