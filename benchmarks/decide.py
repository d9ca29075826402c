"""The whole decision, after imports: the shipped size, and 100,000 imported cases."""

from __future__ import annotations

import datetime as dt
import gc
import resource
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np

from benchmarks.table import Row
from evalharness.core.experiment import Experiment
from evalharness.core.provenance import Delivery, Origin
from evalharness.core.study import CaseFacts, Charge, Outcome, Study
from evalharness.core.usage import Usage

EXPERIMENT = Path("prompts/experiment.toml")
ON = dt.date(2026, 11, 23)
RUNS = 5


def measure_decide() -> list[Row]:
    """Measure deciding 100 cases × 4 arms with 50,000 Monte Carlo draws, and 100,000 imported cases."""
    from evalharness.app.project import Project
    from evalharness.decide import decide

    project = Project(EXPERIMENT, limit=None)
    shipped = _study(project.experiment, 100, imported=False)
    imported = _study(project.experiment, 100_000, imported=True)

    def run(study: Study) -> Callable[[], object]:
        return lambda: decide(study, project.card, project.assumptions)

    return [
        _measure("decide, 100 cases × 4 arms", run(shipped), RUNS),
        _measure("decide, 100,000 imported cases × 2 arms", run(imported), 3),
    ]


def _measure(name: str, action: Callable[[], object], runs: int) -> Row:
    action()
    wall, cpu = [], []
    for _ in range(runs):
        gc.collect()
        started, used = time.perf_counter(), time.process_time()
        action()
        wall.append(time.perf_counter() - started)
        cpu.append(time.process_time() - used)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Row(name=name, wall_s=tuple(wall), cpu_s=tuple(cpu), peak_mib=peak)


def _study(experiment: Experiment, cases: int, *, imported: bool) -> Study:
    """Return a study of made-up scores: what is measured does not depend on which."""
    rng = np.random.default_rng(1)
    names = [f"case-{k:06d}" for k in range(cases)]
    kept = tuple(arm for arm in experiment.arms if arm.role.value in ("control", "treatment"))
    arms = tuple(arm for arm in kept if arm.context.value == "raw") if imported else kept
    outcomes = []
    for arm in arms:
        gain = 0.5 if arm.role.value == "treatment" else 0.0
        scores = np.clip(rng.normal(3.0 + gain, 0.6, cases), 0, 5).tolist()
        price = Decimal("0.004") if gain else Decimal("0.001")
        usage = Usage(input_tokens=900, output_tokens=400)
        charges = () if imported else (Charge(purpose="answer", model=arm.model, usage=usage),)
        outcomes += [
            Outcome(
                case_id=name, arm=arm.name, repeat=0, quality=score, charges=charges,
                imported_cost_usd=price if imported else None, context_tokens_net=600.0,
                context_tokens_gross=600.0, latency_ms=1000.0,
            )
            for name, score in zip(names, scores, strict=True)
        ]  # fmt: skip
    personas = ("moon", "square", "earth", "pen")
    return Study(
        experiment=replace(experiment, arms=arms),
        cases=tuple(
            CaseFacts(case_id=name, persona=personas[k % 4], language=("ko", "en")[k % 2], category="-")
            for k, name in enumerate(names)
        ),
        outcomes=tuple(outcomes), spends=(), origin=Origin.IMPORTED if imported else Origin.SIMULATED,
        deliveries=frozenset({Delivery.REPLAYED}), on=ON, pilot=False,
    )  # fmt: skip
