"""What of a baseline and a run can be compared, and what must be said about the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evalharness.core.experiment import Experiment
from evalharness.core.gate import (
    ArmFacts,
    CaseChange,
    CaseHashes,
    CheckKind,
    CheckStatus,
    GateCheck,
    Remark,
    RemarkCode,
    Snapshot,
)
from evalharness.core.gate.report import Scalar
from evalharness.decide.gate.snapshot import gated_arms

_NAMED = 12
"""Cases that a remark names; the count tells the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparable:
    """The common ground of a baseline and a run."""

    cases: frozenset[str]
    """Cases that are the same on both sides."""
    arms: tuple[str, ...]
    """Gated arms that both have."""
    same_scorer: bool
    check: GateCheck
    remarks: tuple[Remark, ...]
    """What does not fail the gate and must be said."""


def comparable(before: Snapshot, now: Snapshot, experiment: Experiment) -> Comparable:
    """Find the common ground; what makes comparing wrong fails the check, the rest is remarked."""
    old = {case.case: case for case in before.cases}
    new = {case.case: case for case in now.cases}
    same = frozenset(case for case, hashes in new.items() if old.get(case) == hashes)
    same_scorer = before.scorer == now.scorer
    refusals = list(_refusals(before, now, same))
    said = [*_changes(old, new, smoke=frozenset(experiment.gate.smoke)), *_arm_changes(before, now)]
    if experiment.gate.changed_cases is CaseChange.REBLESS:
        cases = (RemarkCode.CASES_CHANGED, RemarkCode.CASES_NEW, RemarkCode.CASES_GONE)
        refusals += [remark for remark in said if remark.code in cases]
    known = {facts.arm for facts in before.arms}
    gated = gated_arms(experiment)
    refusals += [_remark(RemarkCode.ARM_UNKNOWN, arm=arm) for arm in gated if arm not in known]
    check = GateCheck(
        kind=CheckKind.COMPARABLE, status=CheckStatus.FAIL if refusals else CheckStatus.PASS,
        n=len(same), remarks=tuple(refusals),
    )  # fmt: skip
    return Comparable(
        cases=same,
        arms=tuple(arm for arm in gated if arm in known),
        same_scorer=same_scorer,
        check=check,
        remarks=tuple(remark for remark in (*_marks(before, now), *said) if remark not in refusals),
    )


def _refusals(before: Snapshot, now: Snapshot, same: frozenset[str]) -> Iterator[Remark]:
    if before.origin is not now.origin:
        yield _remark(RemarkCode.ORIGIN, before=before.origin.value, after=now.origin.value)
    if before.scorer != now.scorer:
        yield _remark(RemarkCode.SCORER_CHANGED, before=_scorer(before), after=_scorer(now))
    if not same:
        yield _remark(RemarkCode.NO_COMMON_CASES)


def _scorer(snapshot: Snapshot) -> str:
    scorer = snapshot.scorer
    return f"{', '.join(scorer.versions) or scorer.name} ({scorer.settings[:8]})"


def _changes(
    old: dict[str, CaseHashes], new: dict[str, CaseHashes], *, smoke: frozenset[str]
) -> Iterator[Remark]:
    changed = [case for case in sorted(new) if case in old and old[case] != new[case]]
    if changed:
        what = {_what(old[case], new[case]) for case in changed}
        yield _cases(RemarkCode.CASES_CHANGED, changed, what=what.pop() if len(what) == 1 else "both")
    added = sorted(new.keys() - old.keys())
    if added:
        yield _cases(RemarkCode.CASES_NEW, added)
    # A run of the smoke subset leaves the other cases out on purpose.
    gone = [] if smoke and new.keys() <= smoke else sorted(old.keys() - new.keys())
    if gone:
        yield _cases(RemarkCode.CASES_GONE, gone)


def _what(old: CaseHashes, new: CaseHashes) -> str:
    if old.asked != new.asked and old.marked != new.marked:
        return "both"
    return "question" if old.asked != new.asked else "marking"


def _arm_changes(before: Snapshot, now: Snapshot) -> Iterator[Remark]:
    new = {facts.arm: facts for facts in now.arms}
    for facts in before.arms:
        other = new.get(facts.arm)
        if other is None:
            continue
        if _setup(facts) != _setup(other):
            yield _remark(RemarkCode.ARM_CHANGED, arm=facts.arm, before=_setup(facts), after=_setup(other))
        if facts.served and other.served and facts.served != other.served:
            was, now_served = ", ".join(facts.served), ", ".join(other.served)
            yield _remark(RemarkCode.SERVED_CHANGED, arm=facts.arm, before=was, after=now_served)


def _setup(facts: ArmFacts) -> str:
    return f"{facts.model} with {facts.context} context"


def _marks(before: Snapshot, now: Snapshot) -> Iterator[Remark]:
    was, is_now = ("+".join(snapshot.deliveries) for snapshot in (before, now))
    if was != is_now:
        yield _remark(RemarkCode.DELIVERY, before=was, after=is_now)
    if before.repeats != now.repeats:
        yield _remark(RemarkCode.REPEATS, before=before.repeats, after=now.repeats)


def _cases(code: RemarkCode, cases: Sequence[str], **more: Scalar) -> Remark:
    named = ", ".join(cases[:_NAMED]) + (", …" if len(cases) > _NAMED else "")
    return _remark(code, count=len(cases), cases=named, **more)


def _remark(code: RemarkCode, **values: Scalar) -> Remark:
    return Remark(code=code, values=tuple(values.items()))
