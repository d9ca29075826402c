"""Fitting: repeatable, leak-free, calibrated on what was not fitted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from evalharness.core.routing import PERSONAS
from evalharness.gateway.router.embedding import EmbeddingRouter, features
from evalharness.gateway.router.fitting import Example, assign_folds, calibrate, fit_logistic, fit_stems
from evalharness.gateway.router.lexicon import LexiconRouter
from evalharness.gateway.router.training import out_of_fold, train
from evalharness.gateway.router.weights import Calibration, load_lexicon, load_vectors

WORDS = {"moon": "설레는 꿈", "square": "순서 정리", "earth": "반복 균형", "pen": "연결 전달"}


def examples(count: int = 12) -> list[Example]:
    return [
        Example(text=f"{WORDS[persona]} 이야기 {i}", persona=persona, group=f"g{i}", after_cues=True)
        for i in range(count)
        for persona in PERSONAS
    ]


def test_a_group_never_lies_in_two_folds() -> None:
    groups = [f"g{i // 3}" for i in range(60)]
    folds = assign_folds(groups, folds=5, seed=1)
    assert all(len(set(folds[i : i + 3])) == 1 for i in range(0, 60, 3))
    assert sorted(set(folds)) == [0, 1, 2, 3, 4]


def test_logistic_regression_finds_the_minimum() -> None:
    generator = np.random.default_rng(3)
    matrix, labels = generator.normal(size=(80, 5)), generator.integers(0, 4, 80)
    weights, bias = fit_logistic(matrix, labels, 1.0)
    scores = matrix @ weights + bias
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    error = shares - np.eye(4)[labels]
    assert np.abs(matrix.T @ error + weights).max() < 1e-2
    assert np.abs(error.sum(axis=0)).max() < 1e-2
    assert bias.sum() == pytest.approx(0, abs=1e-9)


def test_fitting_twice_gives_the_same_numbers(embed: Any) -> None:
    learnt = examples()
    vectors = features([example.text for example in learnt], embed)
    first, second = train(learnt, vectors), train(learnt, vectors)
    assert [weights.to_json() for weights in first] == [weights.to_json() for weights in second]


def test_what_is_held_out_is_not_seen(embed: Any) -> None:
    """A word that only one group uses cannot help to route that group."""
    learnt = [
        Example(text=f"zzz{i} unknown{i}", persona=PERSONAS[i % 4], group=f"g{i}", after_cues=True)
        for i in range(40)
    ]
    outside = out_of_fold(learnt, None)
    assert outside.embedding is None
    right = outside.lexicon.argmax(axis=1) == np.array([i % 4 for i in range(40)])
    assert right.mean() < 0.5


def test_a_fitted_router_learns_its_examples(embed: Any) -> None:
    learnt = examples()
    lexicon, vectors = train(learnt, features([example.text for example in learnt], embed))
    router = EmbeddingRouter(vectors, embed=embed, lexicon=LexiconRouter(lexicon))
    assert all(router.choose(example.text).persona == example.persona for example in learnt)


def test_temperature_softens_evidence_that_is_too_sure() -> None:
    labels = np.array([0, 1] * 50)
    evidence = np.zeros((100, 4))
    evidence[:, 0] = 5.0
    assert calibrate(evidence, labels).temperature == 3.0


def test_below_the_threshold_the_default_answers() -> None:
    calibration = Calibration(temperature=1.0, threshold=0.6)
    assert sum(calibration.probabilities([1.0, 2.0, 3.0, 4.0])) == pytest.approx(1.0)
    unsure = calibration.decide([0.1, 0.0, 0.0, 0.0], ["a", "b", "c", "d"])
    assert (unsure.persona, unsure.abstained) == ("pen", True)
    assert "moon at best" in unsure.reason
    sure = calibration.decide([9.0, 0.0, 0.0, 0.0], ["a", "b", "c", "d"])
    assert (sure.persona, sure.reason) == ("moon", "a")


def test_the_shipped_weights_are_whole_and_small() -> None:
    lexicon, vectors = load_lexicon(), load_vectors()
    assert len(vectors.rows) == 512
    assert len(lexicon.stems) > 1000
    assert 0.25 <= lexicon.calibration.threshold <= 0.6
    assert all(abs(value) < 5 for four in lexicon.stems.values() for value in four)


def test_a_stem_needs_three_messages() -> None:
    fitted = fit_stems([*examples(3), Example(text="once", persona="pen", group="x", after_cues=True)])
    assert "once" not in fitted.stems
    assert "^순서" in fitted.stems
