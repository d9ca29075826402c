"""prompts/experiment.toml → Experiment."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from evalharness.core.experiment import (
    Arm,
    ContextMode,
    DroppedCells,
    Experiment,
    GatewaySettings,
    Limits,
    ModelLimits,
    Recordings,
    Role,
    ScorerChoice,
    Thresholds,
    Waivers,
)
from evalharness.core.judging import RUBRIC
from evalharness.experiment.cost_tables import CostTable, RatesTable
from evalharness.experiment.edge import Misplaced, Strict, read_toml, safe_name
from evalharness.experiment.gate_table import GateTable, check_gated, gate_settings
from evalharness.experiment.judge_tables import (
    JudgeTable,
    PairwiseTable,
    check_judges,
    judge_choice,
    pairwise_choice,
)
from evalharness.experiment.recordings_table import RecordingsTable
from evalharness.experiment.report_tables import ReportTable, RolloutTable
from evalharness.experiment.sena_table import ModelId, SenaTable, Share, ThinkingLevel
from evalharness.experiment.targets_table import TargetsTable

SAFE_NAME = r"^[a-z0-9][a-z0-9._-]*$"
Name = Annotated[str, Field(pattern=SAFE_NAME, max_length=64), AfterValidator(safe_name)]


def _number(value: Any) -> Any:
    # TOML writes 150 and 150.0 as different types; people do not.
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


Number = Annotated[float, BeforeValidator(_number)]
Positive = Annotated[Number, Field(gt=0)]
_DEFAULTS = Thresholds()


class ArmTable(Strict):
    """One [[arms]] table."""

    name: Name
    model: ModelId
    context: Literal["raw", "sena", "damaged"]
    role: Literal["control", "treatment", "aa", "damaged", "alternative"]
    cases: Annotated[int, Field(ge=2)] | None = None
    thinking_level: ThinkingLevel | None = None

    @model_validator(mode="after")
    def _only_alternatives_differ(self) -> ArmTable:
        if self.thinking_level is not None and self.role != "alternative":
            message = (
                "the compared arms share one thinking level, that of [gateway]; another one is for an arm "
                'with role = "alternative"'
            )
            raise Misplaced(message, "thinking_level")
        return self


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


Also = Literal["fidelity", "speech_level", "persona_cues", "key_facts_lemma", "semantic", "chrf"]


class ScorerTable(Strict):
    """[scorer]: the primary scorer, declared before the run."""

    name: Literal["key_facts", "rubric"]
    scale: Annotated[list[Number], Field(min_length=2, max_length=2)] = [0.0, 5.0]
    weights: dict[str, Positive] = {}
    also: list[Also] = []

    @field_validator("also")
    @classmethod
    def _each_once(cls, value: list[str]) -> list[str]:
        twice = next((name for name in value if value.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"{twice} is there twice")
        return value

    @field_validator("scale")
    @classmethod
    def _ascending(cls, value: list[float]) -> list[float]:
        if value[0] >= value[1]:
            raise ValueError(f"the scale must ascend, got {value}")
        return value

    @property
    def judged(self) -> bool:
        """Whether a judge's points are the score, or a part of it."""
        return RUBRIC in (self.weights or {self.name})


class ThresholdsTable(Strict):
    """[thresholds]: the limits that verdicts compare with."""

    roi: Number = _DEFAULTS.roi
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


PerMinute = Annotated[int, Field(ge=1)]
Usd = Annotated[str, Field(pattern=r"^\d+(\.\d+)?$")]


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

    @model_validator(mode="after")
    def _arms_make_sense(self) -> ExperimentFile:
        names: dict[str, int] = {}
        places: dict[tuple[str, str], int] = {}
        models: dict[str, str] = {}
        for index, arm in enumerate(self.arms):
            if arm.name in names:
                raise Misplaced(f"duplicate arm {arm.name!r}", "arms", index, "name")
            names[arm.name] = index
            if arm.role not in ("control", "treatment"):
                continue
            if (arm.role, arm.context) in places:
                first = self.arms[places[arm.role, arm.context]].name
                message = f"{first} and {arm.name} are both {arm.role} with {arm.context} context"
                raise Misplaced(message, "arms", index, "role")
            places[arm.role, arm.context] = index
            if models.setdefault(arm.role, arm.model) != arm.model:
                message = f"the {arm.role} arms name two models, {models[arm.role]} and {arm.model}"
                raise Misplaced(message, "arms", index, "model")
        for role in ("control", "treatment"):
            if (role, "raw") not in places:
                raise Misplaced(f"no arm is {role} with raw context; the comparison needs one", "arms")
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
        arms=tuple(_arm(table) for table in file.arms),
        deploy_context=ContextMode(file.deploy_context),
        repeats=file.repeats,
        gateway=GatewaySettings(**file.gateway.model_dump()),
        sena=file.sena.settings(),
        scorer=ScorerChoice(
            name=file.scorer.name,
            scale_low=file.scorer.scale[0],
            scale_high=file.scorer.scale[1],
            weights=tuple(sorted(file.scorer.weights.items())),
            judge=file.scorer.judged,
            also=tuple(file.scorer.also),
        ),
        thresholds=Thresholds(**file.thresholds.model_dump()),
        dropped_cells=DroppedCells(file.dropped_cells),
        rate_card=file.rate_card,
        assumptions=file.assumptions,
        cassettes=file.cassettes,
        limits=_limits(file.limits),
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


def _limits(table: LimitsTable) -> Limits:
    return Limits(
        **table.model_dump(exclude={"budget_usd", "monthly_usd", "models"}),
        budget_usd=None if table.budget_usd is None else Decimal(table.budget_usd),
        monthly_usd=None if table.monthly_usd is None else Decimal(table.monthly_usd),
        models=tuple(
            (model, ModelLimits(**limits.model_dump())) for model, limits in sorted(table.models.items())
        ),
    )


def _arm(table: ArmTable) -> Arm:
    return Arm(
        name=table.name,
        model=table.model,
        context=ContextMode(table.context),
        role=Role(table.role),
        cases=table.cases,
        thinking_level=table.thinking_level,
    )
