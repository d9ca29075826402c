"""GitHub Actions: annotations for the checks page and a Markdown summary of the step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from evalharness.core.gate import CheckStatus, GateCheck, GateReport
from evalharness.render.blocks import Strong
from evalharness.render.escape import cells, markdown, rule
from evalharness.render.gate import words
from evalharness.render.gate.people import ALIGN, HEADERS, CaseView, GateView, gate_view

_MOST = 10
"""GitHub shows ten annotations of a kind for one step; the rest would be dropped without a word."""
_MOST_BYTES = 900_000
"""A step's summary may have 1 MiB; a larger one is dropped whole."""


def workflow_commands(report: GateReport, *, places: Mapping[str, tuple[str, int]]) -> str:
    """Return workflow commands, one a line: an error for each failed check, then for the worst cases.

    Args:
        report: What the gate found.
        places: File, from the root of the checkout, and line of each case; cases without are annotated
            without a place.
    """
    view = gate_view(report)
    errors = [_of_check("error", check) for check in report.checks if check.status is CheckStatus.FAIL]
    if view.stale_note:
        errors.append(_command("error", view.stale_note, title="stale recordings"))
    errors += [_of_case(case, places.get(case.case)) for case in view.cases if case.blamed_arms]
    kind = "error" if words.refused(report) else "warning"
    open_ = [_of_check(kind, check) for check in report.checks if check.status is CheckStatus.INCONCLUSIVE]
    notice = _command("notice", view.headline, title="evalharness")
    return "".join(f"{line}\n" for line in (notice, *errors[:_MOST], *open_[:_MOST]))


def _of_check(kind: str, check: GateCheck) -> str:
    return _command(kind, words.sentence(check), title=words.name(check))


def _of_case(case: CaseView, place: tuple[str, int] | None) -> str:
    lines = [case.title]
    for lost in case.lost:
        lines += [lost.what, *(f"- {sentence}" for sentence in lost.sentences)]
    where = {} if place is None else {"file": place[0], "line": str(place[1])}
    return _command("error", "\n".join(lines), **where, title=f"{case.case} got worse or lost a fact")


def _command(kind: str, message: str, **properties: str) -> str:
    settings = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{kind} {settings}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def step_summary(report: GateReport) -> str:
    """Return the report as Markdown, for $GITHUB_STEP_SUMMARY."""
    lines = list(_summary(gate_view(report)))
    text = "\n".join(lines) + "\n"
    while len(text.encode("utf-8", "replace")) > _MOST_BYTES:
        lines = lines[: len(lines) * 3 // 4]
        text = "\n".join([*lines, "", "The rest is left out here; gate.json has it all."]) + "\n"
    return text


def _summary(view: GateView) -> Iterator[str]:
    yield f"## {markdown(view.headline)}"
    yield ""
    for line in view.intro:
        yield f"- {markdown(line)}"
    if view.rows:
        yield from ("", cells(HEADERS), rule(ALIGN))
        for row in view.rows:
            yield cells([*row[:-1], Strong(row[-1]) if row[-1] == "FAIL" else row[-1]])
        yield ""
    for line in (*view.details, *view.notes):
        yield f"{markdown(line)}  "
    if view.cases:
        yield from ("", "### Cases that got worse or lost a fact", "")
    for case in view.cases:
        yield from _told(case)
    if view.more_cases:
        yield from ("", markdown(f"And {len(view.more_cases)} more: {', '.join(view.more_cases)}."))
    if view.stale:
        yield from ("", "### Stale recordings", "", markdown(view.stale_note), "")
        yield from (cells(("arm", "purpose", "calls", "USD low", "expected", "high")), rule("llrrrr"))
        for row in view.stale:
            yield cells(row)


def _told(case: CaseView) -> Iterator[str]:
    yield f"- {markdown((Strong(case.case), case.title.removeprefix(case.case)))}"
    for lost in case.lost:
        yield f"    - {markdown(lost.what)}"
        for sentence in lost.sentences:
            yield f"        - ~~{markdown(sentence)}~~"
