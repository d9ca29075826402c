"""The experiment file's [sena] table."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from evalharness.core.experiment import SenaScope, SenaSettings
from evalharness.core.sena import check_protection
from evalharness.experiment.edge import Misplaced, Strict
from evalharness.experiment.fields import ModelId, Share, ThinkingLevel

Protection = Annotated[
    str,
    AfterValidator(check_protection),
    # For editors; the check itself says more about what is wrong.
    Field(json_schema_extra={"pattern": "^(code|number|quote|re:.+)$"}),
]


class SenaTable(Strict):
    """[sena]: how the sena arms compress."""

    method: Literal["none", "truncate", "random", "extractive", "hybrid", "llm", "deployed"]
    budget: Share = 1.0
    budget_tokens: Annotated[int, Field(ge=1)] | None = None
    min_tokens: Annotated[int, Field(ge=0)] = 0
    protect: list[Protection] = ["code"]
    scope: Literal["context", "message"] = "context"
    personas: list[Literal["moon", "square", "earth", "pen"]] = []
    compressor_model: ModelId | None = None
    compressor_max_output_tokens: Annotated[int, Field(ge=1, le=65536)] = 2048
    compressor_thinking_level: ThinkingLevel | None = None
    reuse_turns: Annotated[int, Field(ge=1)] = 1

    @model_validator(mode="after")
    def _fits_the_method(self) -> SenaTable:
        if self.method in ("llm", "deployed") and self.compressor_model is None:
            raise Misplaced(f"method {self.method!r} needs compressor_model", "method")
        if self.method == "deployed" and (self.scope, self.personas) != ("message", ["pen"]):
            message = (
                'the deployed Sena has scope = "message" and personas = ["pen"]; else use method = "llm"'
            )
            raise Misplaced(message, "method")
        if self.budget_tokens is not None and "budget" in self.model_fields_set:
            raise Misplaced("sena has budget and budget_tokens; keep one", "budget_tokens")
        for key in ("budget", "budget_tokens", "protect"):
            if self.method in ("llm", "deployed") and key in self.model_fields_set:
                message = f"method {self.method!r} cannot be held to {key}: a model writes its own text"
                raise Misplaced(message, key)
        return self

    def settings(self) -> SenaSettings:
        """Return what the table says as a plain type."""
        return SenaSettings(
            **self.model_dump(exclude={"scope", "personas", "protect"}),
            scope=SenaScope(self.scope),
            personas=tuple(self.personas),
            protect=tuple(self.protect),
        )
