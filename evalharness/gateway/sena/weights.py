"""What each sign of a unit is worth: written by studies/sena_fit.py, not by hand."""

from __future__ import annotations

from collections.abc import Mapping

WEIGHTS: Mapping[str, float] = {
    "address": -0.24,
    "change": 0.27,
    "decision": 0.36,
    "depth": -0.9,
    "figure": 0.95,
    "in_notes": 0.58,
    "in_profile": -1.51,
    "limit": 0.26,
    "log_tokens": 0.82,
    "number_word": 0.52,
    "position": 2.23,
    "position_squared": -1.06,
    "pronoun_start": -0.19,
    "question": -0.78,
    "relevance": 0.2,
    "report": 0.31,
    "taken_up": 0.57,
    "time": 0.24,
}
"""Change of the log odds that a unit is needed, for each unit of a feature; see `features` and `cues`.

A feature without a weight taught nothing and counts nothing.
"""

FITTED_ON = "5fc9b1529e172fa84859c8ab59524f5972d24d4fd1bd524e1faa5e2c1f9b2666"
"""SHA-256 of the dataset whose cases gave the weights: what they keep there flatters them."""

OUT_OF_FOLD: Mapping[float, float] = {
    0.5: 0.853,
    0.6: 0.917,
    0.65: 0.947,
    0.67: 0.954,
    0.68: 0.956,
    0.69: 0.957,
    0.7: 0.957,
    0.75: 0.968,
}
"""Share of its key facts kept at a budget by weights fitted without the case and its translation."""
