"""[targets]: what the programme wants of the service."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from evalharness.core.experiment import ServiceTargets
from evalharness.experiment.edge import Misplaced, Strict

_DEFAULTS = ServiceTargets()
Milliseconds = Annotated[int | float, Field(gt=0)]
Rate = Annotated[int | float, Field(ge=0, le=1)]


class TargetsTable(Strict):
    """[targets]: labels of what was measured; the limits that veto an approval are [thresholds]."""

    mean_latency_ms: Milliseconds = _DEFAULTS.mean_latency_ms
    rollback_latency_ms: Milliseconds = _DEFAULTS.rollback_latency_ms
    error_rate: Rate = _DEFAULTS.error_rate
    canary_error_rate: Rate = _DEFAULTS.canary_error_rate
    rollback_error_rate: Rate = _DEFAULTS.rollback_error_rate

    @model_validator(mode="after")
    def _ascend(self) -> TargetsTable:
        for lower, upper in (
            ("mean_latency_ms", "rollback_latency_ms"),
            ("error_rate", "canary_error_rate"),
            ("canary_error_rate", "rollback_error_rate"),
        ):
            if getattr(self, lower) > getattr(self, upper):
                raise Misplaced(f"{lower} must not be above {upper}", lower)
        return self

    def targets(self) -> ServiceTargets:
        """Return the targets as the stages know them."""
        return ServiceTargets(**{name: float(value) for name, value in self.model_dump().items()})
