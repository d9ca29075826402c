"""Baselines and runs with known numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from evalharness.core.experiment import Arm, ContextMode, Experiment, Role
from evalharness.core.gate import ArmFacts, CaseHashes, CellFacts, GateSettings, ScorerIdentity, Snapshot
from evalharness.core.provenance import Delivery, Origin
from evalharness.decide.design import Design
from evalharness.decide.gate import Ground

ARMS = (
    Arm(name="flash-raw", model="flash", context=ContextMode.RAW, role=Role.CONTROL),
    Arm(name="flash-sena", model="flash", context=ContextMode.SENA, role=Role.CONTROL),
    Arm(name="pro-raw", model="pro", context=ContextMode.RAW, role=Role.TREATMENT),
    Arm(name="pro-sena", model="pro", context=ContextMode.SENA, role=Role.TREATMENT),
    Arm(name="flash-again", model="flash", context=ContextMode.RAW, role=Role.AA),
)
GATED = tuple(arm.name for arm in ARMS[:4])
FACTS = "f1 f2 f3 f4 f5"
Column = Sequence[float | None]
Ground_ = Callable[..., Ground]


def case_id(i: int) -> str:
    return f"c{i:04d}"


def cell(arm: str, i: int, score: float | None, **changes: Any) -> CellFacts:
    fields: dict[str, Any] = {
        "arm": arm, "case": case_id(i), "score": score, "n": int(score is not None), "asked": ("q-d0",),
        "answers": ("a",), "found": (FACTS,), "sent": FACTS, "tokens": 1000.0, "usd": Decimal("0.002"),
        "ms": 900.0,
    }  # fmt: skip
    return CellFacts(**(fields | changes))


def snapshot(cells: Sequence[CellFacts], **changes: Any) -> Snapshot:
    names = sorted({each.case for each in cells})
    fields: dict[str, Any] = {
        "origin": Origin.SIMULATED, "deliveries": (Delivery.REPLAYED,), "on": dt.date(2026, 11, 29),
        "priced_on": dt.date(2026, 11, 29), "repeats": 1,
        "scorer": ScorerIdentity(name="key_facts", versions=("key_facts/1",), settings="s"),
        "cases": tuple(CaseHashes(case=name, asked="q", marked="m") for name in names),
        "arms": tuple(
            ArmFacts(
                arm=arm.name, model=arm.model, context=arm.context, role=arm.role, served=(arm.model,),
                cases=len(names), mean=None, dropped=0, tokens=None, usd=None,
            )
            for arm in ARMS
        ),
        "cells": tuple(sorted(cells, key=lambda each: (each.arm, each.case))),
    }  # fmt: skip
    return Snapshot(**(fields | changes))


@pytest.fixture
def ground(experiment: Callable[..., Experiment]) -> Ground_:
    """A baseline and a run from scores by arm; arms left out stand unchanged at 3 points.

    A case whose score differs counts as asked anew, and so do the first `anew` cases of an arm.
    """

    def make(
        before: Mapping[str, Column] | None = None,
        now: Mapping[str, Column] | None = None,
        *,
        n: int = 40,
        anew: int = 0,
        gate: GateSettings | None = None,
        changes: Callable[[CellFacts], CellFacts] = lambda each: each,
        after: Mapping[str, Any] | None = None,
        earlier: Mapping[str, Any] | None = None,
        **settings: Any,
    ) -> Ground:
        old, new = dict(before or {}), dict(now or {})
        size = max([len(column) for column in (*old.values(), *new.values())] or [n])
        first, second = [], []
        for arm in ARMS:
            was = old.get(arm.name, [3.0] * size)
            becomes = new.get(arm.name, was)
            for i, (a, b) in enumerate(zip(was, becomes, strict=True)):
                first.append(cell(arm.name, i, a))
                fresh = a != b or i < anew
                second.append(changes(cell(arm.name, i, b, answers=("b" if fresh else "a",))))
        return Ground(
            before=snapshot(first, **(earlier or {})),
            now=snapshot(second, **(after or {})),
            experiment=experiment(arms=ARMS, gate=gate or GateSettings(), **settings),
            design=Design.simple(size),
            cases=tuple((case_id(i), ("moon", "pen")[i % 2], ("ko", "en")[i // 2 % 2]) for i in range(size)),
            counted={(c.arm, c.case): 0.0 if c.score is None else c.score for c in second},
        )

    return make


@pytest.fixture
def noisy() -> Callable[..., dict[str, list[float]]]:
    """Scores of all arms around 3 points, `shift` lower in some arms, rounded as baselines are."""

    def make(
        rng: np.random.Generator, *, n: int = 100, sd: float = 0.7, shift: Mapping[str, float] | None = None
    ) -> dict[str, list[float]]:
        means = {arm.name: 3.0 - (shift or {}).get(arm.name, 0.0) for arm in ARMS}
        return {
            name: np.round(np.clip(rng.normal(mean, sd, n), 0, 5), 4).tolist() for name, mean in means.items()
        }

    return make


@pytest.fixture
def with_design() -> Callable[..., Ground]:
    def make(found: Ground, design: Design) -> Ground:
        return replace(found, design=design)

    return make
