"""The experiment: everything authored that can change a number."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from evalharness.core.gate_settings import GateSettings
from evalharness.core.reporting import PLAIN_REPORT, PROGRAMME_ROLLOUT, ReportSettings, Rollout


class Role(StrEnum):
    """What an arm is for in the comparison."""

    CONTROL = "control"
    TREATMENT = "treatment"
    AA = "aa"
    """The control again, with other draws: its difference from the control must centre on zero."""
    DAMAGED = "damaged"
    """The control with half of its context dropped: its loss must be detected."""
    ALTERNATIVE = "alternative"
    """Something else that could be deployed (another model, more thinking): valued beside the upgrade, in no
    verdict."""


class ContextMode(StrEnum):
    """What an arm does to the context before the model sees it."""

    RAW = "raw"
    SENA = "sena"
    DAMAGED = "damaged"


class SenaScope(StrEnum):
    """What a model-based compressor shortens."""

    CONTEXT = "context"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True, kw_only=True)
class SenaSettings:
    """How contexts are compressed in the sena arms."""

    method: str
    budget: float
    """Share of the context's tokens to keep, in (0, 1]; a model is asked in words instead."""
    budget_tokens: int | None = None
    """Tokens of each context to keep, instead of a share."""
    min_tokens: int = 0
    """What is shorter than this is left alone."""
    protect: tuple[str, ...] = ("code",)
    """What is kept even where it exceeds the budget: kinds, and patterns after `re:` (core.sena)."""
    scope: SenaScope = SenaScope.CONTEXT
    """For a model-based method: what it shortens."""
    personas: tuple[str, ...] = ()
    """For a model-based method: compress only for these personas; empty for all."""
    compressor_model: str | None = None
    """For a model-based method: the model that compresses; both arms share its text and pay for it."""
    compressor_max_output_tokens: int = 2048
    compressor_thinking_level: str | None = None
    reuse_turns: int = 1
    """Requests that one compression serves in production; its bill is divided by this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One model with one treatment of the context."""

    name: str
    model: str
    context: ContextMode
    role: Role
    cases: int | None = None
    """Run on this many cases only (an evenly spread, seeded subset); None for all."""
    thinking_level: str | None = None
    """Replaces the gateway's thinking level, in an alternative arm only; None for the gateway's."""
    sena: SenaSettings | None = None
    """Replaces the experiment's compression in this arm, as a sweep does; None for the experiment's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """The limits that verdicts compare with."""

    roi: float = 1.5
    """ROI to beat, as a share: 1.5 is 150 %."""
    quality_loss: float = 0.05
    """Largest tolerable loss by compression, relative to the raw mean."""
    context_token_reduction: float = 0.30
    """Smallest share of context tokens that compression must save, net of its own tokens."""
    tail_share: float = 0.5
    """Share of the score range that the tail guard's pseudo-case loses."""
    confidence: float = 0.95
    """One-sided confidence of every bound."""
    roi_probability: float = 0.95
    """Monte Carlo P(ROI > threshold) that approval needs."""
    min_complete_share: float = 0.95
    """Share of quadruples (a repeat of a case in all main arms) that must be fully scored."""
    bias_allowance: float = 0.1
    """Score points of judge bias that the bound must survive while no human labels correct it."""
    min_labels: int = 20
    """Graded pairs below which people's labels are shown but correct nothing (METHOD §5: 20 to 50)."""
    severe_loss: float = 2.0
    """A drop of this many score points on one case is a severe loss."""
    max_mean_latency_ms: float = 3000.0
    max_error_rate: float = 0.005
    min_satisfaction: float = 0.80
    min_ratings: int = 50
    """Ratings below which a measured satisfaction counts as unmeasured (LUMEN.md)."""
    looks: int = 1
    """Times the data are looked at: each look spends 1/looks of the error (two looks: half each)."""
    max_rate_age_days: int = 30
    """Days after which a price must be read again before anything is decided on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceTargets:
    """What the programme wants of the service; they label what was measured and decide nothing.

    The limits that veto an approval are in `Thresholds`, those that take a release back in `Rollout`.
    """

    mean_latency_ms: float = 1000.0
    """Wanted of the mean, below it."""
    error_rate: float = 0.005
    """Wanted, below it."""
    canary_error_rate: float = 0.01
    """Tolerated in a canary, below it."""


class DroppedCells(StrEnum):
    """What an unscored or failed cell counts as."""

    WORST = "worst"
    """The lowest score of the scale, for the arm that failed."""
    DROP = "drop"
    """The case leaves the contrast."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorerChoice:
    """The primary scorer and its scale, declared before the run."""

    name: str
    scale_low: float = 0.0
    scale_high: float = 5.0
    weights: tuple[tuple[str, float], ...] = ()
    """Pairs (part, weight) where the scorer has parts; empty for equal weights."""
    also: tuple[str, ...] = ()
    """Further deterministic scorers that are shown beside the primary one and decide nothing."""
    judge: bool = False
    """Whether a model judges; False for a deterministic scorer, whose score stands in for help."""

    @property
    def width(self) -> float:
        """Length of the scale in points."""
        return self.scale_high - self.scale_low


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelLimits:
    """How fast one model may be asked."""

    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    """Input tokens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How fast and how far a run may go."""

    concurrency: int = 8
    """Calls in flight at most, over all models; 429s lower it for their model for a while."""
    requests_per_minute: int | None = None
    """For each model on its own; None for no limit."""
    tokens_per_minute: int | None = None
    """Input tokens, for each model on its own; None for no limit."""
    timeout_s: float = 120.0
    """Longest time one try may take."""
    deadline_s: float = 600.0
    """Longest time one call may take with all its tries and waits."""
    max_attempts: int = 4
    """Tries of one call; those refused by a rate limit (429) do not count, only the deadline bounds them."""
    stop_after_failures: int = 5
    """So many calls of one model in a row without an answer stop that model for this session."""
    budget_usd: Decimal | None = None
    """Most that this run may spend, over all its sessions."""
    monthly_usd: Decimal | None = None
    """Most that all runs in one folder may spend in a calendar month (Pacific time, as Google bills)."""
    models: tuple[tuple[str, ModelLimits], ...] = ()
    """Limits of single models, which replace those above."""

    def pace_of(self, model: str) -> ModelLimits:
        """Return the limits per minute that hold for a model."""
        common = ModelLimits(
            requests_per_minute=self.requests_per_minute, tokens_per_minute=self.tokens_per_minute
        )
        return dict(self.models).get(model, common)


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings:
    """The system under evaluation, equal over arms."""

    router: str
    personas: str
    """Folder of persona prompt templates, relative to the experiment file."""
    max_output_tokens: int
    thinking_level: str | None = None
    client: str = "google-genai"
    """Which client reaches the models."""
    send_seed: bool = True
    """Whether requests carry a seed; a client that cannot carry one refuses requests that have it."""
    stream: bool = False
    """Whether answers are streamed, so that the time to the first token is known."""
    tier: str | None = None
    """Google's tier that the key belongs to, paid or unpaid; None if nothing says. The API does not tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waivers:
    """Written permissions to go past a cap; each text is printed in the report."""

    preview_model: str | None = None
    fixed_value: str | None = None
    unpaid_tier: str | None = None
    """Why people's text may go to a tier on which the provider may use it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recordings:
    """What is asked of recordings before anybody relies on them."""

    max_age_days: int = 180
    """Days after which a recording is too old to stand for what the model answers now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """The authored experiment, checked."""

    name: str
    seed: int
    dataset: str
    """Folder or file of cases, relative to the experiment file."""
    arms: tuple[Arm, ...]
    deploy_context: ContextMode
    """The context arm that is to be deployed; the upgrade is judged in it (raw if Sena does not pass)."""
    repeats: int
    gateway: GatewaySettings
    sena: SenaSettings
    scorer: ScorerChoice
    thresholds: Thresholds
    dropped_cells: DroppedCells
    rate_card: str
    assumptions: str
    cassettes: str
    """Folder of recordings, relative to the experiment file."""
    limits: Limits
    waivers: Waivers = Waivers()
    recordings: Recordings = Recordings()
    aliases: tuple[tuple[str, str], ...] = ()
    """Pairs (served model, requested model) that count as the same."""
    strata: str | None = None
    """Case attribute whose values are strata with known shares; None for simple sampling."""
    rate_overrides: str | None = None
    """File of negotiated prices, relative to the experiment file; None for those beside the rate card, if
    any. Verdicts use list prices all the same."""
    finance: str | None = None
    """File of currency, tax, credits and budget, relative to the experiment file; None without one."""
    traffic: str | None = None
    """File of real traffic shares that weight the cases, relative to the experiment file; None for the
    benchmark's own mix."""
    gate: GateSettings = field(default_factory=GateSettings)
    report: ReportSettings = PLAIN_REPORT
    rollout: Rollout = PROGRAMME_ROLLOUT
    targets: ServiceTargets = ServiceTargets()

    def arm(self, name: str) -> Arm:
        """Return the arm of that name.

        Raises:
            KeyError: If there is none.
        """
        return {arm.name: arm for arm in self.arms}[name]

    def main_arm(self, model_role: Role, context: ContextMode) -> Arm | None:
        """Return the control or treatment arm in a context, None if the experiment has none."""
        return next((a for a in self.arms if a.role is model_role and a.context is context), None)
