"""Sobol points: scipy's own, evenly spread, each projection a permutation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import qmc

from evalharness.decide.sobol import MOST_DIMENSIONS, direction_numbers, sobol_indices

BITS = 10


def test_they_are_scipys_points() -> None:
    """The same set, since ours are counted in plain binary and scipy's in Gray code."""
    count = 1 << BITS
    ours = np.stack([sobol_indices(direction_numbers(d, BITS), 0) for d in range(MOST_DIMENSIONS)], axis=1)
    theirs = qmc.Sobol(MOST_DIMENSIONS, scramble=False, bits=BITS).random(count) * count
    assert sorted(map(tuple, ours.tolist())) == sorted(map(tuple, theirs.astype(int).tolist()))


@pytest.mark.parametrize("shift", [0, 1, 1023, 517])
@pytest.mark.parametrize("dimension", range(MOST_DIMENSIONS))
def test_every_projection_takes_every_place_once(dimension: int, shift: int) -> None:
    found = sobol_indices(direction_numbers(dimension, BITS), shift)
    assert sorted(found.tolist()) == list(range(1 << BITS))


def test_there_is_no_further_dimension() -> None:
    with pytest.raises(ValueError, match=f"{MOST_DIMENSIONS} dimensions"):
        direction_numbers(MOST_DIMENSIONS, BITS)
