"""Sobol points: what a quadrature over many assumptions is evenly spread by.

scipy.stats has them, and a test holds these to it; importing it takes longer than a whole decision.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from evalharness.decide.cells import IntArray

_POLYNOMIALS: Final = (
    (1, 0, (1,)), (2, 1, (1, 3)), (3, 1, (1, 3, 1)), (3, 2, (1, 1, 1)), (4, 1, (1, 1, 3, 3)),
    (4, 4, (1, 3, 5, 13)), (5, 2, (1, 1, 5, 5, 17)), (5, 4, (1, 1, 5, 5, 5)), (5, 7, (1, 1, 7, 11, 19)),
    (5, 11, (1, 1, 5, 1, 1)), (5, 13, (1, 1, 1, 3, 11)), (5, 14, (1, 3, 5, 5, 31)),
    (6, 1, (1, 3, 3, 9, 7, 49)), (6, 13, (1, 1, 1, 15, 21, 21)), (6, 16, (1, 3, 1, 13, 27, 49)),
    (6, 19, (1, 1, 1, 15, 7, 5)), (6, 22, (1, 3, 1, 15, 13, 25)), (6, 25, (1, 1, 5, 5, 19, 61)),
    (7, 1, (1, 3, 7, 11, 23, 15, 103)), (7, 4, (1, 3, 7, 13, 13, 15, 69)),
)  # fmt: skip
"""(degree, inner coefficients as bits, first direction numbers) of dimensions 2 to 21: Joe and Kuo (2008),
Constructing Sobol sequences with better two-dimensional projections, SIAM J. Sci. Comput. 30."""
MOST_DIMENSIONS: Final = len(_POLYNOMIALS) + 1


def direction_numbers(dimension: int, bits: int) -> tuple[int, ...]:
    """Return a dimension's direction numbers, highest bit first, as integers of so many bits.

    Raises:
        ValueError: If there is no such dimension (0 to MOST_DIMENSIONS - 1).
    """
    if not 0 <= dimension < MOST_DIMENSIONS:
        raise ValueError(f"Sobol points have {MOST_DIMENSIONS} dimensions here, not {dimension + 1}")
    if dimension == 0:
        return tuple(1 << (bits - k) for k in range(1, bits + 1))
    degree, inner, first = _POLYNOMIALS[dimension - 1]
    numbers = [m << (bits - k) if k <= bits else m >> (k - bits) for k, m in enumerate(first, start=1)]
    for k in range(degree, bits):
        new = numbers[k - degree] ^ (numbers[k - degree] >> degree)
        for place in range(1, degree):
            if inner >> (degree - 1 - place) & 1:
                new ^= numbers[k - place]
        numbers.append(new)
    return tuple(numbers[:bits])


def sobol_indices(directions: tuple[int, ...], shift: int) -> IntArray:
    """Return one dimension of all 2^bits points as integers: each of 0 to 2^bits - 1 once.

    A point lies at (index + 1/2)/2^bits.

    Args:
        directions: Of the dimension (direction_numbers).
        shift: Digital shift: bits that are turned over in every point.
    """
    count = np.arange(1 << len(directions), dtype=np.int64)
    found: IntArray = np.full_like(count, shift)
    for place, direction in enumerate(directions):
        found ^= np.where(count >> place & 1, direction, 0)
    return found
