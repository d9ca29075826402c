"""JUnit XML: one test case a check, so that any CI shows which one failed and why."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from evalharness.core.gate import CheckStatus, GateCheck, GateReport
from evalharness.render.gate import words
from evalharness.render.gate.people import CaseView, GateView, gate_view

# XML 1.0 has no way to write these, not even as references.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_xml(report: GateReport) -> str:
    """Return the report as JUnit XML.

    A failed check is a failure, an inconclusive one is a failure only if the experiment says so, stale cells
    are an error: they were not tested.
    """
    view = gate_view(report)
    root = ET.Element("testsuites", name="evalharness gate")
    suite = ET.SubElement(root, "testsuite", name=f"gate {report.experiment}")
    if report.on is not None:
        suite.set("timestamp", f"{report.on.isoformat()}T00:00:00")
    properties = ET.SubElement(suite, "properties")
    for key, value in (
        ("run", report.run),
        ("origin", report.origin.value),
        ("outcome", report.status.value),
    ):
        ET.SubElement(properties, "property", name=key, value=_text(value))
    for check in report.checks:
        _add_check(suite, check, report, view)
    if report.stale:
        stale = _test(suite, "recordings", "every cell is recorded")
        _child(
            stale,
            "error",
            f"{sum(row.calls for row in report.stale)} calls have no recording",
            view.stale_note,
        )
    _count(root, suite)
    ET.SubElement(suite, "system-out").text = _text("\n".join([view.headline, *view.intro, *view.notes]))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _add_check(suite: ET.Element, check: GateCheck, report: GateReport, view: GateView) -> None:
    test = _test(suite, check.kind.value, words.name(check))
    said = words.sentence(check)
    refused = check.status is CheckStatus.INCONCLUSIVE and words.refused(report)
    if check.status is CheckStatus.FAIL or refused:
        cases = [case for case in view.cases if check.arm in case.blamed_arms]
        _child(test, "failure", said, "\n\n".join([said, *map(_told, cases)]))
    elif check.status is CheckStatus.SKIPPED:
        _child(test, "skipped", said, None)
    else:
        ET.SubElement(test, "system-out").text = _text(said)


def _told(case: CaseView) -> str:
    lines = [case.title]
    for lost in case.lost:
        lines += [f"  {lost.what}", *(f"    - {sentence}" for sentence in lost.sentences)]
    return "\n".join(lines)


def _test(suite: ET.Element, kind: str, name: str) -> ET.Element:
    return ET.SubElement(suite, "testcase", classname=f"gate.{kind}", name=_text(name), time="0")


def _child(test: ET.Element, tag: str, message: str, text: str | None) -> None:
    child = ET.SubElement(test, tag, message=_text(message))
    if tag != "skipped":
        child.set("type", "regression" if tag == "failure" else "stale")
        child.text = _text(text or "")


def _count(root: ET.Element, suite: ET.Element) -> None:
    tests = suite.findall("testcase")
    counts = {"tests": len(tests), "time": 0}
    for tag, name in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        counts[name] = sum(test.find(tag) is not None for test in tests)
    for name, count in counts.items():
        suite.set(name, str(count))
        if name != "skipped":  # the usual schema has no such attribute on the root
            root.set(name, str(count))


def _text(value: str) -> str:
    return _FORBIDDEN.sub("\ufffd", value)
