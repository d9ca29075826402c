"""Imported cells → records and scores, as answers of our own would have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from evalharness.core.case import Case, Persona
from evalharness.core.experiment import ScorerChoice
from evalharness.core.imported import IMPORTED_SCORER, ImportedCell
from evalharness.core.ports import Scorer
from evalharness.core.score import Answer, Completed, Failed, Record, Score, Scored, Unscored
from evalharness.score.results import unscored
from evalharness.score.scorers import SCORERS

PERSONAS: Mapping[str, Persona] = {"moon": "moon", "square": "square", "earth": "earth", "pen": "pen"}


def persona_of(cell: ImportedCell) -> Persona:
    """Return who answered: what the table says, else pen, who serves by default."""
    return PERSONAS.get(cell.persona or "", "pen")


def imported_records(cells: Iterable[ImportedCell]) -> Iterator[Record]:
    """Yield one record a cell: failed with its error, else completed (with an empty text without output)."""
    for cell in cells:
        if cell.error is not None or (cell.output is None and cell.score is None):
            yield Failed(
                case_id=cell.case_id, arm=cell.arm, repeat=cell.repeat, calls=(),
                cause=f"imported:{cell.error}" if cell.error is not None else "imported:nothing",
                persona=persona_of(cell),
            )  # fmt: skip
            continue
        yield Completed(
            case_id=cell.case_id, arm=cell.arm, repeat=cell.repeat, calls=(),
            answer=Answer(text=cell.output or "", truncated=False), persona=persona_of(cell),
        )  # fmt: skip


def imported_scores(
    cells: Iterable[ImportedCell],
    cases: Mapping[str, Case],
    scale: ScorerChoice,
    scorers: Sequence[Scorer] = SCORERS,
) -> Iterator[Score]:
    """Yield the stated score of each cell, and what our scorers say of outputs whose case is known.

    Args:
        cells: The cells.
        cases: By id; empty without a dataset.
        scale: Of the stated scores, which become shares of it.
        scorers: What measures outputs.
    """
    for cell in cells:
        (record,) = imported_records((cell,))
        if isinstance(record, Failed):
            yield _nothing(cell, record.cause)
        elif cell.score is not None:
            yield Scored(
                case_id=cell.case_id, arm=cell.arm, repeat=cell.repeat, scorer=IMPORTED_SCORER,
                value=(cell.score - scale.scale_low) / scale.width,
            )  # fmt: skip
        case = cases.get(cell.case_id)
        if case is None:
            continue
        for scorer in scorers:
            if isinstance(record, Completed) and cell.output is not None:
                yield scorer.score(case, record)
            else:
                yield unscored(record, scorer, getattr(record, "cause", "no_output"))


def _nothing(cell: ImportedCell, cause: str) -> Unscored:
    return Unscored(
        case_id=cell.case_id, arm=cell.arm, repeat=cell.repeat, scorer=IMPORTED_SCORER, cause=cause
    )
