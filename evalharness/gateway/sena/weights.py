"""What each sign of a unit is worth: written by studies/sena_fit.py, not by hand."""

from __future__ import annotations

from collections.abc import Mapping

WEIGHTS: Mapping[str, float] = {
    "address": -0.18,
    "change": 0.37,
    "decision": 0.26,
    "figure": 0.78,
    "limit": 0.28,
    "log_tokens": 0.7,
    "name": 0.02,
    "negation": 0.1,
    "number_word": 0.62,
    "opens_place": 0.54,
    "position": 1.06,
    "pronoun_start": -0.22,
    "question": -0.59,
    "quotation": 0.1,
    "relevance": 0.2,
    "report": 0.3,
    "taken_up": 0.55,
    "time": 0.3,
    "wish": 0.3,
}
"""Change of the log odds that a unit is needed, for each unit of a feature; see `features` and `cues`.

Fitted on half of the shipped cases; what they keep on the other half stands in docs/sena.md. A feature
without a weight taught nothing and counts nothing.
"""
