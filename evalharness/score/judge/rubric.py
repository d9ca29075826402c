"""The rubric judge: every answer on its own, 0 to 5 for each criterion of its case."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from evalharness.core.case import Case
from evalharness.core.experiment import JudgeChoice
from evalharness.core.job import Cell, Job, Purpose
from evalharness.core.judging import Mark
from evalharness.core.score import Completed, Record
from evalharness.score.judge.plain import plain_text
from evalharness.score.judge.replies import Unreadable, read_rubric, rubric_schema
from evalharness.score.judge.tasks import Bench, judge_job


@dataclass(frozen=True, slots=True, kw_only=True)
class RubricTask:
    """One judge's look at one answer, which several cells may have given."""

    judge: JudgeChoice
    round: int
    case: Case
    answer: str
    """As the judge sees it."""
    prompts: str
    """Version of the prompts, 12 hex digits."""
    cells: tuple[Cell, ...]
    job: Job

    def read(self, text: str) -> tuple[Mark, ...] | Unreadable:
        """Read a reply."""
        return read_rubric(text, criteria=len(self.case.rubric), answer=self.answer)


def rubric_tasks(records: Iterable[Record], bench: Bench) -> tuple[RubricTask, ...]:
    """Return what every judge is asked about the answers: judge by judge, repeat by repeat, answers sorted.

    Neither arm nor model stands in a request. Cells of a case with the same answer share one question.

    Raises:
        BadInput: If a template refers to something that it is not given.
    """
    groups: dict[tuple[str, str], list[Cell]] = {}
    for record in records:
        if isinstance(record, Completed):
            cell = Cell(case_id=record.case_id, arm=record.arm, repeat=record.repeat)
            groups.setdefault((record.case_id, plain_text(record.answer.text)), []).append(cell)
    return tuple(
        _task(bench, judge, case_id, answer, cells=tuple(cells), draw=repeat)
        for judge in bench.judges
        for repeat in range(judge.repeats)
        for (case_id, answer), cells in sorted(groups.items())
    )


def _task(
    bench: Bench, judge: JudgeChoice, case_id: str, answer: str, *, cells: tuple[Cell, ...], draw: int
) -> RubricTask:
    case = bench.cases[case_id]
    job = judge_job(
        judge,
        bench.prompts[judge.name].rubric(case, answer),
        rubric_schema(len(case.rubric)),
        purpose=Purpose.JUDGE,
        draw=draw,
        cells=cells,
        seed=bench.seed,
    )
    return RubricTask(
        judge=judge, round=draw, case=case, answer=answer, prompts=bench.prompts[judge.name].version,
        cells=cells, job=job,
    )  # fmt: skip
