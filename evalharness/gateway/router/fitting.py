"""Fitting the routers: two logistic regressions and a calibration, all convex or a grid, hence repeatable."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from evalharness.core.case import Persona
from evalharness.core.routing import DEFAULT_PERSONA, PERSONAS
from evalharness.gateway.router.stems import fold, stems, window
from evalharness.gateway.router.weights import Calibration, Four, LexiconWeights, VectorWeights

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

STEM_RIDGE: Final = 0.3
VECTOR_RIDGE: Final = 1.0
LEAST_MESSAGES: Final = 3
"""A stem of fewer messages is no evidence."""
UNCALIBRATED: Final = Calibration(temperature=1.0, threshold=0.0)
_TEMPERATURES = np.round(np.arange(0.5, 3.01, 0.05), 2)
_THRESHOLDS = np.round(np.arange(0.25, 0.61, 0.01), 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A labelled message to learn from."""

    text: str
    """As `readable` returns it."""
    persona: Persona
    group: str
    """Messages of one group are about the same thing and never lie in two folds."""
    after_cues: bool
    """Whether it was written after the hand-written cues, so that it can judge them."""


def codes(personas: Sequence[Persona]) -> Ints:
    """Return the places of personas in PERSONAS."""
    return np.array([PERSONAS.index(persona) for persona in personas], dtype=np.int64)


def fit_stems(examples: Sequence[Example]) -> LexiconWeights:
    """Fit the evidence of stems by ridge logistic regression."""
    found = [stems(fold(window(example.text))) for example in examples]
    count = Counter(stem for each in found for stem in each)
    names = sorted(stem for stem, messages in count.items() if messages >= LEAST_MESSAGES)
    weights, bias = fit_logistic(stem_matrix(found, names), codes([e.persona for e in examples]), STEM_RIDGE)
    table = {name: _four(row) for name, row in zip(names, weights, strict=True)}
    return LexiconWeights(stems=table, bias=_four(bias), calibration=UNCALIBRATED)


def fit_vectors(vectors: Floats, examples: Sequence[Example]) -> VectorWeights:
    """Fit the evidence of sentence vectors, shape (n_examples, n_features)."""
    weights, bias = fit_logistic(vectors, codes([e.persona for e in examples]), VECTOR_RIDGE)
    return VectorWeights(rows=tuple(map(_four, weights)), bias=_four(bias), calibration=UNCALIBRATED)


def fit_logistic(matrix: Floats | csr_array, labels: Ints, ridge: float) -> tuple[Floats, Floats]:
    """Return weights (n_features, 4) and bias (4,) of multinomial logistic regression.

    The penalty makes the minimum unique, so that only the last digits depend on the machine.
    """
    from scipy.optimize import minimize  # noqa: PLC0415 - slow to import, and only fitting needs it

    wide, kinds = matrix.shape[1], len(PERSONAS)
    wanted = np.eye(kinds)[labels]

    def loss(packed: Floats) -> tuple[float, Floats]:
        weights, bias = packed[:-kinds].reshape(wide, kinds), packed[-kinds:]
        log_p = log_softmax(np.asarray(matrix @ weights) + bias)
        error = np.exp(log_p) - wanted
        value = -float((wanted * log_p).sum()) + ridge / 2 * float((weights**2).sum())
        slope = np.asarray(matrix.T @ error) + ridge * weights
        return value, np.concatenate([slope.ravel(), error.sum(axis=0)])

    start = np.zeros((wide + 1) * kinds)
    options = {"maxiter": 2000, "gtol": 1e-4, "ftol": 1e-12}
    best = minimize(loss, start, jac=True, method="L-BFGS-B", options=options).x
    # The model is the same for any constant added to all personas; take the one without.
    weights, bias = best[:-kinds].reshape(wide, kinds), best[-kinds:]
    return weights, bias - bias.mean()


def calibrate(evidence: Floats, labels: Ints) -> Calibration:
    """Choose temperature (by log loss) and threshold (by accuracy with abstention; ties to the larger).

    Args:
        evidence: Of messages that the weights were not fitted on, shape (n, 4).
        labels: Places in PERSONAS, shape (n,).
    """
    rows = np.arange(len(labels))
    losses = [-log_softmax(evidence / t)[rows, labels].mean() for t in _TEMPERATURES]
    temperature = float(_TEMPERATURES[int(np.argmin(losses))])
    probability = np.exp(log_softmax(evidence / temperature))
    guess, sure = probability.argmax(axis=1), probability.max(axis=1)
    default = PERSONAS.index(DEFAULT_PERSONA)
    right = [(np.where(sure >= t, guess, default) == labels).mean() for t in _THRESHOLDS]
    best = max(range(len(right)), key=lambda i: (round(right[i], 9), i))
    return Calibration(temperature=temperature, threshold=float(_THRESHOLDS[best]))


def assign_folds(groups: Sequence[str], *, folds: int, seed: int) -> Ints:
    """Return a fold per message; a group never lies in two folds."""
    names = sorted(set(groups))
    order = np.random.default_rng(seed).permutation(len(names))
    fold_of = {names[place]: rank % folds for rank, place in enumerate(order)}
    return np.array([fold_of[group] for group in groups], dtype=np.int64)


def log_softmax(values: Floats) -> Floats:
    """Return log probabilities along the last axis."""
    shifted = values - values.max(axis=-1, keepdims=True)
    logs: Floats = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return logs


def stem_matrix(found: Sequence[frozenset[str]], names: Sequence[str]) -> csr_array:
    """Return rows of unit length over the named stems, shape (n_messages, n_names)."""
    from scipy.sparse import csr_array  # noqa: PLC0415 - as above

    place = {name: column for column, name in enumerate(names)}
    rows, columns, values = [], [], []
    for row, each in enumerate(found):
        known = sorted(place[stem] for stem in each if stem in place)
        rows += [row] * len(known)
        columns += known
        values += [1 / np.sqrt(max(1, len(known)))] * len(known)
    return csr_array((values, (rows, columns)), shape=(len(found), len(names)))


def _four(values: Floats) -> Four:
    first, second, third, fourth = map(float, values)
    return first, second, third, fourth
