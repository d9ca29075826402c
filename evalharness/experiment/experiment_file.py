"""prompts/experiment.toml → Experiment."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from evalharness.core.experiment import (
    ContextMode,
    DroppedCells,
    Experiment,
    GatewaySettings,
    Recordings,
    Thresholds,
    Waivers,
)
from evalharness.experiment.arm_tables import ArmTable, check_arms
from evalharness.experiment.cost_tables import CostTable, RatesTable
from evalharness.experiment.edge import Misplaced, Strict, read_toml
from evalharness.experiment.fields import Name, Number, Positive, Return, Share, ThinkingLevel
from evalharness.experiment.gate_table import GateTable, check_gated, gate_settings
from evalharness.experiment.judge_tables import (
    JudgeTable,
    PairwiseTable,
    check_judges,
    judge_choice,
    pairwise_choice,
)
from evalharness.experiment.limits_table import LimitsTable
from evalharness.experiment.recordings_table import RecordingsTable
from evalharness.experiment.report_tables import ReportTable, RolloutTable
from evalharness.experiment.scorer_table import ScorerTable
from evalharness.experiment.sena_table import SenaTable
from evalharness.experiment.targets_table import TargetsTable

_DEFAULTS = Thresholds()


class GatewayTable(Strict):
    """[gateway]: the system under evaluation, equal over arms."""

    router: Literal["keywords", "lexicon", "embedding"]
    personas: str
    max_output_tokens: Annotated[int, Field(ge=1, le=65536)]
    thinking_level: ThinkingLevel | None = None
    client: Literal["google-genai", "google-generativeai", "openai-compatible"] = "google-genai"
    send_seed: bool = True
    stream: bool = False
    tier: Literal["paid", "unpaid"] | None = None

    @model_validator(mode="after")
    def _the_client_can_carry_it(self) -> GatewayTable:
        if self.client == "google-generativeai" and (self.send_seed or self.thinking_level is not None):
            message = (
                "google-generativeai carries neither seed nor thinking level: set send_seed = false, no level"
            )
            raise Misplaced(message, "client")
        if self.client == "openai-compatible" and self.thinking_level is not None:
            raise Misplaced("openai-compatible carries no thinking level: leave it out", "thinking_level")
        if self.stream and self.client != "google-genai":
            raise Misplaced("only google-genai streams", "stream")
        return self


class ThresholdsTable(Strict):
    """[thresholds]: the limits that verdicts compare with."""

    roi: Return = _DEFAULTS.roi
    quality_loss: Share = _DEFAULTS.quality_loss
    context_token_reduction: Share = _DEFAULTS.context_token_reduction
    tail_share: Annotated[Number, Field(ge=0, le=1)] = _DEFAULTS.tail_share
    confidence: Annotated[float, Field(gt=0.5, lt=1)] = _DEFAULTS.confidence
    roi_probability: Annotated[float, Field(gt=0.5, lt=1)] = _DEFAULTS.roi_probability
    min_complete_share: Share = _DEFAULTS.min_complete_share
    bias_allowance: Annotated[Number, Field(ge=0)] = _DEFAULTS.bias_allowance
    min_labels: Annotated[int, Field(ge=3)] = _DEFAULTS.min_labels
    severe_loss: Positive = _DEFAULTS.severe_loss
    min_ratings: Annotated[int, Field(ge=1)] = _DEFAULTS.min_ratings
    looks: Annotated[int, Field(ge=1)] = _DEFAULTS.looks
    max_rate_age_days: Annotated[int, Field(ge=0)] = _DEFAULTS.max_rate_age_days
    max_mean_latency_ms: Positive = _DEFAULTS.max_mean_latency_ms
    max_error_rate: Annotated[float, Field(ge=0, lt=1)] = _DEFAULTS.max_error_rate
    min_satisfaction: Share = _DEFAULTS.min_satisfaction


class WaiversTable(Strict):
    """[waivers]: written permissions, printed in the report."""

    preview_model: Annotated[str, Field(min_length=20)] | None = None
    fixed_value: Annotated[str, Field(min_length=20)] | None = None
    unpaid_tier: Annotated[str, Field(min_length=20)] | None = None


class ExperimentFile(Strict):
    """The authored experiment: everything that can change a number."""

    name: Name
    seed: Annotated[int, Field(ge=0)]
    dataset: str
    deploy_context: Literal["raw", "sena"]
    repeats: Annotated[int, Field(ge=1, le=20)] = 1
    dropped_cells: Literal["worst", "drop"] = "worst"
    strata: Literal["persona", "language", "category"] | None = None
    traffic: str | None = None
    rate_card: str
    assumptions: str
    cassettes: str
    arms: Annotated[list[ArmTable], Field(min_length=2)]
    gateway: GatewayTable
    sena: SenaTable
    scorer: ScorerTable
    thresholds: ThresholdsTable = ThresholdsTable()
    limits: LimitsTable = LimitsTable()
    waivers: WaiversTable = WaiversTable()
    gate: GateTable = GateTable()
    report: ReportTable = ReportTable()
    rollout: RolloutTable = RolloutTable()
    recordings: RecordingsTable = RecordingsTable()
    rates: RatesTable = RatesTable()
    cost: CostTable = CostTable()
    targets: TargetsTable = TargetsTable()
    aliases: dict[str, str] = {}
    allow_alias: bool = False
    judges: list[JudgeTable] = []
    pairwise: PairwiseTable | None = None

    @model_validator(mode="after")
    def _the_arms_make_sense(self) -> ExperimentFile:
        check_arms(self.arms)
        return self

    @model_validator(mode="after")
    def _the_judges_make_sense(self) -> ExperimentFile:
        check_judges(self.judges)
        if self.judges:
            return self
        if self.scorer.judged:
            raise Misplaced("the rubric needs a judge: add a [[judges]] table", "scorer", "name")
        if self.pairwise is not None:
            raise Misplaced("[pairwise] needs a judge: add a [[judges]] table", "pairwise")
        return self

    @model_validator(mode="after")
    def _no_silent_alias(self) -> ExperimentFile:
        if self.allow_alias:
            return self
        why = "names no fixed model; set allow_alias = true at the top of the file if that is meant"
        models = {
            **{("arms", index): arm.model for index, arm in enumerate(self.arms)},
            **{("judges", index): judge.model for index, judge in enumerate(self.judges)},
        }
        for place, model in models.items():
            if model.endswith("-latest"):
                raise Misplaced(f"{model!r} {why}", *place, "model")
        for alias in self.aliases:
            raise Misplaced(f"an alias {why}", "aliases", alias)
        return self

    @model_validator(mode="after")
    def _gate_names_arms(self) -> ExperimentFile:
        check_gated(self.gate, [arm.name for arm in self.arms])
        return self


def load_experiment(path: Path) -> Experiment:
    """Read and check an experiment file.

    Raises:
        BadInput: Naming file, line and the nearest valid name.
    """
    return _experiment(read_toml(path, ExperimentFile))


def experiment_schema() -> dict[str, Any]:
    """Return the JSON Schema of the experiment file, for editors."""
    schema = ExperimentFile.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _experiment(file: ExperimentFile) -> Experiment:
    return Experiment(
        name=file.name,
        seed=file.seed,
        dataset=file.dataset,
        arms=tuple(table.arm() for table in file.arms),
        deploy_context=ContextMode(file.deploy_context),
        repeats=file.repeats,
        gateway=GatewaySettings(**file.gateway.model_dump()),
        sena=file.sena.settings(),
        scorer=file.scorer.choice(),
        thresholds=Thresholds(**file.thresholds.model_dump()),
        dropped_cells=DroppedCells(file.dropped_cells),
        rate_card=file.rate_card,
        assumptions=file.assumptions,
        cassettes=file.cassettes,
        limits=file.limits.limits(),
        waivers=Waivers(**file.waivers.model_dump()),
        recordings=Recordings(**file.recordings.model_dump()),
        aliases=tuple(sorted(file.aliases.items())),
        strata=file.strata,
        traffic=file.traffic,
        gate=gate_settings(file.gate),
        report=file.report.settings(),
        rollout=file.rollout.settings(),
        judges=tuple(judge_choice(table) for table in file.judges),
        pairwise=pairwise_choice(file.pairwise),
        rate_overrides=file.rates.overrides,
        finance=file.cost.finance,
        targets=file.targets.targets(),
    )
