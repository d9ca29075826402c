"""A run against a blessed baseline: paired by case, judged by the same bounds as every verdict."""

from __future__ import annotations

from evalharness.decide.gate.compare import Comparison, Ground, Worse, compare
from evalharness.decide.gate.identity import case_hashes, scorer_identity
from evalharness.decide.gate.seen import Seen, see
from evalharness.decide.gate.snapshot import take_snapshot

__all__ = [
    "Comparison",
    "Ground",
    "Seen",
    "Worse",
    "case_hashes",
    "compare",
    "scorer_identity",
    "see",
    "take_snapshot",
]
