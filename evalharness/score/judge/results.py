"""Replies → judgements, comparisons and scores."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import fmean
from typing import TypeAlias

from evalharness.core.judging import (
    JUDGE_CAUSE,
    RUBRIC_TOP,
    Compared,
    Comparison,
    Judged,
    Judgement,
    Mark,
    Side,
    Uncompared,
    Unjudged,
    rubric_scorer,
)
from evalharness.core.score import Completed, Record, Score, Scored, Unscored
from evalharness.score.judge.pairwise import PairTask
from evalharness.score.judge.repair import Replies
from evalharness.score.judge.replies import Unreadable
from evalharness.score.judge.rubric import RubricTask
from evalharness.score.judge.tasks import Silent

VERSION = "1"
"""Of reading replies and making scores of them; prompts have a version of their own."""

UNREADABLE = f"{JUDGE_CAUSE}unreadable"
EVIDENCE_VOID = f"{JUDGE_CAUSE}evidence_void"
RubricReplies: TypeAlias = Replies[tuple[Mark, ...]]
PairReplies: TypeAlias = Replies[Side]


def judgements(tasks: Iterable[RubricTask], replies: RubricReplies) -> tuple[Judgement, ...]:
    """Return one judgement for each task and cell, sorted by cell, judge and repeat.

    The points are the mean of the criteria that stand, each counting alike. With none left, or a reply that
    cannot be read even the second time, there are no points but a cause.
    """
    found = [judgement for task in tasks for judgement in _judgements(task, replies)]
    return tuple(sorted(found, key=lambda one: (one.case_id, one.arm, one.repeat, one.judge, one.round)))


def _judgements(task: RubricTask, replies: RubricReplies) -> Iterator[Judgement]:
    read, keys = replies.final(task)
    marks: tuple[Mark, ...] = ()
    if isinstance(read, Silent | Unreadable):
        cause = read.cause if isinstance(read, Silent) else UNREADABLE
    else:
        marks, cause = read, EVIDENCE_VOID
    standing = [mark.points for mark in marks if mark.stands]
    for cell in task.cells:
        if standing:
            yield Judged(
                case_id=cell.case_id, arm=cell.arm, repeat=cell.repeat, judge=task.judge.name,
                round=task.round, prompts=task.prompts, calls=keys, marks=marks, points=fmean(standing),
            )  # fmt: skip
        else:
            yield Unjudged(
                case_id=cell.case_id, arm=cell.arm, repeat=cell.repeat, judge=task.judge.name,
                round=task.round, prompts=task.prompts, calls=keys, cause=cause, marks=marks,
            )  # fmt: skip


def comparisons(tasks: Sequence[PairTask], replies: PairReplies) -> tuple[Comparison, ...]:
    """Return one comparison for each judge, case and pair; `tasks` holds both orders of each."""
    orders: dict[tuple[str, str, str, str], dict[bool, PairTask]] = defaultdict(dict)
    for task in tasks:
        place = (task.case.id, task.judge.name, task.treatment, task.control)
        orders[place][task.treatment_first] = task
    return tuple(_comparison(both, replies) for _, both in sorted(orders.items()))


def _comparison(both: Mapping[bool, PairTask], replies: PairReplies) -> Comparison:
    task = both[True]
    keys: tuple[str, ...] = ()
    sides: list[Side] = []
    for order in (True, False):
        side, made = (Side.TIE, ()) if task.same else _side(both[order], replies)
        keys += made
        if isinstance(side, Silent):
            return Uncompared(
                case_id=task.case.id, judge=task.judge.name, treatment=task.treatment, control=task.control,
                calls=keys, cause=side.cause,
            )  # fmt: skip
        sides.append(side)
    return Compared(
        case_id=task.case.id, judge=task.judge.name, treatment=task.treatment, control=task.control,
        calls=keys, treatment_first=sides[0], control_first=sides[1],
    )  # fmt: skip


def _side(task: PairTask, replies: PairReplies) -> tuple[Side | Silent, tuple[str, ...]]:
    read, keys = replies.final(task)
    return (Silent(UNREADABLE) if isinstance(read, Unreadable) else read), keys


def judge_scores(
    records: Iterable[Record], found: Iterable[Judgement], judges: Sequence[str]
) -> tuple[Score, ...]:
    """Return one score per record and judge: the mean over the judge's repeats, as a share of the scale.

    A cell without any judgement that stands is Unscored with the first cause.
    """
    by_cell: dict[tuple[str, str, int, str], list[Judgement]] = defaultdict(list)
    for one in found:
        by_cell[one.case_id, one.arm, one.repeat, one.judge].append(one)
    return tuple(
        _score(record, judge, by_cell.get((record.case_id, record.arm, record.repeat, judge), []))
        for record in records
        for judge in judges
    )


def _score(record: Record, judge: str, found: Sequence[Judgement]) -> Score:
    scorer = f"{rubric_scorer(judge)}/{VERSION}"
    place = (record.case_id, record.arm, record.repeat)
    if not isinstance(record, Completed):
        return _unscored(place, scorer, record.cause)
    points = [one.points for one in found if isinstance(one, Judged)]
    if not points:
        causes = [one.cause for one in found if isinstance(one, Unjudged)]
        return _unscored(place, scorer, causes[0] if causes else f"{JUDGE_CAUSE}not_called")
    detail = tuple(
        f"{one.round}.{mark.criterion}={mark.points if mark.stands else 'void'}"
        for one in found
        for mark in one.marks
    )
    value = fmean(points) / RUBRIC_TOP
    return Scored(
        case_id=place[0], arm=place[1], repeat=place[2], scorer=scorer, value=value, detail=detail
    )  # fmt: skip


def _unscored(place: tuple[str, str, int], scorer: str, cause: str) -> Unscored:
    return Unscored(case_id=place[0], arm=place[1], repeat=place[2], scorer=scorer, cause=cause)
