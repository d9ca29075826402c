"""[report] and [rollout] of the experiment file."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from evalharness.core.reporting import ReportLanguage, ReportSettings, Rollout
from evalharness.experiment.edge import Strict

_DEFAULTS = Rollout()
Name = Annotated[str, Field(max_length=60)]
Share = Annotated[float | int, Field(gt=0, le=1)]


class ReportTable(Strict):
    """[report]: the report's languages, the provider's terms, and who answers for what."""

    languages: Annotated[list[ReportLanguage], Field(min_length=1, max_length=2)] = ["en"]
    folder: Annotated[str, Field(min_length=1)] | None = None
    terms: str | None = None
    owner: Name = ""
    preparer: Name = ""
    finance_reviewer: Name = ""
    approver: Name = ""

    @field_validator("languages")
    @classmethod
    def _each_once(cls, value: list[ReportLanguage]) -> list[ReportLanguage]:
        if len(set(value)) < len(value):
            raise ValueError(f"each language once, got {value}")
        return value

    def settings(self) -> ReportSettings:
        """Return the settings as the stages use them."""
        return ReportSettings(
            languages=tuple(self.languages),
            folder=self.folder,
            terms=self.terms,
            owner=self.owner,
            preparer=self.preparer,
            finance_reviewer=self.finance_reviewer,
            approver=self.approver,
        )


class RolloutTable(Strict):
    """[rollout]: the stages of an approved change, and what takes it back."""

    stages: Annotated[list[Share], Field(min_length=1, max_length=6)] = list(_DEFAULTS.stages)
    stage_minutes: Annotated[int, Field(ge=1)] = _DEFAULTS.stage_minutes
    rollback_mean_latency_ms: Annotated[float | int, Field(gt=0)] = _DEFAULTS.rollback_mean_latency_ms
    rollback_error_rate: Annotated[float, Field(gt=0, lt=1)] = _DEFAULTS.rollback_error_rate
    rollback_satisfaction: Share = _DEFAULTS.rollback_satisfaction

    @field_validator("stages")
    @classmethod
    def _ascending_to_all(cls, value: list[float | int]) -> list[float | int]:
        if sorted(set(value)) != value or value[-1] != 1:
            raise ValueError(f"stages must ascend and end at 1, got {value}")
        return value

    def settings(self) -> Rollout:
        """Return the roll-out as the stages use it."""
        return Rollout(
            stages=tuple(float(share) for share in self.stages),
            stage_minutes=self.stage_minutes,
            rollback_mean_latency_ms=float(self.rollback_mean_latency_ms),
            rollback_error_rate=self.rollback_error_rate,
            rollback_satisfaction=float(self.rollback_satisfaction),
        )
