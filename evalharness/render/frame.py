"""What every section looks up: the decision, its words, and the names of what is compared."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from evalharness.core.decision import (
    ArmSummary,
    Branch,
    Condition,
    ConditionName,
    Decision,
    Estimate,
    UpgradeDecision,
)
from evalharness.core.experiment import ContextMode, Role
from evalharness.core.provenance import Origin
from evalharness.core.reporting import language_suffix
from evalharness.core.visible import clean
from evalharness.render.material import NOTHING, Material
from evalharness.render.numbers import Number, Numerals, exact
from evalharness.render.phrases import Phrases, scaled
from evalharness.render.resources import Language

MODEL_LENGTH = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A decision in a language."""

    decision: Decision
    material: Material
    say: Phrases
    control: str
    """Short name of the control's model."""
    treatment: str
    control_model: str
    treatment_model: str

    @property
    def numerals(self) -> Numerals:
        """How the language writes numbers."""
        return self.say.numerals

    @property
    def suffix(self) -> str:
        """What file names of this language carry before their .md; nothing in the report's main language."""
        return language_suffix(self.say.code, self.material.settings)

    @property
    def upgrade(self) -> UpgradeDecision:
        """The upgrade decision."""
        return self.decision.upgrade

    @property
    def level(self) -> float:
        """Confidence of the two-sided intervals."""
        return 2 * self.decision.evidence.confidence - 1

    @property
    def threshold(self) -> float:
        """ROI to beat as a share."""
        return self.decision.thresholds.roi

    @property
    def is_google(self) -> bool:
        """Whether nothing needs a "would be"."""
        return self.decision.evidence.origin is Origin.GOOGLE

    def is_stale_on(self, day: dt.date) -> bool:
        """Tell whether some price was read too long before a day for a verdict on it."""
        read = [row.as_of for row in self.decision.rates]
        limit = self.decision.thresholds.max_rate_age_days
        return any((day - as_of).days > limit for as_of in read)

    def arm(self, role: Role, context: ContextMode) -> ArmSummary | None:
        """Return a main arm, None if the experiment has none."""
        return next((a for a in self.decision.arms if a.role is role and a.context is context), None)

    def condition(self, name: ConditionName) -> Condition | None:
        """Return the upgrade's first row of a name."""
        return next((row for row in self.upgrade.verdict.conditions if row.name is name), None)

    def thousand(self, estimate: Estimate) -> Estimate:
        """Return a money estimate per request as one per 1,000 requests."""
        return scaled(estimate, 1000, "usd")

    def monthly(self, estimate: Estimate) -> str | None:
        """Write a money estimate per request as a month's, None without a volume."""
        if self.upgrade.money is None:
            return None
        month = scaled(estimate, self.upgrade.money.requests_per_month, "usd_per_month")
        value = self.say.number(month.value, "usd_per_month")
        if month.low is None and month.high is None:
            return self.say.estimate(month, "usd_per_month")
        interval = self.say.span(month.low, month.high, "usd")
        return self.say("verdict.monthly", value=value, level=self.level, interval=interval)

    def local(self, usd: Number | None) -> str:
        """Write an amount of US dollars in the bill's own currency; empty without a rate."""
        currency = self.material.currency
        if currency is None or usd is None:
            return ""
        return self.numerals.local(exact(usd) * currency.per_usd, currency.code)

    def unstated(self) -> str:
        """Name the assumptions that nobody has stated."""
        names = [row.name for row in self.decision.assumptions.rows if row.used and row.status == "unknown"]
        return self.say.listed([self.field(name) for name in names], most=4, by="comma") if names else ""

    def field(self, name: str) -> str:
        """Name an assumption or a measured input in words."""
        return self.say.name("input", name)

    def model(self, model: str) -> str:
        """Return a model's short name where it is one of the two compared."""
        short = {self.control_model: self.control, self.treatment_model: self.treatment}
        known = clean(model, limit=MODEL_LENGTH)
        return short.get(known, known)

    def arm_name(self, name: str) -> str:
        """Return what an arm is called: the model's short name and its context; a control its own name."""
        found = next((arm for arm in self.decision.arms if arm.name == name), None)
        if found is None or found.role in (Role.AA, Role.DAMAGED):
            return clean(name, limit=MODEL_LENGTH)
        model = self.model(found.model)
        if found.thinking_level is not None:
            model = self.say("arm.thinking", model=model, level=found.thinking_level)
        return self.say(f"arm.{found.context.value}", model=model)


def make_frame(decision: Decision, language: Language, material: Material = NOTHING) -> Frame:
    """Lay a decision out for rendering in a language."""
    control_model = _model_of(decision, decision.upgrade.control_arm)
    treatment_model = _model_of(decision, decision.upgrade.treatment_arm)
    control, treatment = short_names(control_model, treatment_model)
    say = Phrases(language, control=control, treatment=treatment)
    limits = decision.thresholds
    return Frame(
        decision=decision,
        material=material,
        say=say.bind(
            roi_limit=say("word.break_even")
            if decision.upgrade.branch is Branch.NOT_DEARER
            else say("word.roi_known", limit=limits.roi),
            loss_limit=say("word.share", value=limits.quality_loss),
            saving_limit=say("word.share", value=limits.context_token_reduction),
        ),
        control=control,
        treatment=treatment,
        control_model=control_model,
        treatment_model=treatment_model,
    )


def short_names(control_model: str, treatment_model: str) -> tuple[str, str]:
    """Return what directors call the two models: Flash and Pro where that tells them apart, else the ids."""
    names = tuple(_families(model) for model in (control_model, treatment_model))
    if names == ({"flash"}, {"pro"}):
        return "Flash", "Pro"
    return control_model, treatment_model


def _families(model: str) -> set[str]:
    return {"flash", "pro", "lite"} & set(model.lower().split("-"))


def _model_of(decision: Decision, arm: str) -> str:
    found = next((row.model for row in decision.arms if row.name == arm), arm)
    return clean(found, limit=MODEL_LENGTH)
