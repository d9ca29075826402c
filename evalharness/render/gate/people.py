"""The gate's report for people: what a terminal prints and a summary repeats."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from evalharness.core.gate import CheckKind, GateCheck, GateReport, StaleRow, WorseCase
from evalharness.core.visible import clean
from evalharness.render.gate import words
from evalharness.render.gate.figures import figures

HEADERS = ("check", "arm", "before → after", "change", "bound", "limit", "p", "catches", "")
ALIGN = "llrrrrrrl"
SHOWN_CASES = 30
_SENTENCE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class LostView:
    """One thing that went wrong in a case, and the sentences of the blessed answers that are gone with it."""

    what: str
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """One case that got worse or lost a fact, over its arms."""

    case: str
    blamed_arms: tuple[str, ...]
    """Arms of which a check failed to which this case contributes."""
    title: str
    lost: tuple[LostView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GateView:
    """The report as lines and tables."""

    headline: str
    intro: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """One a check, in the columns of HEADERS."""
    details: tuple[str, ...]
    """What is said about single checks."""
    notes: tuple[str, ...]
    """How to read the columns."""
    cases: tuple[CaseView, ...]
    more_cases: tuple[str, ...]
    """Cases that got worse and are only named."""
    stale: tuple[tuple[str, ...], ...]
    """arm, purpose, calls, USD low, expected, high."""
    stale_note: str


def gate_view(report: GateReport, *, most: int = SHOWN_CASES) -> GateView:
    """Lay a report out, with details of so many cases; the others are named."""
    groups = _by_case(report)
    return GateView(
        headline=words.headline(report),
        intro=(words.blessed(report), *(words.remark(item) for item in report.remarks)),
        rows=tuple(_row(check) for check in report.checks),
        notes=tuple(_notes(report)),
        details=tuple(
            f"{words.name(check)}: {words.remark(item)}" for check in report.checks for item in check.remarks
        ),
        cases=tuple(_case(rows) for rows in groups[:most]),
        more_cases=tuple(rows[0].case for rows in groups[most:]),
        stale=tuple(_stale(row) for row in report.stale),
        stale_note=_stale_note(report),
    )


def _row(check: GateCheck) -> tuple[str, ...]:
    return (
        words.KINDS[check.kind],
        f"{check.arm} {check.slice.rpartition(' ')[2]}".strip(),
        words.levels(check),
        words.change(check.change, check),
        words.change(check.bound, check),
        words.change(check.limit, check),
        "" if check.p is None else figures().p_value(check.p),
        words.catches(check),
        words.STATUSES[check.status],
    )


def _notes(report: GateReport) -> Iterator[str]:
    scores = [check for check in report.checks if check.kind is CheckKind.SCORE and check.catches is not None]
    if scores:
        least, most = (pick(check.catches or 0.0 for check in scores) for pick in (min, max))
        span = figures().fixed(least, 2)
        if figures().fixed(most, 2) != span:
            span += f" to {figures().fixed(most, 2)}"
        noise = " (* were every answer new: noise of the A/A arm)" if _from_aa(report) else ""
        yield f"catches: smallest regression found 8 times in 10; of the mean score {span} points{noise}."
    if any(check.p is not None for check in report.checks):
        yield (
            f"p: Holm over the arms of a kind; a false alarm by mean scores in {report.alpha:.0%} of builds "
            "at most, over all arms together. bound: one-sided, at the level at which the arm was tested."
        )
    if any(check.kind is CheckKind.SEVERE and check.before is not None for check in report.checks):
        yield "severe drops: before is what the A/A arm would lead one to expect."


def _from_aa(report: GateReport) -> bool:
    return any(check.catches_from == "aa" for check in report.checks)


def _by_case(report: GateReport) -> list[list[WorseCase]]:
    """Group worse cells by case: blamed cases first, then by their largest loss."""
    ordered = sorted(report.worse, key=lambda cell: cell.case)
    groups = [list(rows) for _, rows in groupby(ordered, key=lambda cell: cell.case)]
    shown = [rows for rows in groups if any(cell.blamed for cell in rows)] if _blames(report) else groups
    return sorted(
        shown,
        key=lambda rows: (min(cell.after - cell.before for cell in rows), rows[0].case),
    )


def _blames(report: GateReport) -> bool:
    return any(cell.blamed for cell in report.worse)


def _case(rows: Sequence[WorseCase]) -> CaseView:
    parts = [
        f"{cell.arm} {figures().fixed(cell.before, 2)} → {figures().fixed(cell.after, 2)}"
        f"{' severe' if cell.severe else ''}"
        for cell in rows
    ]
    return CaseView(
        case=rows[0].case,
        blamed_arms=tuple(cell.arm for cell in rows if cell.blamed),
        title=f"{rows[0].case}: {', '.join(parts)}",
        lost=(*_lost(rows), *_besides(rows)),
    )


def _lost(rows: Sequence[WorseCase]) -> Iterator[LostView]:
    """Yield each lost fact once, with the arms that lost it."""
    arms: dict[tuple[str, str, bool], list[str]] = {}
    sentences: dict[tuple[str, str, bool], list[str]] = {}
    for cell in rows:
        for fact in cell.lost:
            key = (fact.id, fact.fact, fact.unsent)
            arms.setdefault(key, []).append(cell.arm)
            sentences.setdefault(key, []).extend(clean(each, limit=_SENTENCE) for each in fact.sentences)
    for key, where in arms.items():
        fact_id, stated, unsent = key
        why = "; the request no longer holds it" if unsent else ""
        yield LostView(
            what=f"lost {fact_id} ({', '.join(where)}{why}): {clean(stated, limit=_SENTENCE)}",
            sentences=tuple(dict.fromkeys(sentences[key])),
        )


def _besides(rows: Sequence[WorseCase]) -> Iterator[LostView]:
    for cell in rows:
        missed = {fact.id for fact in cell.lost}
        silent = ", ".join(fact_id for fact_id in cell.unsent if fact_id not in missed)
        if silent:
            yield LostView(what=f"no longer sent, though the blessed answer lacks it ({cell.arm}): {silent}")
        for claim in cell.claims:
            yield LostView(what=f"says what it must not ({cell.arm}): {clean(claim, limit=_SENTENCE)}")


def _stale(row: StaleRow) -> tuple[str, ...]:
    usd = (figures().fixed(value, 4) for value in (row.usd_low, row.usd_expected, row.usd_high))
    return (row.arm, row.purpose, str(row.calls), *usd)


def _stale_note(report: GateReport) -> str:
    """Say how many calls have no recording and what recording them costs; empty if none is stale."""
    stale = report.stale
    if not stale:
        return ""
    calls = sum(row.calls for row in stale)
    cases = sorted({cell.partition("/")[0] for row in stale for cell in row.cells})
    low, expected, high = (
        sum(getattr(row, name) for row in stale) for name in ("usd_low", "usd_expected", "usd_high")
    )
    return (
        f"{calls} calls of {len(cases)} cases have no recording, because what they ask changed: "
        f"{', '.join(cases)}. Recording them costs about {expected:.2f} USD ({low:.2f} to {high:.2f}): "
        f"evalharness analyze {report.experiment_file} --mode record-missing"
    )
