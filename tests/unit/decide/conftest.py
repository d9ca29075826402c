"""Studies with known numbers: factories that every test of the decision uses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from evalharness.core.assumption_fields import SPECS, Channel
from evalharness.core.assumptions import Assumption, Assumptions, Dist, MeasuredShare, Status
from evalharness.core.experiment import (
    Arm,
    ContextMode,
    DroppedCells,
    Experiment,
    GatewaySettings,
    Limits,
    Role,
    ScorerChoice,
    SenaSettings,
    Thresholds,
    Waivers,
)
from evalharness.core.pricing import Rate, RateCard
from evalharness.core.provenance import Delivery, Origin
from evalharness.core.study import CaseFacts, Charge, Outcome, Study
from evalharness.core.usage import Usage

ON = dt.date(2026, 12, 1)
FLASH, PRO = "flash", "pro"
ARMS = (
    Arm(name="flash-raw", model=FLASH, context=ContextMode.RAW, role=Role.CONTROL),
    Arm(name="flash-sena", model=FLASH, context=ContextMode.SENA, role=Role.CONTROL),
    Arm(name="pro-raw", model=PRO, context=ContextMode.RAW, role=Role.TREATMENT),
    Arm(name="pro-sena", model=PRO, context=ContextMode.SENA, role=Role.TREATMENT),
)
VALUES = {
    "requests_per_month": 6000.0,
    "requests_per_session": 4.0,
    "sessions_per_user": 3.0,
    "satisfaction_per_quality": 0.5,
    "realisation": 0.5,
    "baseline_satisfaction": 0.75,
    "latency_penalty": 0.0,
    "value_per_satisfied_session": 4.0,
    "churn_unsatisfied": 0.2,
    "churn_satisfied": 0.05,
    "baseline_churn": 0.1,
    "revenue_per_user": 10.0,
    "margin": 0.6,
    "cost_human_session": 20.0,
    "ops_delta_per_month": 0.0,
    "one_off_cost": 0.0,
    "discount_rate": 0.1,
}


@pytest.fixture
def fixed() -> Callable[..., Assumption]:
    def make(name: str, value: float) -> Assumption:
        return Assumption(name=name, status=Status.KNOWN, dist=Dist.FIXED, mid=value, source="test")

    return make


@pytest.fixture
def assume(fixed: Callable[..., Assumption]) -> Callable[..., Assumptions]:
    """Assumptions at VALUES, all fixed, changed by keyword: a number, or an Assumption; options apart."""

    def make(
        *, channel: Channel = Channel.SESSIONS, options: dict[str, Any] | None = None, **changes: Any
    ) -> Assumptions:
        fields = []
        for spec in SPECS:
            value = changes.get(spec.name, VALUES[spec.name])
            fields.append(value if isinstance(value, Assumption) else fixed(spec.name, float(value)))
        settings: dict[str, Any] = {
            "satisfaction": MeasuredShare(share=0.9, ratings=100, source="test"),
            "preset": "test",
            **(options or {}),
        }
        return Assumptions(channel=channel, fields=tuple(fields), **settings)

    return make


@pytest.fixture
def card() -> RateCard:
    """Flash 1/4 and pro 2/12 USD per million tokens, for ever; read the day before."""
    return make_card(make_rate(FLASH, "1", "4"), make_rate(PRO, "2", "12"))


def make_rate(
    model: str,
    price_in: str,
    price_out: str,
    *,
    start: dt.date = dt.date(2026, 1, 1),
    end: dt.date | None = None,
) -> Rate:
    return Rate(
        model=model,
        valid_from=start,
        valid_to=end,
        input_usd_per_mtok=Decimal(price_in),
        output_usd_per_mtok=Decimal(price_out),
        cached_usd_per_mtok=Decimal(price_in) / 10,
        source="test",
        as_of=ON - dt.timedelta(days=1),
    )


def make_card(*rates: Rate, **options: Any) -> RateCard:
    return RateCard(name="test", rates=rates, **options)


@pytest.fixture
def rate() -> Callable[..., Rate]:
    return make_rate


@pytest.fixture
def cards() -> Callable[..., RateCard]:
    return make_card


@pytest.fixture
def experiment() -> Callable[..., Experiment]:
    def make(**changes: Any) -> Experiment:
        settings: dict[str, Any] = {
            "name": "test",
            "seed": 7,
            "dataset": "none",
            "arms": ARMS,
            "deploy_context": ContextMode.RAW,
            "repeats": 1,
            "gateway": GatewaySettings(router="keywords", personas="none", max_output_tokens=100),
            "sena": SenaSettings(method="extractive", budget=0.65),
            "scorer": ScorerChoice(name="key_facts"),
            "thresholds": Thresholds(bias_allowance=0.0),
            "dropped_cells": DroppedCells.WORST,
            "rate_card": "none",
            "assumptions": "none",
            "limits": Limits(),
            "cassettes": "none",
            **changes,
        }
        settings.setdefault("waivers", Waivers(fixed_value="the tests know the value exactly"))
        return Experiment(**settings)

    return make


Scores = dict[str, Sequence[float | None]]


@pytest.fixture
def study(experiment: Callable[..., Experiment]) -> Callable[..., Study]:
    """A study from scores by arm: {"flash-raw": [3.0, None, ...], ...}; a None is a failed cell."""

    def make(
        scores: Scores,
        *,
        tokens: dict[str, tuple[int, int]] | None = None,
        options: dict[str, Any] | None = None,
        facts: Callable[[int], dict[str, Any]] | None = None,
        latency_ms: dict[str, float] | None = None,
        **changes: Any,
    ) -> Study:
        n = max(len(column) for column in scores.values())
        exp = experiment(**changes)
        cases = tuple(
            CaseFacts(
                case_id=f"c{i:06d}",
                **{
                    "persona": ("moon", "pen")[i % 2],
                    "language": ("ko", "en")[i // 2 % 2],
                    "category": ("a", "b", "c")[i % 3],
                    **(facts(i) if facts else {}),
                },
            )
            for i in range(n)
        )
        outcomes = []
        for arm in exp.arms:
            for i, quality in enumerate(scores.get(arm.name, ())):
                used = (tokens or {}).get(arm.name) or (600 if arm.context is ContextMode.SENA else 1000, 300)
                outcomes.append(
                    Outcome(
                        case_id=cases[i].case_id,
                        arm=arm.name,
                        repeat=0,
                        quality=quality,
                        cause=None if quality is not None else "timeout",
                        failed=quality is None,
                        charges=(
                            Charge(
                                purpose="answer",
                                model=arm.model,
                                usage=Usage(input_tokens=used[0], output_tokens=used[1]),
                            ),
                        )
                        if quality is not None
                        else (),
                        context_tokens_net=None if quality is None else used[0] * 0.9 + i % 7,
                        context_tokens_gross=None if quality is None else used[0] * 0.9,
                        latency_ms=None if quality is None else (latency_ms or {}).get(arm.name, 900.0),
                    )
                )
        settings: dict[str, Any] = {
            "spends": (),
            "origin": Origin.GOOGLE,
            "deliveries": frozenset({Delivery.REPLAYED}),
            "on": ON,
            "pilot": False,
            **(options or {}),
        }
        return Study(experiment=exp, cases=cases, outcomes=tuple(outcomes), **settings)

    return make


@pytest.fixture
def scores() -> Callable[..., Scores]:
    """Random scores: flash around 3, pro around 3 + gain, sena arms losing `loss` on average."""

    def make(n: int = 100, *, gain: float = 1.0, sd: float = 0.5, loss: float = 0.0, seed: int = 1) -> Scores:
        rng = np.random.default_rng(seed)
        base = rng.normal(3.0, 0.4, n)
        made: Scores = {}
        for model, lift in (("flash", 0.0), ("pro", gain)):
            raw = base + lift + rng.normal(0, sd / 2**0.5, n)
            made[f"{model}-raw"] = list(np.clip(raw, 0, 5))
            made[f"{model}-sena"] = list(np.clip(raw - loss + rng.normal(0, 0.05, n), 0, 5))
        return made

    return make


@pytest.fixture
def with_outcomes() -> Callable[..., Study]:
    def make(study: Study, outcomes: Sequence[Outcome]) -> Study:
        return replace(study, outcomes=tuple(outcomes))

    return make
