"""The fitted numbers of the routers: JSON files beside this module that studies/router_fit.py writes."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

from evalharness.core.case import Persona
from evalharness.core.routing import DEFAULT_PERSONA, PERSONAS, Route

Four = tuple[float, float, float, float]
"""One number per persona, in the order of PERSONAS."""

STEM_UNIT: Final = 100
VECTOR_UNIT: Final = 1000
"""Weights are stored as whole hundredths and thousandths, so that a refit elsewhere gives the same file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How evidence becomes a probability, and below which one the default persona answers."""

    temperature: float
    """Evidence is divided by it; above 1 the raw evidence was too sure."""
    threshold: float
    """The router abstains below this confidence."""

    def probabilities(self, evidence: Sequence[float]) -> tuple[float, ...]:
        """Return the calibrated probability of each persona."""
        highest = max(evidence)
        shares = [math.exp((value - highest) / self.temperature) for value in evidence]
        return tuple(share / sum(shares) for share in shares)

    def decide(self, evidence: Sequence[float], reasons: Sequence[str]) -> Route:
        """Return the likeliest persona, or the default one if that is not likely enough.

        Args:
            evidence: One number per persona; differences matter, larger is likelier.
            reasons: What speaks for each persona.
        """
        probabilities = self.probabilities(evidence)
        best = probabilities.index(max(probabilities))
        persona, confidence = PERSONAS[best], round(probabilities[best], 4)
        if confidence >= self.threshold:
            return Route(persona=persona, reason=reasons[best], confidence=confidence)
        reason = f"unsure ({persona} at best, {confidence:.2f}); default"
        return Route(persona=DEFAULT_PERSONA, reason=reason, confidence=confidence, abstained=True)


NO_WORDS: Final = Route(
    persona=DEFAULT_PERSONA, reason="no words to go by; default", confidence=0.0, abstained=True
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LexiconWeights:
    """Evidence of stems."""

    stems: Mapping[str, Four]
    bias: Four
    calibration: Calibration

    def to_json(self) -> dict[str, Any]:
        """Return what is stored."""
        stems = {stem: [round(value * STEM_UNIT) for value in four] for stem, four in self.stems.items()}
        return {"bias": _whole(self.bias), **_calibration(self.calibration), "stems": stems}


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorWeights:
    """Evidence of a message's vector, one row for each of its 512 numbers."""

    rows: tuple[Four, ...]
    bias: Four
    calibration: Calibration

    def to_json(self) -> dict[str, Any]:
        """Return what is stored."""
        rows = [[round(value * VECTOR_UNIT) for value in four] for four in self.rows]
        return {"bias": _whole(self.bias), **_calibration(self.calibration), "rows": rows}


def load_lexicon() -> LexiconWeights:
    """Return the shipped lexicon weights."""
    stored = _stored("lexicon.json")
    return LexiconWeights(
        stems={stem: _four(values, STEM_UNIT) for stem, values in stored["stems"].items()},
        bias=_four(stored["bias"], VECTOR_UNIT),
        calibration=_read_calibration(stored),
    )


def load_vectors() -> VectorWeights:
    """Return the shipped weights of the sentence vectors."""
    stored = _stored("embedding.json")
    return VectorWeights(
        rows=tuple(_four(row, VECTOR_UNIT) for row in stored["rows"]),
        bias=_four(stored["bias"], VECTOR_UNIT),
        calibration=_read_calibration(stored),
    )


def speaks_for(reasons: Mapping[Persona, Sequence[str]]) -> tuple[str, ...]:
    """Return one short reason per persona, in the order of PERSONAS."""
    return tuple(", ".join(reasons[persona]) or "its overall wording" for persona in PERSONAS)


def _stored(name: str) -> dict[str, Any]:
    stored: dict[str, Any] = json.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))
    return stored


def _whole(four: Four) -> list[int]:
    return [round(value * VECTOR_UNIT) for value in four]


def _four(values: Sequence[int], unit: int) -> Four:
    first, second, third, fourth = (value / unit for value in values)
    return first, second, third, fourth


def _calibration(calibration: Calibration) -> dict[str, float]:
    return {"temperature": calibration.temperature, "threshold": calibration.threshold}


def _read_calibration(stored: Mapping[str, Any]) -> Calibration:
    return Calibration(temperature=stored["temperature"], threshold=stored["threshold"])
