"""The pairwise judge: treatment against control, each pair in both orders."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from evalharness.core.case import Case
from evalharness.core.experiment import JudgeChoice
from evalharness.core.job import Cell, Job, Purpose
from evalharness.core.judging import Side
from evalharness.core.score import Completed, Record
from evalharness.score.judge.plain import plain_text
from evalharness.score.judge.replies import Unreadable, pairwise_schema, read_pairwise
from evalharness.score.judge.tasks import Bench, judge_job


@dataclass(frozen=True, slots=True, kw_only=True)
class PairTask:
    """One pair of answers in one order."""

    judge: JudgeChoice
    case: Case
    treatment: str
    """Name of the arm."""
    control: str
    treatment_first: bool
    same: bool
    """Both answers are the same: nothing to ask, a tie."""
    job: Job

    def read(self, text: str) -> Side | Unreadable:
        """Read a reply: which side it prefers."""
        found = read_pairwise(text)
        if isinstance(found, Unreadable):
            return found
        if found == "tie":
            return Side.TIE
        return Side.TREATMENT if (found == "A") is self.treatment_first else Side.CONTROL


def pairwise_tasks(
    records: Iterable[Record],
    bench: Bench,
    *,
    pairs: Sequence[tuple[str, str]],
    case_ids: Collection[str],
) -> tuple[PairTask, ...]:
    """Return what every judge is asked to compare; the two orders of a pair follow one another.

    Repeats of a cell are not independent, so the first repeat of each arm stands for it. Pairs of which one
    side has no answer are not compared.

    Args:
        records: Of the whole run.
        bench: Cases, judges and prompts.
        pairs: (treatment arm, control arm) of each context.
        case_ids: The cases to compare on.

    Raises:
        BadInput: If a template refers to something that it is not given.
    """
    answers = {
        (record.case_id, record.arm): plain_text(record.answer.text)
        for record in records
        if isinstance(record, Completed) and record.repeat == 0
    }
    return tuple(
        _task(bench, judge, case_id, pair, answers, treatment_first=order)
        for judge in bench.judges
        for pair in pairs
        for case_id in sorted(case_ids)
        if all((case_id, arm) in answers for arm in pair)
        for order in (True, False)
    )


def _task(
    bench: Bench,
    judge: JudgeChoice,
    case_id: str,
    pair: tuple[str, str],
    answers: dict[tuple[str, str], str],
    *,
    treatment_first: bool,
) -> PairTask:
    case = bench.cases[case_id]
    treatment, control = (answers[case_id, arm] for arm in pair)
    shown = (treatment, control) if treatment_first else (control, treatment)
    job = judge_job(
        judge,
        bench.prompts[judge.name].pairwise(case, *shown),
        pairwise_schema(),
        purpose=Purpose.PAIRWISE,
        draw=0,
        cells=tuple(Cell(case_id=case_id, arm=arm, repeat=0) for arm in pair),
        seed=bench.seed,
    )
    return PairTask(
        judge=judge, case=case, treatment=pair[0], control=pair[1], treatment_first=treatment_first,
        same=treatment == control, job=job,
    )  # fmt: skip
