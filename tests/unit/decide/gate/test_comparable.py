"""What of a baseline and a run can be compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from evalharness.core.case import Case, KeyFact
from evalharness.core.experiment import ContextMode
from evalharness.core.gate import (
    CaseChange,
    CheckKind,
    CheckStatus,
    GateSettings,
    RemarkCode,
    ScorerIdentity,
)
from evalharness.core.provenance import Delivery, Origin
from evalharness.decide.gate import Comparison, Ground, case_hashes, compare, scorer_identity

Ground_ = Callable[..., Ground]


def codes(found: Comparison) -> set[RemarkCode]:
    return {remark.code for remark in found.remarks}


def refusals(found: Comparison) -> set[RemarkCode]:
    (row,) = [check for check in found.checks if check.kind is CheckKind.COMPARABLE]
    assert (row.status is CheckStatus.FAIL) is bool(row.remarks)
    return {remark.code for remark in row.remarks}


def with_cases(found: Ground, change: Callable[[Any], Any]) -> Ground:
    cases = tuple(change(case) if case.case in ("c0000", "c0001") else case for case in found.now.cases)
    return replace(found, now=replace(found.now, cases=tuple(case for case in cases if case is not None)))


@pytest.mark.parametrize("field", ["asked", "marked"])
def test_changed_cases_are_left_out_and_named(ground: Ground_, field: str) -> None:
    found = compare(with_cases(ground(), lambda case: replace(case, **{field: "other"})))
    assert codes(found) == {RemarkCode.CASES_CHANGED}
    values = dict(found.remarks[0].values)
    assert (values["count"], values["cases"]) == (2, "c0000, c0001")
    assert values["what"] == {"asked": "question", "marked": "marking"}[field]
    assert {row.n for row in found.checks if row.kind is CheckKind.SCORE} == {38}
    assert refusals(found) == set()


def test_changed_cases_fail_where_a_new_blessing_is_demanded(ground: Ground_) -> None:
    gate = GateSettings(changed_cases=CaseChange.REBLESS)
    found = compare(with_cases(ground(gate=gate), lambda case: replace(case, asked="other")))
    assert refusals(found) == {RemarkCode.CASES_CHANGED}
    assert codes(found) == set()


def test_new_and_missing_cases_are_said(ground: Ground_) -> None:
    found = ground()
    fewer = with_cases(found, lambda case: None)
    assert codes(compare(fewer)) == {RemarkCode.CASES_GONE}
    other = replace(found, before=replace(found.before, cases=found.before.cases[2:]))
    assert codes(compare(other)) == {RemarkCode.CASES_NEW}
    smoke = tuple(case.case for case in found.now.cases)
    declared = replace(fewer, experiment=replace(fewer.experiment, gate=GateSettings(smoke=smoke[2:])))
    assert codes(compare(declared)) == set()


def test_scores_of_another_scorer_are_not_compared(ground: Ground_) -> None:
    other = ScorerIdentity(name="key_facts", versions=("key_facts/2",), settings="s")
    found = compare(ground(now={"pro-raw": [1.0] * 40}, after={"scorer": other}))
    assert refusals(found) == {RemarkCode.SCORER_CHANGED}
    kinds = {row.kind for row in found.checks}
    assert not kinds & {CheckKind.SCORE, CheckKind.SEVERE}
    assert kinds >= {CheckKind.CONTEXT, CheckKind.TOKENS}


def test_answers_of_another_origin_fail(ground: Ground_) -> None:
    assert refusals(compare(ground(after={"origin": Origin.GOOGLE}))) == {RemarkCode.ORIGIN}


def test_live_against_replayed_and_other_repeats_are_said(ground: Ground_) -> None:
    found = compare(ground(after={"deliveries": (Delivery.LIVE,), "repeats": 3}))
    assert codes(found) == {RemarkCode.DELIVERY, RemarkCode.REPEATS}
    assert refusals(found) == set()


def test_an_arm_that_was_never_blessed_fails_and_a_changed_one_is_said(ground: Ground_) -> None:
    found = ground()
    fewer = replace(found.before, arms=tuple(a for a in found.before.arms if a.arm != "pro-raw"))
    gone = compare(replace(found, before=fewer))
    assert refusals(gone) == {RemarkCode.ARM_UNKNOWN}
    assert "pro-raw" not in {row.arm for row in gone.checks}
    arms = tuple(
        replace(a, model="pro-next", served=("pro-next",), context=ContextMode.RAW)
        if a.arm == "pro-raw"
        else a
        for a in found.now.arms
    )
    changed = compare(replace(found, now=replace(found.now, arms=arms)))
    assert codes(changed) == {RemarkCode.ARM_CHANGED, RemarkCode.SERVED_CHANGED}


def test_no_common_case_fails(ground: Ground_) -> None:
    found = ground()
    cases = tuple(replace(case, asked="other") for case in found.now.cases)
    result = compare(replace(found, now=replace(found.now, cases=cases)))
    assert RemarkCode.NO_COMMON_CASES in refusals(result)


def test_a_case_is_known_by_its_question_and_by_its_marking(make_case: Callable[..., Case]) -> None:
    case = make_case()
    plain = case_hashes(case)
    asked = case_hashes(replace(case, message="다른 질문"))
    fact = KeyFact(id="f9", fact="new", forms=("새것",), where=("turns[0]",))
    marked = case_hashes(replace(case, key_facts=(*case.key_facts, fact)))
    setting = case_hashes(replace(case, severity_reason="graver"))
    assert (asked.asked != plain.asked, asked.marked) == (True, plain.marked)
    assert (marked.asked, marked.marked != plain.marked) == (plain.asked, True)
    assert setting == plain


def test_a_scorer_is_known_by_versions_settings_and_files(experiment: Callable[..., Any]) -> None:
    plain = scorer_identity(experiment(), (), files={})
    assert plain == scorer_identity(experiment(), (), files={})
    assert plain != scorer_identity(experiment(), (), files={"judge.ko": "abc"})
