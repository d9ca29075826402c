"""The regression gate: its settings, the blessed baseline that it compares with, and what it reports.

Differences are run − baseline; a positive difference of scores is better, of money, tokens and time dearer.
"""

from __future__ import annotations

from evalharness.core.gate.baseline import (
    BASELINE_FORMAT,
    ArmFacts,
    Baseline,
    Blessing,
    CaseHashes,
    CellFacts,
    FormerBlessing,
    Hashes,
    ScorerIdentity,
    Snapshot,
)
from evalharness.core.gate.report import (
    REPORT_FORMAT,
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
from evalharness.core.gate_settings import CaseChange, Floor, GateSettings, Policy

__all__ = [
    "BASELINE_FORMAT",
    "REPORT_FORMAT",
    "ArmFacts",
    "Baseline",
    "Blessing",
    "CaseChange",
    "CaseHashes",
    "CellFacts",
    "CheckKind",
    "CheckStatus",
    "Floor",
    "FormerBlessing",
    "GateCheck",
    "GateReport",
    "GateSettings",
    "GateStatus",
    "Hashes",
    "LostFact",
    "Policy",
    "Remark",
    "RemarkCode",
    "ScorerIdentity",
    "Snapshot",
    "StaleRow",
    "WorseCase",
]
