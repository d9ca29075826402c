"""What more evidence would bring."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class EvsiRow:
    """What n more prompts would be worth, USD over the horizon."""

    more_prompts: int
    value: float
    cost: float
    net: float


class Advice(StrEnum):
    """What to do next."""

    RUN_MORE = "run_more_prompts"
    MEASURE_VALUE = "measure_value"
    CALIBRATE_JUDGE = "calibrate_judge"
    STATE_ASSUMPTION = "state_assumption"
    MEND_EVIDENCE = "mend_evidence"
    MEET_GUARDRAIL = "meet_guardrail"
    DECIDE = "decide"
    """More information is not worth its cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """What more evidence would bring."""

    advice: Advice
    field: str | None
    """The assumption to state or measure, or the guardrail to meet."""
    mde_points: float
    """Quality difference that this n would detect with 80 % power (2.486 SE), points."""
    mde_net: float | None
    """The same for monthly B - (1 + r)C, USD."""
    roi_detectable: float | None
    """Smallest true ROI that would be approved in 80 % of such studies; None if C <= 0."""
    power: tuple[tuple[float, float], ...]
    """Pairs (true ROI, chance that LCB(B - (1 + r)C) > 0)."""
    cases_for_power: int | None
    """Cases in total with which every statistical condition of an approval would hold with 80 % power if what
    was measured is the truth; None if no number of cases would do."""
    evsi: tuple[EvsiRow, ...]
    best_more_prompts: int
    """Rows of evsi maximised over n; 0 if no number is worth its cost, or the cost is unknown."""
    cost_per_prompt: float | None
    """USD that this study spent per case (if nothing was spent: all arms at production cost)."""
    value_of_knowing_v: float | None
    """Expected value over the horizon of learning V exactly, USD."""
