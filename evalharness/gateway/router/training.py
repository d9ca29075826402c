"""Training the two fitted routers, and what they say about messages that they were not fitted on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from evalharness.gateway.router.embedding import LEXICON_SHARE
from evalharness.gateway.router.fitting import (
    Example,
    Floats,
    Ints,
    assign_folds,
    calibrate,
    codes,
    fit_stems,
    fit_vectors,
    log_softmax,
)
from evalharness.gateway.router.lexicon import CUE_WEIGHT, LexiconRouter
from evalharness.gateway.router.weights import LexiconWeights, VectorWeights

FOLDS: Final = 10
SEED: Final = 20261122


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfFold:
    """Evidence for every message from routers that saw none of its group, shape (n, 4)."""

    lexicon: Floats
    embedding: Floats | None
    """None without sentence vectors."""
    folds: Ints


def out_of_fold(
    examples: Sequence[Example], vectors: Floats | None, *, cue_weight: float = CUE_WEIGHT
) -> OutOfFold:
    """Cross-validate both routers with groups kept whole.

    Args:
        examples: All messages.
        vectors: Their sentence vectors, or None to leave the embedding router out.
        cue_weight: 0 leaves the hand-written cues out, for messages that the cues were written with.
    """
    folds = assign_folds([example.group for example in examples], folds=FOLDS, seed=SEED)
    lexicon = np.zeros((len(examples), 4))
    meaning = np.zeros((len(examples), 4))
    for fold in range(FOLDS):
        held, kept = _places(folds == fold), _places(folds != fold)
        seen = [examples[i] for i in kept]
        router = LexiconRouter(fit_stems(seen), cue_weight=cue_weight)
        for i in held:
            lexicon[i] = router.evidence(examples[i].text).values
        if vectors is not None:
            fitted = fit_vectors(vectors[kept], seen)
            meaning[held] = log_softmax(vectors[held] @ np.array(fitted.rows) + np.array(fitted.bias))
    both = None if vectors is None else meaning + LEXICON_SHARE * lexicon
    return OutOfFold(lexicon=lexicon, embedding=both, folds=folds)


def train(examples: Sequence[Example], vectors: Floats) -> tuple[LexiconWeights, VectorWeights]:
    """Fit both routers on all examples and calibrate them on out-of-fold evidence.

    Calibration uses only messages written after the hand-written cues: on the others the cues look too good.
    """
    outside = out_of_fold(examples, vectors)
    judges = _places(np.array([example.after_cues for example in examples]))
    labels = codes([examples[i].persona for i in judges])
    assert outside.embedding is not None  # noqa: S101 - vectors were given
    lexicon = replace(fit_stems(examples), calibration=calibrate(outside.lexicon[judges], labels))
    meaning = replace(
        fit_vectors(vectors, examples), calibration=calibrate(outside.embedding[judges], labels)
    )
    return lexicon, meaning


def _places(mask: npt.NDArray[np.bool_]) -> list[int]:
    return [int(place) for place in np.flatnonzero(mask)]
