"""Kinds of value that the tables of authored files share."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from evalharness.experiment.edge import safe_name

_LARGEST_RETURN = 20.0
"""As a share; whoever writes 150 means per cent."""


def _number(value: Any) -> Any:
    # TOML writes 150 and 150.0 as different types; people do not.
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _return(value: float) -> float:
    if value >= _LARGEST_RETURN:
        raise ValueError(f"{value:g} is a return of {value:,.0%}; a share is meant: 1.5 is 150 %")
    if value < 0:
        raise ValueError(f"{value:g} would approve what loses money; 0 asks that nothing is lost")
    return value


def _money(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise ValueError(f'money is written in quotes, so that it stays exact: "{value:.2f}"')
    return value


Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$", max_length=64), AfterValidator(safe_name)]
ModelId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]*$", max_length=64)]
ThinkingLevel = Literal["minimal", "low", "medium", "high"]
Number = Annotated[float, BeforeValidator(_number)]
Return = Annotated[Number, AfterValidator(_return)]
Usd = Annotated[str, Field(pattern=r"^\d+(\.\d+)?$"), BeforeValidator(_money)]
Positive = Annotated[Number, Field(gt=0)]
Share = Annotated[float, Field(gt=0, le=1)]
