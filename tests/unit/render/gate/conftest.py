"""A report with one of everything."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from evalharness.core.gate import (
    Blessing,
    CheckKind,
    CheckStatus,
    GateCheck,
    GateReport,
    GateStatus,
    LostFact,
    Remark,
    RemarkCode,
    StaleRow,
    WorseCase,
)
from evalharness.core.provenance import Delivery, Origin

CHECKS = (
    GateCheck(kind=CheckKind.SCORED, status=CheckStatus.PASS, after=400.0, unit="count"),
    GateCheck(kind=CheckKind.DROPPED, status=CheckStatus.PASS, after=0.0125, limit=0.02, unit="share"),
    GateCheck(kind=CheckKind.SERVED, status=CheckStatus.PASS),
    GateCheck(kind=CheckKind.COMPARABLE, status=CheckStatus.PASS, n=98),
    GateCheck(
        kind=CheckKind.SCORE, arm="flash-sena", status=CheckStatus.PASS, before=3.2814, after=3.2814,
        change=0.0, bound=0.0, limit=-0.05, p=1.0, n=98, catches=0.2831, catches_from="aa", unit="points",
    ),
    GateCheck(
        kind=CheckKind.SCORE, arm="pro-sena", status=CheckStatus.FAIL, before=3.7893, after=3.5912,
        change=-0.1981, bound=-0.0811, limit=-0.05, p=0.0149, n=98, anew=20, catches=0.2012,
        catches_from="comparison", unit="points",
    ),
    GateCheck(
        kind=CheckKind.CONTEXT, arm="pro-sena", status=CheckStatus.FAIL, before=6.84, after=6.57,
        change=-0.27, bound=-0.13, limit=0.0, p=1e-5, n=98, anew=20, catches=0.2, unit="facts",
        catches_from="comparison",
    ),
    GateCheck(
        kind=CheckKind.SEVERE, arm="pro-sena", status=CheckStatus.INCONCLUSIVE, after=5.0, n=98, anew=20,
        unit="count", remarks=(Remark(code=RemarkCode.NO_NOISE),),
    ),
    GateCheck(
        kind=CheckKind.FLOOR, arm="pro-sena", slice="language ko", status=CheckStatus.PASS, after=3.41,
        bound=3.6, limit=3.0, p=1.0, n=60, unit="points",
    ),
    GateCheck(
        kind=CheckKind.COST, arm="pro-sena", status=CheckStatus.PASS, before=0.0078, after=0.0077,
        change=-0.016, bound=-0.026, limit=0.1, p=1.0, n=98, catches=0.119, catches_from="comparison",
        unit="usd_per_request",
    ),
    GateCheck(
        kind=CheckKind.LATENCY, arm="pro-sena", status=CheckStatus.SKIPPED, unit="ms",
        remarks=(Remark(code=RemarkCode.UNMEASURED, values=(("what", "latency"),)),),
    ),
)  # fmt: skip
WORSE = (
    WorseCase(
        case="moon-ko-02", arm="pro-sena", before=2.8571, after=0.7143, severe=True, blamed=True,
        lost=(
            LostFact(
                id="f1", fact="파트원은 두 명이 퇴사해 다섯 명이 되었다.", unsent=True,
                sentences=(
                    "두 분이 퇴사해서 저 빼고 다섯 명이 남았고, 첫 자리는 출장 때문에 12월 8일로 밀렸어요.",
                ),
            ),
        ),
        unsent=("f1", "f3"), claims=("마감이 11월이라고 한다",),
    ),
    WorseCase(
        case="moon-ko-02", arm="flash-sena", before=2.1429, after=1.4286, severe=False, blamed=False,
        lost=(
            LostFact(
                id="f1", fact="파트원은 두 명이 퇴사해 다섯 명이 되었다.", unsent=True,
                sentences=("작은 방에 다섯 명이면 발표보다 합주에 가까운 인원이에요.",),
            ),
        ),
        unsent=("f1",), claims=(),
    ),
    WorseCase(
        case="pen-en-02", arm="pro-sena", before=5.0, after=4.0, severe=False, blamed=True,
        lost=(LostFact(id="f5", fact="Gurdeep lends the bench rig.", unsent=False, sentences=()),),
        unsent=(), claims=(),
    ),
)  # fmt: skip
STALE = StaleRow(
    arm="pro-sena", purpose="answer", model="gemini-3.1-pro-preview", calls=2,
    cells=("moon-ko-02/pro-sena/0", "pen-en-02/pro-sena/0"), usd_low=Decimal("0.0102"),
    usd_expected=Decimal("0.0225"), usd_high=Decimal("0.0520"),
)  # fmt: skip


@pytest.fixture
def report() -> Callable[..., GateReport]:
    base = GateReport(
        experiment="mentoring", experiment_file="prompts/experiment.toml", run="mentoring-0123456789ab",
        status=GateStatus.FAIL, ok=False, drift=False, origin=Origin.SIMULATED,
        deliveries=(Delivery.REPLAYED,), on=dt.date(2026, 11, 29),
        baseline=Blessing(
            by="김진", reason="first baseline", run="mentoring-ba", identity="i", commit="1a2b3c4d5e6f",
            dirty=True,
        ),
        baseline_on=dt.date(2026, 11, 22), alpha=0.05, checks=CHECKS, worse=WORSE, stale=(),
        remarks=(
            Remark(code=RemarkCode.SIMULATED, values=(("origin", "simulated"),)),
            Remark(code=RemarkCode.ASKED_ANEW, values=(("count", 20), ("cells", 196))),
            Remark(
                code=RemarkCode.CASES_CHANGED,
                values=(("count", 2), ("cases", "a-1, a-2"), ("what", "marking")),
            ),
        ),
    )  # fmt: skip

    def make(**changes: Any) -> GateReport:
        return replace(base, **changes)

    return make
