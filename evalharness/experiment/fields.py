"""Kinds of value that the tables of authored files share."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from evalharness.experiment.edge import safe_name


def _number(value: Any) -> Any:
    # TOML writes 150 and 150.0 as different types; people do not.
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$", max_length=64), AfterValidator(safe_name)]
ModelId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]*$", max_length=64)]
ThinkingLevel = Literal["minimal", "low", "medium", "high"]
Number = Annotated[float, BeforeValidator(_number)]
Positive = Annotated[Number, Field(gt=0)]
Share = Annotated[float, Field(gt=0, le=1)]
