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
    """[targets]: labels of what was measured.

    The limits that veto an approval are [thresholds], those that take a release back [rollout].
    """

    mean_latency_ms: Milliseconds = _DEFAULTS.mean_latency_ms
    error_rate: Rate = _DEFAULTS.error_rate
    canary_error_rate: Rate = _DEFAULTS.canary_error_rate

    @model_validator(mode="after")
    def _ascend(self) -> TargetsTable:
        if self.error_rate > self.canary_error_rate:
            raise Misplaced("error_rate must not be above canary_error_rate", "error_rate")
        return self

    def targets(self) -> ServiceTargets:
        """Return the targets as the stages know them."""
        return ServiceTargets(**{name: float(value) for name, value in self.model_dump().items()})
