"""[[arms]] of the experiment file: which model answers with which context."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field, model_validator

from evalharness.core.experiment import Arm, ContextMode, Role
from evalharness.experiment.edge import Misplaced, Strict
from evalharness.experiment.fields import ModelId, Name, ThinkingLevel


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

    def arm(self) -> Arm:
        """Return the arm as the stages know it."""
        return Arm(
            name=self.name,
            model=self.model,
            context=ContextMode(self.context),
            role=Role(self.role),
            cases=self.cases,
            thinking_level=self.thinking_level,
        )


def check_arms(arms: Sequence[ArmTable]) -> None:
    """Check the arms against each other.

    Raises:
        Misplaced: If a name or a place in the 2×2 is taken twice, a role names two models, or the comparison
            lacks an arm.
    """
    names: dict[str, int] = {}
    places: dict[tuple[str, str], int] = {}
    models: dict[str, str] = {}
    for index, arm in enumerate(arms):
        if arm.name in names:
            raise Misplaced(f"duplicate arm {arm.name!r}", "arms", index, "name")
        names[arm.name] = index
        if arm.role not in ("control", "treatment"):
            continue
        if (arm.role, arm.context) in places:
            first = arms[places[arm.role, arm.context]].name
            message = f"{first} and {arm.name} are both {arm.role} with {arm.context} context"
            raise Misplaced(message, "arms", index, "role")
        places[arm.role, arm.context] = index
        if models.setdefault(arm.role, arm.model) != arm.model:
            message = f"the {arm.role} arms name two models, {models[arm.role]} and {arm.model}"
            raise Misplaced(message, "arms", index, "model")
    for role in ("control", "treatment"):
        if (role, "raw") not in places:
            raise Misplaced(f"no arm is {role} with raw context; the comparison needs one", "arms")
