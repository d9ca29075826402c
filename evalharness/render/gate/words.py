"""The gate's codes and numbers as English."""

from __future__ import annotations

from typing import Final

from evalharness.core.gate import (
    CheckKind,
    CheckStatus,
    GateCheck,
    GateReport,
    GateStatus,
    Remark,
    RemarkCode,
)
from evalharness.core.visible import clean
from evalharness.render.gate.figures import figures

KINDS: Final = {
    CheckKind.SCORED: "cells scored",
    CheckKind.DROPPED: "cells dropped",
    CheckKind.SERVED: "served model",
    CheckKind.COMPARABLE: "comparable",
    CheckKind.SCORE: "mean score",
    CheckKind.CONTEXT: "facts sent",
    CheckKind.SEVERE: "severe drops",
    CheckKind.FLOOR: "floor",
    CheckKind.COST: "cost / 1,000",
    CheckKind.TOKENS: "tokens",
    CheckKind.LATENCY: "latency, ms",
}

STATUSES: Final = {
    CheckStatus.PASS: "pass",
    CheckStatus.FAIL: "FAIL",
    CheckStatus.INCONCLUSIVE: "inconclusive",
    CheckStatus.SKIPPED: "skipped",
}

OUTCOMES: Final = {
    GateStatus.PASS: "PASS",
    GateStatus.FAIL: "FAIL",
    GateStatus.STALE: "STALE",
    GateStatus.INCONCLUSIVE: "INCONCLUSIVE",
}

REMARKS: Final = {
    RemarkCode.SIMULATED: "Answers are {origin}: they say nothing about Gemini.",
    RemarkCode.NO_SCORES: "No gated cell was scored.",
    RemarkCode.SERVED_OTHER: "Another model answered: {seen}.",
    RemarkCode.SERVED_CHANGED: "{arm} is now answered by {after}, before by {before}.",
    RemarkCode.ORIGIN: "Answers are {after}, the baseline's {before}: bless a run of the same origin.",
    RemarkCode.DELIVERY: "Answers are {after}, the baseline's were {before}.",
    RemarkCode.DRIFT: (
        "Provider drift: the requests of {since}, asked again on {on}; a change is the provider's, or noise."
    ),
    RemarkCode.SCORER_CHANGED: "Scored by {after}, the baseline by {before}: not compared; bless again.",
    RemarkCode.CASES_CHANGED: "{count} cases changed since the blessing ({what}), not compared: {cases}.",
    RemarkCode.CASES_NEW: "{count} cases are new, not compared: {cases}.",
    RemarkCode.CASES_GONE: "{count} blessed cases were not run: {cases}.",
    RemarkCode.NO_COMMON_CASES: "No case is the same as when it was blessed: bless again.",
    RemarkCode.ARM_UNKNOWN: "The baseline has no arm {arm}: bless again, or leave it out of [gate] arms.",
    RemarkCode.ARM_CHANGED: "{arm} is {after}, blessed as {before}.",
    RemarkCode.REPEATS: "{after} repeats a cell, {before} in the baseline.",
    RemarkCode.SMOKE: "Smoke subset: {cases} of {all} cases.",
    RemarkCode.ASKED_ANEW: "{count} of {cells} cells were asked or answered anew since the blessing.",
    RemarkCode.CONTROL_FAILED: "Control {arm} failed in this run: read its scores with care.",
    RemarkCode.PRICES_MOVED: "Prices moved since the blessing; cost is compared at those of {before}.",
    RemarkCode.RATE_CARD: "The rate card was edited since the blessing: cost compares two cards.",
    RemarkCode.NOT_LIVE: "Latency is not compared: replayed answers keep the time of their recording.",
    RemarkCode.UNMEASURED: "The baseline has no {what}.",
    RemarkCode.NO_NOISE: "No A/A arm tells how often single answers drop by chance.",
    RemarkCode.FEW_CASES: "{n} cases are too few for a bound.",
    RemarkCode.STATE_CHANGED: "What models are asked changed since this run: {change}.",
    RemarkCode.NOT_SCORED_YET: "The run ended before anything was scored.",
    RemarkCode.TEXTS_MISSING: (
        "The baseline's answers of {count} worse cells are neither beside it nor recorded: their lost "
        "sentences cannot be shown."
    ),
}

_WHAT = {"question": "their question", "marking": "their marking", "both": "question and marking"}


def remark(item: Remark) -> str:
    """Say a remark as a sentence."""
    values = {name: clean(str(value), limit=240) for name, value in item.values}
    if "what" in values:
        values["what"] = _WHAT.get(values["what"], values["what"])
    return REMARKS[item.code].format(**values)


def headline(report: GateReport) -> str:
    """Say the outcome in one line."""
    what = "DRIFT CHECK" if report.drift else "GATE"
    simulated = " on SIMULATED answers" if report.origin == "simulated" else ""
    return f"{what} {OUTCOMES[report.status]}{simulated}: {report.experiment}, run {report.run}"


def refused(report: GateReport) -> bool:
    """Tell whether inconclusive checks are what makes the gate red."""
    return report.status is GateStatus.INCONCLUSIVE and not report.ok


def blessed(report: GateReport) -> str:
    """Say what the run was held against."""
    by = report.baseline
    commit = f" at {by.commit[:9]}{' (dirty)' if by.dirty else ''}" if by.commit else ""
    return (
        f"against the run of {report.baseline_on.isoformat()}{commit}, blessed by {clean(by.by, limit=60)}: "
        f"{clean(by.reason, limit=160)}"
    )


def name(check: GateCheck) -> str:
    """Name a check with its arm and slice."""
    return " ".join(part for part in (KINDS[check.kind], check.arm, check.slice) if part)


def level(value: float | None, check: GateCheck) -> str:
    """Write a level in the unit of its check."""
    if value is None:
        return ""
    if check.unit == "usd_per_request":
        return figures().per_thousand(value)
    if check.unit in ("points", "facts"):
        return figures().fixed(value, 2)
    if check.unit == "share":
        return figures().share(value)
    return figures().fixed(value, 1 if check.unit == "count" else 0, strip=True)


def levels(check: GateCheck) -> str:
    """Write before → after."""
    after = level(check.after, check)
    return f"{level(check.before, check)} → {after}" if check.before is not None else after


def change(value: float | None, check: GateCheck) -> str:
    """Write a change, a bound or a limit of a check."""
    if value is None:
        return ""
    if check.kind in (CheckKind.COST, CheckKind.TOKENS, CheckKind.LATENCY):
        return f"{figures().fixed(value * 100, 1, signed=True)} %"
    if check.kind is CheckKind.DROPPED:
        return figures().share(value)
    return figures().fixed(value, 2, signed=check.kind is not CheckKind.FLOOR)


def catches(check: GateCheck) -> str:
    """Write the smallest regression that would be caught; a star where the A/A arm tells it."""
    if check.catches is None:
        return ""
    if check.kind in (CheckKind.COST, CheckKind.TOKENS, CheckKind.LATENCY):
        return f"{figures().fixed(check.catches * 100, 1)} %"
    return figures().fixed(check.catches, 2) + ("*" if check.catches_from == "aa" else "")


def sentence(check: GateCheck) -> str:
    """Say a check in one line, for formats without a table."""
    parts = [levels(check)]
    if check.change is not None:
        parts.append(f"change {change(check.change, check)}")
    if check.bound is not None:
        parts.append(f"bound {change(check.bound, check)}")
    if check.limit is not None:
        parts.append(f"limit {change(check.limit, check)}")
    if check.p is not None:
        parts.append(f"p {figures().p_value(check.p)} (Holm)")
    said = ", ".join(part for part in parts if part)
    return " ".join([f"{name(check)}: {said or STATUSES[check.status]}.", *map(remark, check.remarks)])
