"""[gate] of the experiment file → GateSettings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from evalharness.core.case import Case
from evalharness.core.errors import BadInput
from evalharness.core.gate_settings import CaseChange, Floor, GateSettings, Policy
from evalharness.experiment.edge import Misplaced, Strict, read_text
from evalharness.experiment.fields import Number
from evalharness.experiment.toml_lines import line_of

Rise = Annotated[Number, Field(ge=0, le=10)] | Literal["any"]
_DEFAULTS = GateSettings()


class FloorsTable(Strict):
    """[gate.floors]: mean scores, in points, that no gated arm may fall below."""

    persona: dict[Literal["moon", "square", "earth", "pen"], Number] = {}
    language: dict[Literal["ko", "en"], Number] = {}


class GateTable(Strict):
    """[gate]: what `evalharness check` tolerates. A rise of "any" is not looked at."""

    arms: list[str] = []
    alpha: Annotated[float, Field(gt=0, lt=0.5)] = _DEFAULTS.alpha
    tolerance: Annotated[Number, Field(ge=0)] = _DEFAULTS.tolerance
    margin: Annotated[Number, Field(gt=0)] = _DEFAULTS.margin
    cost_per_request: Rise = _DEFAULTS.cost_per_request or "any"
    tokens: Rise = _DEFAULTS.tokens or "any"
    latency: Rise = _DEFAULTS.latency or "any"
    max_dropped: Annotated[Number, Field(ge=0, lt=1)] = _DEFAULTS.max_dropped
    inconclusive: Literal["warn", "fail"] = "warn"
    changed_cases: Literal["intersect", "rebless"] = "intersect"
    smoke: list[str] = []
    floors: FloorsTable = FloorsTable()

    @model_validator(mode="after")
    def _margin_is_wider(self) -> GateTable:
        if self.margin < self.tolerance:
            message = f"the margin ({self.margin:g}) must not be below the tolerance ({self.tolerance:g})"
            raise Misplaced(message, "margin")
        return self

    @model_validator(mode="after")
    def _smoke_names_cases_once(self) -> GateTable:
        for index, case_id in enumerate(self.smoke):
            if case_id in self.smoke[:index]:
                raise Misplaced(f"case {case_id!r} is named twice", "smoke", index)
        return self


def check_gated(table: GateTable, arms: Sequence[str]) -> None:
    """Refuse a gated arm that is not there.

    Raises:
        Misplaced: Naming the arms.
    """
    for index, name in enumerate(table.arms):
        if name not in arms:
            raise Misplaced(f"no arm is called {name!r}; arms: {', '.join(arms)}", "gate", "arms", index)


def gate_settings(table: GateTable) -> GateSettings:
    """Return the settings that a table declares."""
    named: list[tuple[str, str, float]] = [
        *(("persona", value, points) for value, points in sorted(table.floors.persona.items())),
        *(("language", value, points) for value, points in sorted(table.floors.language.items())),
    ]
    return GateSettings(
        arms=tuple(table.arms),
        alpha=table.alpha,
        tolerance=table.tolerance,
        margin=table.margin,
        floors=tuple(
            Floor(dimension=dimension, value=value, points=points) for dimension, value, points in named
        ),
        cost_per_request=_rise(table.cost_per_request),
        tokens=_rise(table.tokens),
        latency=_rise(table.latency),
        max_dropped=table.max_dropped,
        inconclusive=Policy(table.inconclusive),
        changed_cases=CaseChange(table.changed_cases),
        smoke=tuple(table.smoke),
    )


def _rise(value: float | Literal["any"]) -> float | None:
    return None if value == "any" else float(value)


def smoke_cases(settings: GateSettings, cases: Iterable[Case], file: Path) -> tuple[Case, ...]:
    """Return the declared smoke subset, sorted by id.

    Args:
        settings: Name its cases.
        cases: The dataset.
        file: The experiment file, for errors.

    Raises:
        BadInput: If none is declared, or one is not there.
    """
    if not settings.smoke:
        raise BadInput("no smoke subset is declared: name its cases as smoke in [gate]", file=file)
    known = {case.id: case for case in cases}
    for index, case_id in enumerate(settings.smoke):
        if case_id not in known:
            line = line_of(read_text(file), ("gate", "smoke", index))
            raise BadInput(f"smoke names case {case_id!r}, which is not there", file=file, line=line)
    return tuple(known[case_id] for case_id in sorted(settings.smoke))
