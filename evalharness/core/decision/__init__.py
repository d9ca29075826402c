"""The decision: every estimate, condition and verdict, as data that can be written, read and rendered.

Verdicts are data, never prose: a code and its values, so that the report can be written in any language.
Three rules hold everywhere:

* ``low`` and ``high`` of an Estimate are one-sided bounds, each at ``confidence``; together they are the
  two-sided interval at 2·confidence − 1 (0.95 each, 90 % together), dual to the one-sided tests.
* None means "not known" or "does not exist" and a reason nearby says why; there is no NaN anywhere.
* "pro" stands for the treatment arm and "flash" for the control; every difference is treatment - control
  (or sena - raw), so positive quality is better and positive cost is dearer.
"""

from __future__ import annotations

from evalharness.core.decision.arms import (
    ArmSummary,
    Contrast,
    ControlCheck,
    TwoByTwo,
)
from evalharness.core.decision.assumed import (
    AssumptionRow,
    AssumptionsView,
    RateRow,
)
from evalharness.core.decision.compression import (
    SenaDecision,
    SenaModel,
)
from evalharness.core.decision.document import (
    FORMAT,
    Decision,
    Evidence,
)
from evalharness.core.decision.estimates import (
    Estimate,
    Quantiles,
    RatioInterval,
    SevereLosses,
)
from evalharness.core.decision.format import (
    SIGNIFICANT_DIGITS,
    from_json,
    to_json,
)
from evalharness.core.decision.judge import (
    JudgeAudit,
    JudgeContrast,
    JudgeRow,
    PairwiseRow,
    ScorerAgreement,
    SelfAgreement,
)
from evalharness.core.decision.labels import (
    Agreement,
    ArmBias,
    LabelAudit,
)
from evalharness.core.decision.ledger import (
    ArmPrice,
    CompressionBill,
    Ledger,
    LedgerDate,
    LedgerRow,
)
from evalharness.core.decision.measures import (
    Measure,
    MeasuredArm,
)
from evalharness.core.decision.money import (
    BreakEven,
    BreakEvenCurve,
    Corner,
    DateRow,
    Flip,
    Money,
    MonteCarlo,
    MonthRow,
    TornadoRow,
)
from evalharness.core.decision.next_step import (
    Advice,
    EvsiRow,
    NextStep,
)
from evalharness.core.decision.operations import (
    ArmOperations,
    Level,
    Operations,
    Timing,
)
from evalharness.core.decision.upgrade import (
    Branch,
    Choice,
    Sensitivity,
    Slice,
    UpgradeDecision,
)
from evalharness.core.decision.verdict import (
    Binding,
    BindingKind,
    Condition,
    ConditionKind,
    ConditionName,
    Reason,
    ReasonCode,
    Ruling,
    Scalar,
    Values,
    Verdict,
)

__all__ = [
    "FORMAT",
    "SIGNIFICANT_DIGITS",
    "Advice",
    "Agreement",
    "ArmBias",
    "ArmOperations",
    "ArmPrice",
    "ArmSummary",
    "AssumptionRow",
    "AssumptionsView",
    "Binding",
    "BindingKind",
    "Branch",
    "BreakEven",
    "BreakEvenCurve",
    "Choice",
    "CompressionBill",
    "Condition",
    "ConditionKind",
    "ConditionName",
    "Contrast",
    "ControlCheck",
    "Corner",
    "DateRow",
    "Decision",
    "Estimate",
    "Evidence",
    "EvsiRow",
    "Flip",
    "JudgeAudit",
    "JudgeContrast",
    "JudgeRow",
    "LabelAudit",
    "Ledger",
    "LedgerDate",
    "LedgerRow",
    "Level",
    "Measure",
    "MeasuredArm",
    "Money",
    "MonteCarlo",
    "MonthRow",
    "NextStep",
    "Operations",
    "PairwiseRow",
    "Quantiles",
    "RateRow",
    "RatioInterval",
    "Reason",
    "ReasonCode",
    "Ruling",
    "Scalar",
    "ScorerAgreement",
    "SelfAgreement",
    "SenaDecision",
    "SenaModel",
    "Sensitivity",
    "SevereLosses",
    "Slice",
    "Timing",
    "TornadoRow",
    "TwoByTwo",
    "UpgradeDecision",
    "Values",
    "Verdict",
    "from_json",
    "to_json",
]
