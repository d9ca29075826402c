"""[limits] of the experiment file: how fast and how far a run may go."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from evalharness.core.experiment import Limits, ModelLimits
from evalharness.experiment.edge import Strict
from evalharness.experiment.fields import ModelId, Positive, Usd

PerMinute = Annotated[int, Field(ge=1)]


class ModelLimitsTable(Strict):
    """[limits.models."<model id>"]: limits per minute of one model, which replace the common ones."""

    requests_per_minute: PerMinute | None = None
    tokens_per_minute: PerMinute | None = None


class LimitsTable(Strict):
    """[limits]: how fast and how far a run may go."""

    concurrency: Annotated[int, Field(ge=1, le=256)] = 8
    requests_per_minute: PerMinute | None = None
    tokens_per_minute: PerMinute | None = None
    timeout_s: Positive = 120.0
    deadline_s: Positive = 600.0
    max_attempts: Annotated[int, Field(ge=1, le=10)] = 4
    stop_after_failures: Annotated[int, Field(ge=1)] = 5
    budget_usd: Usd | None = None
    monthly_usd: Usd | None = None
    models: dict[ModelId, ModelLimitsTable] = {}

    def limits(self) -> Limits:
        """Return the limits as the engine knows them."""
        return Limits(
            **self.model_dump(exclude={"budget_usd", "monthly_usd", "models"}),
            budget_usd=None if self.budget_usd is None else Decimal(self.budget_usd),
            monthly_usd=None if self.monthly_usd is None else Decimal(self.monthly_usd),
            models=tuple(
                (model, ModelLimits(**limits.model_dump())) for model, limits in sorted(self.models.items())
            ),
        )
