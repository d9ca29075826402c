"""[scorer] of the experiment file: what quality is measured by."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from evalharness.core.experiment import ScorerChoice
from evalharness.core.judging import RUBRIC
from evalharness.experiment.edge import Strict
from evalharness.experiment.fields import Number, Positive

Also = Literal["fidelity", "speech_level", "persona_cues", "key_facts_lemma", "semantic", "chrf"]


class ScorerTable(Strict):
    """[scorer]: the primary scorer, declared before the run."""

    name: Literal["key_facts", "rubric"]
    scale: Annotated[list[Number], Field(min_length=2, max_length=2)] = [0.0, 5.0]
    weights: dict[str, Positive] = {}
    also: list[Also] = []

    @field_validator("also")
    @classmethod
    def _each_once(cls, value: list[str]) -> list[str]:
        twice = next((name for name in value if value.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"{twice} is there twice")
        return value

    @field_validator("scale")
    @classmethod
    def _ascending(cls, value: list[float]) -> list[float]:
        if value[0] >= value[1]:
            raise ValueError(f"the scale must ascend, got {value}")
        return value

    @property
    def judged(self) -> bool:
        """Whether a judge's points are the score, or a part of it."""
        return RUBRIC in (self.weights or {self.name})

    def choice(self) -> ScorerChoice:
        """Return the choice as the stages know it."""
        return ScorerChoice(
            name=self.name,
            scale_low=self.scale[0],
            scale_high=self.scale[1],
            weights=tuple(sorted(self.weights.items())),
            judge=self.judged,
            also=tuple(self.also),
        )
