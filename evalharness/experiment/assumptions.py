"""prompts/assumptions.toml → Assumptions."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from evalharness.core.assumption_fields import Channel, spec_of
from evalharness.core.assumptions import Assumption, Assumptions, Dist, MeasuredShare, Status, TrafficShare
from evalharness.core.errors import BadInput
from evalharness.experiment.edge import Strict, read_text, read_toml
from evalharness.experiment.fields import Number
from evalharness.experiment.toml_lines import line_of

Finite = Annotated[Number, Field(allow_inf_nan=False)]


class FieldTable(Strict):
    """One [fields.NAME] table."""

    status: Literal["known", "range", "unknown"]
    dist: Literal["fixed", "triangular", "pert", "lognormal90", "normal", "beta"] | None = None
    low: Finite | None = None
    mid: Finite | None = None
    high: Finite | None = None
    mean: Finite | None = None
    sd: Finite | None = None
    alpha: Finite | None = None
    beta: Finite | None = None
    unit: str
    source: str = ""
    as_of: dt.date | None = None
    owner: str = ""


class CorrelationTable(Strict):
    """One [[correlations]] table."""

    between: Annotated[list[str], Field(min_length=2, max_length=2)]
    value: Annotated[Finite, Field(gt=-1, lt=1)]


class TrafficTable(Strict):
    """One [[traffic]] table: a share of real requests."""

    persona: str
    language: Literal["ko", "en"]
    share: Annotated[Finite, Field(ge=0, le=1)]


class SatisfactionTable(Strict):
    """[satisfaction]: what users said of answers by the treatment."""

    share: Annotated[Finite, Field(ge=0, le=1)]
    ratings: Annotated[int, Field(ge=1)]
    source: Annotated[str, Field(min_length=1)]
    as_of: dt.date | None = None


class AssumptionsFile(Strict):
    """The authored assumptions."""

    preset: Annotated[str, Field(min_length=1)]
    channel: Literal["sessions", "retention", "mentoring"]
    example: bool
    signed_by: str = ""
    currency: Literal["USD"] = "USD"
    horizon_months: Annotated[int, Field(ge=1, le=60)] = 12
    fields: dict[str, FieldTable]
    correlations: list[CorrelationTable] = Field(default_factory=list)
    traffic: list[TrafficTable] = Field(default_factory=list)
    satisfaction: SatisfactionTable | None = None


def load_assumptions(path: Path) -> Assumptions:
    """Read an assumption file.

    Raises:
        BadInput: With file and line: bad TOML, an unknown or missing key (the nearest valid one is named), a
            number without a source, low above mid, a unit other than the field's.
    """
    file = read_toml(path, AssumptionsFile)
    text = read_text(path)
    fields = tuple(_assumption(name, table, path, text) for name, table in file.fields.items())
    try:
        return Assumptions(
            preset=file.preset,
            channel=Channel(file.channel),
            fields=fields,
            horizon_months=file.horizon_months,
            correlations=tuple((row.between[0], row.between[1], row.value) for row in file.correlations),
            traffic=tuple(
                TrafficShare(persona=row.persona, language=row.language, share=row.share)
                for row in file.traffic
            ),
            satisfaction=_satisfaction(file.satisfaction),
            example=file.example,
            signed_by=file.signed_by,
            currency=file.currency,
        )
    except BadInput as error:
        raise BadInput(error.message, file=path, line=_line_of_whole(text, error.message)) from None


def _assumption(name: str, table: FieldTable, path: Path, text: str) -> Assumption:
    try:
        expected = spec_of(name).unit
        if table.unit != expected:
            raise BadInput(f"{name}: unit is {expected!r}, not {table.unit!r}")
        return Assumption(
            name=name, status=Status(table.status), dist=Dist(table.dist) if table.dist else None,
            low=table.low, mid=table.mid, high=table.high, mean=table.mean, sd=table.sd, alpha=table.alpha,
            beta=table.beta, unit=table.unit, source=table.source, as_of=table.as_of, owner=table.owner,
        )  # fmt: skip
    except BadInput as error:
        raise BadInput(error.message, file=path, line=line_of(text, ("fields", name))) from None


def _satisfaction(table: SatisfactionTable | None) -> MeasuredShare | None:
    if table is None:
        return None
    return MeasuredShare(share=table.share, ratings=table.ratings, source=table.source, as_of=table.as_of)


def _line_of_whole(text: str, message: str) -> int | None:
    """Return the line of the part that a message about the whole file speaks of."""
    keys = {
        "correlation": "correlations",
        "traffic": "traffic",
        "channel": "channel",
        "example": "example",
        "horizon": "horizon_months",
    }
    key = next((key for word, key in keys.items() if message.startswith(word)), "fields")
    return line_of(text, (key,))
