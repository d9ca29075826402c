"""Imported cells and their scores → Study."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from evalharness.core.case import Case
from evalharness.core.experiment import Experiment
from evalharness.core.imported import ImportedCell
from evalharness.core.labels import LabelledPair
from evalharness.core.provenance import Origin
from evalharness.core.score import Score, Scored
from evalharness.core.study import CaseFacts, Charge, Outcome, Study
from evalharness.core.usage import Usage
from evalharness.decide.primary import primary_scores

_UNKNOWN = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedData:
    """What an imported run holds."""

    cells: Sequence[ImportedCell]
    scores: Sequence[Score]
    labels: Sequence[LabelledPair] = ()
    failures_known: bool = True
    """Whether the table says which requests failed."""


def assemble_imported(
    data: ImportedData, *, experiment: Experiment, cases: Mapping[str, Case], on: dt.date
) -> Study:
    """Join an import's rows into what the decision stands on.

    Costs that the table states are used as they are; tokens are priced where it states none. The study itself
    spent nothing here.

    Args:
        data: Cells, scores and labels.
        experiment: Arms, limits and scale, from the mapping.
        cases: The dataset by id; empty if the mapping names none.
        on: The decision's date.
    """
    qualities = primary_scores(data.scores, experiment)
    models = {arm.name: arm.model for arm in experiment.arms}
    rows = sorted(data.cells, key=lambda cell: (cell.case_id, cell.arm, cell.repeat))
    return Study(
        experiment=experiment,
        cases=tuple(_facts(rows, cases)),
        outcomes=tuple(
            _outcome(cell, qualities.get((cell.case_id, cell.arm, cell.repeat)), models[cell.arm])
            for cell in rows
        ),
        spends=(), origin=Origin.IMPORTED, deliveries=frozenset(), on=on, pilot=False,
        agreements=_agreements(data.scores), labels=tuple(data.labels), scores=tuple(data.scores),
        failures_known=data.failures_known,
    )  # fmt: skip


def _facts(rows: Sequence[ImportedCell], cases: Mapping[str, Case]) -> Iterable[CaseFacts]:
    first: dict[str, ImportedCell] = {}
    for cell in rows:
        first.setdefault(cell.case_id, cell)
    for case_id, cell in first.items():
        case = cases.get(case_id)
        category = case.category.value if case else _UNKNOWN
        yield CaseFacts(
            case_id=case_id, persona=cell.persona or (case.persona if case else _UNKNOWN),
            language=cell.language or (case.language if case else _UNKNOWN),
            category=cell.category or category, cluster=cell.cluster,
        )  # fmt: skip


def _outcome(cell: ImportedCell, quality: float | None, model: str) -> Outcome:
    failed = cell.error is not None
    cause = f"imported:{cell.error}" if failed else None if quality is not None else "unscored"
    return Outcome(
        case_id=cell.case_id, arm=cell.arm, repeat=cell.repeat, quality=None if failed else quality,
        cause=cause, charges=_charges(cell, model), imported_cost_usd=cell.cost_usd,
        context_tokens_net=cell.context_tokens, context_tokens_gross=cell.context_tokens,
        latency_ms=cell.latency_ms, failed=failed,
    )  # fmt: skip


def _charges(cell: ImportedCell, model: str) -> tuple[Charge, ...]:
    if cell.cost_usd is not None or cell.input_tokens is None or cell.output_tokens is None:
        return ()
    usage = Usage(
        input_tokens=cell.input_tokens, cached_tokens=cell.cached_tokens or 0,
        output_tokens=cell.output_tokens, thinking_tokens=cell.thinking_tokens or 0,
    )  # fmt: skip
    return (Charge(purpose="answer", model=model, usage=usage),)


def _agreements(scores: Sequence[Score]) -> tuple[tuple[str, float, int], ...]:
    language = [s.value for s in scores if isinstance(s, Scored) and s.scorer.startswith("language/")]
    return (("language", sum(language) / len(language), len(language)),) if language else ()
