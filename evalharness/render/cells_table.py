"""Cells and scores as one tidy table: a row per cell and scorer, everything known of the cell beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal, TypeAlias

from evalharness.core.case import Case
from evalharness.core.experiment import Arm
from evalharness.core.job import Cell
from evalharness.core.plan import PlannedCell
from evalharness.core.score import Completed, Record, Score, Scored
from evalharness.core.study import Charge, Outcome
from evalharness.core.usage import Usage
from evalharness.core.visible import clean, clean_lines

Kind: TypeAlias = Literal["text", "count", "number"]
Value: TypeAlias = str | int | float | None
ANSWER_LENGTH: Final = 32_000
"""Characters of an answer in a CSV: a spreadsheet's cell holds 32,767."""

COLUMNS: Final[tuple[tuple[str, Kind, str], ...]] = (
    ("case_id", "text", "the case"),
    ("persona", "text", "its label"),
    ("language", "text", "of its message"),
    ("category", "text", "what it asks about"),
    ("difficulty", "text", "what makes it hard"),
    ("severity", "text", "harm of a wrong answer"),
    ("arm", "text", "the arm"),
    ("role", "text", "what the arm is for"),
    ("context", "text", "raw, sena or damaged"),
    ("model", "text", "asked for"),
    ("repeat", "count", "0-based"),
    ("answered_by", "text", "persona that the router chose"),
    ("scorer", "text", "name and version"),
    ("value", "number", "the scorer's own scale; empty if unscored"),
    ("cause", "text", "why there is no value"),
    ("detail", "text", "what the value stands on, such as ids of key facts"),
    ("points", "number", "the cell's primary score on the experiment's scale; the same in each of its rows"),
    ("usd", "number", "what production would pay at the decision's date, its share of compression included"),
    ("compress_usd", "number", "of which for compression"),
    ("input_tokens", "count", "billed prompt tokens of the answer, cached ones included"),
    ("cached_tokens", "count", "of which read from a cache"),
    ("output_tokens", "count", "visible output of the answer"),
    ("thinking_tokens", "count", "thinking of the answer, billed as output"),
    ("compress_tokens", "number", "all tokens of the compressor, per request served"),
    ("context_tokens_gross", "number", "context tokens in the answer's prompt"),
    ("context_tokens_net", "number", "the same with the compressor's own"),
    ("latency_ms", "number", "service time, compression included"),
    ("answer", "text", "the text; cut in a CSV after 32,000 characters"),
)  # fmt: skip
"""(name, kind, meaning), in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSource:
    """What the table is made from."""

    cases: Mapping[str, Case]
    arms: Mapping[str, Arm]
    plan: Iterable[PlannedCell]
    records: Iterable[Record]
    scores: Iterable[Score]
    outcomes: Iterable[Outcome]
    usd: Mapping[Cell, tuple[Decimal | None, Decimal]]
    """By cell: what production pays, None if unknown, and of which for compression."""


def table_rows(source: TableSource) -> Iterator[tuple[Value, ...]]:
    """Yield one row per cell and scorer, in the order of COLUMNS, texts as the model wrote them."""
    plan = {planned.cell: planned for planned in source.plan}
    records = {_cell(record): record for record in source.records}
    outcomes = {_cell(outcome): outcome for outcome in source.outcomes}
    for score in source.scores:
        cell = _cell(score)
        arm = source.arms[cell.arm]
        record, outcome = records[cell], outcomes[cell]
        yield (
            cell.case_id, *_labels(source.cases.get(cell.case_id)), arm.name, arm.role.value,
            arm.context.value, plan[cell].model,
            cell.repeat, record.persona, *_scored(score), outcome.quality, *_usd(source, cell),
            *_tokens(outcome.charges), outcome.context_tokens_gross, outcome.context_tokens_net,
            outcome.latency_ms, record.answer.text if isinstance(record, Completed) else None,
        )  # fmt: skip


def spreadsheet_row(row: Iterable[Value]) -> tuple[Value, ...]:
    """Return a row whose texts are visible text of bounded length; `csv_text` guards it against formulas."""
    return tuple(_shown(value) if isinstance(value, str) else value for value in row)


def _labels(case: Case | None) -> tuple[Value, ...]:
    """Return a case's labels, empty where an import names no dataset."""
    if case is None:
        return (None,) * 5
    return (case.persona, case.language, case.category.value, case.difficulty.value, case.severity.value)


def _shown(text: str) -> str:
    return clean_lines(text, limit=ANSWER_LENGTH)


def _cell(item: Record | Score | Outcome) -> Cell:
    return Cell(case_id=item.case_id, arm=item.arm, repeat=item.repeat)


def _scored(score: Score) -> tuple[Value, ...]:
    if isinstance(score, Scored):
        return (score.scorer, score.value, None, "; ".join(clean(item) for item in score.detail))
    return (score.scorer, None, score.cause, None)


def _usd(source: TableSource, cell: Cell) -> tuple[float | None, float | None]:
    usd, compress = source.usd.get(cell, (None, Decimal(0)))
    return (None, None) if usd is None else (float(usd), float(compress))


def _tokens(charges: tuple[Charge, ...]) -> tuple[Value, ...]:
    answer = next((charge.usage for charge in charges if charge.purpose == "answer"), None)
    compress = sum(
        charge.usage.total_tokens / charge.requests_served
        for charge in charges
        if charge.purpose == "compress"
    )
    return (*_answer_tokens(answer), compress)


def _answer_tokens(usage: Usage | None) -> tuple[int | None, ...]:
    if usage is None:
        return (None,) * 4
    return (
        usage.input_tokens, usage.cached_tokens, usage.output_tokens - usage.thinking_tokens,
        usage.thinking_tokens,
    )  # fmt: skip
