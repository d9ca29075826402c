"""The tables of the experiment file that declare who judges: [[judges]] and [pairwise]."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field, model_validator

from evalharness.core.experiment import JudgeChoice, PairwiseChoice
from evalharness.experiment.edge import Misplaced, Strict
from evalharness.experiment.fields import ModelId, Name, ThinkingLevel


class JudgeTable(Strict):
    """One [[judges]] table: a model that judges answers. The first table is the primary judge."""

    name: Name
    model: ModelId
    family: Name
    client: Literal["google-genai", "openai-compatible"]
    prompts: str
    repeats: Annotated[int, Field(ge=1, le=20)]
    max_output_tokens: Annotated[int, Field(ge=64, le=65536)]
    thinking_level: ThinkingLevel | None = None
    base_url: str | None = None
    key_variable: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")] | None = None

    @model_validator(mode="after")
    def _the_client_can_carry_it(self) -> JudgeTable:
        if self.client == "openai-compatible" and self.thinking_level is not None:
            raise Misplaced("openai-compatible carries no thinking level: leave it out", "thinking_level")
        return self


class PairwiseTable(Strict):
    """[pairwise]: treatment against control, both orders, by every judge."""

    cases: Annotated[int, Field(ge=2)] | Literal["all"] = 40


def check_judges(judges: Sequence[JudgeTable]) -> None:
    """Check the judges against each other.

    Raises:
        Misplaced: If two share a name, or a model but not the way to reach it.
    """
    names: set[str] = set()
    ways: dict[str, tuple[str, str | None, str | None]] = {}
    for index, judge in enumerate(judges):
        if judge.name in names:
            raise Misplaced(f"duplicate judge {judge.name!r}", "judges", index, "name")
        names.add(judge.name)
        way = (judge.client, judge.base_url, judge.key_variable)
        if ways.setdefault(judge.model, way) != way:
            message = f"judges of the model {judge.model} must share client, base_url and key_variable"
            raise Misplaced(message, "judges", index, "model")


def judge_choice(table: JudgeTable) -> JudgeChoice:
    """Return a judge as the stages know it."""
    return JudgeChoice(**table.model_dump())


def pairwise_choice(table: PairwiseTable | None) -> PairwiseChoice | None:
    """Return the direct comparison as the stages know it."""
    if table is None:
        return None
    return PairwiseChoice(cases=None if table.cases == "all" else table.cases)
