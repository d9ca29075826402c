"""JUnit XML: well-formed, counted, and legible to any reader."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace

import pytest

from evalharness.core.gate import GateReport, GateStatus, Remark, RemarkCode
from evalharness.render.gate import junit_xml

from .conftest import CHECKS, STALE

Report = Callable[..., GateReport]


def parsed(report: GateReport) -> tuple[ET.Element, ET.Element]:
    root = ET.fromstring(junit_xml(report))  # noqa: S314 - our own text
    (suite,) = root.findall("testsuite")
    return root, suite


def test_counts_are_those_of_the_test_cases(report: Report) -> None:
    root, suite = parsed(report(stale=(STALE,)))
    tests = suite.findall("testcase")
    assert (root.tag, len(tests)) == ("testsuites", len(CHECKS) + 1)
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert int(suite.get(name, "-1")) == sum(test.find(tag) is not None for test in tests)
    assert (suite.get("failures"), suite.get("errors"), suite.get("skipped")) == ("2", "1", "1")
    assert suite.get("tests") == root.get("tests") == str(len(tests))
    assert all(test.get("name") and test.get("classname") for test in tests)
    assert len({(test.get("classname"), test.get("name")) for test in tests}) == len(tests)


def test_children_stand_in_the_order_of_the_usual_schema(report: Report) -> None:
    _, suite = parsed(report())
    order = [child.tag for child in suite]
    assert order == ["properties", *["testcase"] * len(CHECKS), "system-out"]


def test_a_failure_names_cases_and_lost_sentences(report: Report) -> None:
    _, suite = parsed(report())
    failure = suite.find("testcase[@name='mean score pro-sena']/failure")
    assert failure is not None
    assert failure.get("type") == "regression"
    assert "change −0.20, bound −0.08, limit −0.05" in (failure.get("message") or "")
    text = failure.text or ""
    assert "moon-ko-02: pro-sena 2.86 → 0.71" in text
    assert "    - 두 분이 퇴사해서 저 빼고 다섯 명이 남았고" in text
    assert "pen-en-02" in text


@pytest.mark.parametrize("ok", [True, False])
def test_inconclusive_fails_only_where_the_experiment_says_so(report: Report, ok: bool) -> None:
    checks = tuple(check for check in CHECKS if check.status != "fail")
    _, suite = parsed(report(status=GateStatus.INCONCLUSIVE, ok=ok, checks=checks))
    assert suite.get("failures") == ("0" if ok else "1")


def test_what_xml_cannot_hold_is_replaced(report: Report) -> None:
    hostile = Remark(code=RemarkCode.SERVED_OTHER, values=(("seen", "<a> & ]]> \ud800 x"),))
    checks = (replace(CHECKS[2], status=CHECKS[5].status, remarks=(hostile,)),)
    worse = tuple(replace(each, case="c\x00<&>") for each in report().worse)
    root, suite = parsed(report(checks=checks, worse=worse, run="r\x08\ufffe"))
    assert "<a> & ]]>" in (suite[1][0].get("message") or "")
    assert root.find(".//property[@name='run']").get("value") == "r\ufffd\ufffd"  # type: ignore[union-attr]


def test_the_text_is_utf_8_xml(report: Report) -> None:
    text = junit_xml(report())
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites')
    assert ET.fromstring(text.encode("utf-8")) is not None  # noqa: S314 - our own text
