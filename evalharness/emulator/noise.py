"""Random draws that depend on nothing but a key and a label.

Each draw hashes its own label, so that adding or removing one draw changes no other.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import TypeVar

_T = TypeVar("_T")
_NORMAL = NormalDist()
_SCALE = 2.0**53


@dataclass(frozen=True, slots=True)
class Draws:
    """A source of draws keyed by a digest."""

    key: str

    def uniform(self, *label: object) -> float:
        """Return a draw from the open interval (0, 1)."""
        data = "\x1f".join((self.key, *map(str, label))).encode()
        number = int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "big") >> 11
        return (number + 0.5) / _SCALE

    def choice(self, options: Sequence[_T], *label: object) -> _T:
        """Return one of the options, all equally likely."""
        return options[int(self.uniform(*label) * len(options))]

    def log_normal(self, median: float, sigma: float, *label: object) -> float:
        """Return a log-normal draw with this median; sigma is the deviation of the logarithm.

        The tail is cut at 2.5 sigma, so that no single simulated call dominates a small study.
        """
        z = min(2.5, max(-2.5, _NORMAL.inv_cdf(self.uniform(*label))))
        return median * math.exp(sigma * z)
