"""The mapping of an imported table: which column is what, and the experiment that its rows belong to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from evalharness.core.experiment import (
    ContextMode,
    DroppedCells,
    Experiment,
    GatewaySettings,
    Limits,
    ScorerChoice,
    SenaSettings,
    Thresholds,
    Waivers,
)
from evalharness.core.imported import IMPORTED
from evalharness.experiment.arm_tables import ArmTable, check_arms
from evalharness.experiment.edge import Misplaced, Strict, read_toml
from evalharness.experiment.experiment_file import ThresholdsTable, WaiversTable
from evalharness.experiment.fields import Name, Number
from evalharness.experiment.gate_table import GateTable, check_gated, gate_settings

_PRICED = ("input_tokens", "output_tokens")


class ImportColumns(Strict):
    """[columns]: what a cell may have = name of the column in the table."""

    case_id: str
    arm: str
    repeat: str | None = None
    output: str | None = None
    score: str | None = None
    error: str | None = None
    cost_usd: str | None = None
    tokens: str | None = None
    input_tokens: str | None = None
    cached_tokens: str | None = None
    output_tokens: str | None = None
    thinking_tokens: str | None = None
    latency_ms: str | None = None
    category: str | None = None
    cluster: str | None = None
    persona: str | None = None
    language: str | None = None


class ImportedArmTable(ArmTable):
    """One [[arms]] table; `label` is what the table's arm column says, the name if left out."""

    label: str | None = None


class ImportFile(Strict):
    """A mapping as authored."""

    name: Name
    on: dt.date
    """Day on which the answers were made: the decision's date."""
    assumptions: str
    rate_card: str | None = None
    dataset: str | None = None
    format: Literal["csv", "jsonl", "parquet"] | None = None
    seed: Annotated[int, Field(ge=0)] = 1
    deploy_context: Literal["raw", "sena"] = "raw"
    dropped_cells: Literal["worst", "drop"] = "worst"
    strata: Literal["persona", "language", "category"] | None = None
    scale: Annotated[list[Number], Field(min_length=2, max_length=2)] = [0.0, 5.0]
    judge: bool = False
    """Whether a model or a person gave the scores, as against a rule."""
    columns: ImportColumns
    arms: Annotated[list[ImportedArmTable], Field(min_length=2)]
    thresholds: ThresholdsTable = ThresholdsTable()
    waivers: WaiversTable = WaiversTable()
    gate: GateTable = GateTable()

    @model_validator(mode="after")
    def _can_be_decided(self) -> ImportFile:
        if self.scale[0] >= self.scale[1]:
            raise Misplaced(f"the scale must ascend, got {self.scale}", "scale")
        if self.columns.score is None and (self.columns.output is None or self.dataset is None):
            message = "nothing gives quality: map score, or output together with a dataset to score it by"
            raise Misplaced(message, "columns")
        tokens = [getattr(self.columns, name) is not None for name in _PRICED]
        if any(tokens) != all(tokens):
            raise Misplaced("input_tokens and output_tokens are priced together: map both", "columns")
        if self.columns.cost_usd is None and not (all(tokens) and self.rate_card):
            message = "nothing gives cost: map cost_usd, or input_tokens and output_tokens with a rate_card"
            raise Misplaced(message, "columns")
        self._check_arms()
        check_gated(self.gate, [arm.name for arm in self.arms])
        return self

    def _check_arms(self) -> None:
        labels: set[str] = set()
        for index, arm in enumerate(self.arms):
            label = arm.label or arm.name
            if label in labels:
                raise Misplaced(f"duplicate arm {label!r}", "arms", index)
            labels.add(label)
        check_arms(self.arms)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportMapping:
    """A checked mapping."""

    path: Path
    experiment: Experiment
    on: dt.date
    kind: str | None
    """csv, jsonl or parquet; None to go by the table's suffix."""
    columns: Mapping[str, str]
    """Field of a cell → column."""
    arms: Mapping[str, str]
    """What the arm column says → arm."""
    has_cases: bool
    """Whether a dataset is named, so that outputs can be scored."""
    has_prices: bool


def load_import_mapping(path: Path) -> ImportMapping:
    """Read and check the mapping of an import.

    Raises:
        BadInput: Naming file, line and the nearest valid name.
    """
    file = read_toml(path, ImportFile)
    columns = {name: column for name, column in file.columns.model_dump().items() if column is not None}
    return ImportMapping(
        path=path, experiment=_experiment(file), on=file.on, kind=file.format, columns=columns,
        arms={arm.label or arm.name: arm.name for arm in file.arms},
        has_cases=file.dataset is not None, has_prices=file.rate_card is not None,
    )  # fmt: skip


def _experiment(file: ImportFile) -> Experiment:
    scored = file.columns.score is not None
    return Experiment(
        name=file.name, seed=file.seed, dataset=file.dataset or "",
        arms=tuple(arm.arm() for arm in file.arms),
        deploy_context=ContextMode(file.deploy_context), repeats=1,
        # No gateway of ours made these answers: nothing below is ever asked for.
        gateway=GatewaySettings(router=IMPORTED, personas="", max_output_tokens=1),
        sena=SenaSettings(method=IMPORTED, budget=1.0),
        scorer=ScorerChoice(
            name=IMPORTED if scored else "key_facts", scale_low=file.scale[0], scale_high=file.scale[1],
            judge=scored and file.judge,
        ),
        thresholds=Thresholds(**file.thresholds.model_dump()), dropped_cells=DroppedCells(file.dropped_cells),
        rate_card=file.rate_card or "", assumptions=file.assumptions, cassettes="", limits=Limits(),
        waivers=Waivers(**file.waivers.model_dump()), strata=file.strata, gate=gate_settings(file.gate),
    )  # fmt: skip
