"""People's grades beside the judge's scores, on the cases of one pair of arms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evalharness.core.decision import Estimate
from evalharness.core.errors import BadInput
from evalharness.core.experiment import DroppedCells
from evalharness.core.labels import GRADES, LabelledPair
from evalharness.decide.bench import Bench
from evalharness.decide.cells import BoolArray, FloatArray, IntArray
from evalharness.decide.design import Design
from evalharness.decide.pairing import Pair
from evalharness.decide.ppi import People, Rectified, rectified_estimate, rectify

FEWEST = 3
"""Graded pairs from which anything at all is estimated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """Grades of one pair's cases, shape (m,) each, points on the experiment's scale."""

    people: People
    minuend: FloatArray
    """What people say of the minuend's case: its score, with the graded repeats' part replaced."""
    subtrahend: FloatArray
    graded_minuend: FloatArray
    """People's mean grade of the very answers that they read."""
    graded_subtrahend: FloatArray
    judged_minuend: FloatArray
    """The judge's score of the same answers."""
    judged_subtrahend: FloatArray
    pairs: tuple[LabelledPair, ...]
    """In the order of the arrays."""

    @property
    def m(self) -> int:
        """Graded cases."""
        return len(self.pairs)


def labelled_of(bench: Bench, pair: Pair) -> Labelled | None:
    """Return the labels of a pair's two arms, None if fewer than FEWEST are (or all in one cluster).

    Raises:
        BadInput: If a label names a case that was not asked in these arms.
    """
    names = (bench.cells.arms[pair.minuend].name, bench.cells.arms[pair.subtrahend].name)
    mine = [label for label in bench.study.labels if (label.treatment, label.control) == names]
    place = {bench.cells.cases[i].case_id: k for k, i in enumerate(pair.index.tolist())}
    known = {case.case_id for case in bench.cells.cases}
    for label in mine:
        if label.case_id not in known:
            raise BadInput(f"labels grade case {label.case_id}, which this study does not have")
    rows = [
        _row(bench, pair, label, place[label.case_id]) for label in mine if label.case_id in place
    ]  # fmt: skip
    kept = sorted((row for row in rows if row is not None), key=lambda row: row.at)
    if len(kept) < FEWEST or pair.design.take(np.array([row.at for row in kept])).units < 2:
        return None
    return _collect(bench, pair, kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    at: int
    case: tuple[float, float]
    graded: tuple[float, float]
    judged: tuple[float, float]
    label: LabelledPair


def _row(bench: Bench, pair: Pair, label: LabelledPair, at: int) -> _Row | None:
    case = int(pair.index[at])
    repeat = _repeat_index(bench, label.repeat)
    arms = (pair.minuend, pair.subtrahend)
    scale = bench.study.experiment.scorer
    if any(bench.cells.unjudged[arm, case, repeat] for arm in arms):
        return None  # the judge said nothing of this very answer: there is nothing to compare with
    scores = [float(bench.cells.quality[arm, case, repeat]) for arm in arms]
    if bench.study.experiment.dropped_cells is DroppedCells.WORST:
        scores = [scale.scale_low if np.isnan(score) else score for score in scores]
    if any(np.isnan(score) for score in scores):
        return None  # dropped from the contrast, so there is nothing to correct
    shares = [_answered_share(bench, arm, case) for arm in arms]
    if bench.study.experiment.dropped_cells is DroppedCells.DROP:
        shares = [1.0, 1.0]
    graded = (
        _points(bench, [grade.treatment for grade in label.grades]),
        _points(bench, [grade.control for grade in label.grades]),
    )
    means = (float(pair.first[at]), float(pair.second[at]))
    whole = [mean + share * (said - score)
             for mean, share, said, score in zip(means, shares, graded, scores, strict=True)]  # fmt: skip
    return _Row(
        at=at, case=(whole[0], whole[1]), graded=graded, judged=(scores[0], scores[1]), label=label
    )  # fmt: skip


def _answered_share(bench: Bench, arm: int, case: int) -> float:
    """Return the share of answers in a case's mean; a repeat that the judge left out is no part of it."""
    counted = ~bench.cells.unjudged[arm, case]
    return float(bench.cells.answered[arm, case][counted].mean())


def _repeat_index(bench: Bench, repeat: int) -> int:
    numbers = sorted({outcome.repeat for outcome in bench.study.outcomes})
    return numbers.index(repeat) if repeat in numbers else 0


def _points(bench: Bench, grades: list[int]) -> float:
    scale, (low, high) = bench.study.experiment.scorer, GRADES
    return scale.scale_low + scale.width * (sum(grades) / len(grades) - low) / (high - low)


def _collect(bench: Bench, pair: Pair, rows: list[_Row]) -> Labelled:
    table = np.array([(*row.case, *row.graded, *row.judged) for row in rows])
    at: IntArray = np.array([row.at for row in rows], dtype=np.int64)
    return Labelled(
        people=People(at=at, known=_known(bench, pair)), minuend=table[:, 0], subtrahend=table[:, 1],
        graded_minuend=table[:, 2], graded_subtrahend=table[:, 3], judged_minuend=table[:, 4],
        judged_subtrahend=table[:, 5], pairs=tuple(row.label for row in rows),
    )  # fmt: skip


def _known(bench: Bench, pair: Pair) -> BoolArray:
    """Tell which cases have no repeat with both answers: nobody can grade them, their score is the rule's."""
    answered = bench.cells.answered
    both: BoolArray = (answered[pair.minuend] & answered[pair.subtrahend]).any(axis=1)
    unanswered: BoolArray = ~both[pair.index]
    return unanswered


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """How people's grades change the means of contrasts over a pair's cases.

    A shift is what people add to the judge's value of each graded case, shape (m,), in the contrast's unit.
    """

    people: People
    minuend: FloatArray
    """Shift of the minuend's score, points."""
    subtrahend: FloatArray

    @classmethod
    def of(cls, labelled: Labelled, pair: Pair) -> Correction:
        """Take the labels of a pair."""
        at = labelled.people.at
        return cls(
            people=labelled.people, minuend=labelled.minuend - pair.first[at],
            subtrahend=labelled.subtrahend - pair.second[at],
        )  # fmt: skip

    @property
    def quality(self) -> FloatArray:
        """Shift of the score difference, points."""
        shift: FloatArray = self.minuend - self.subtrahend
        return shift

    def rectified(self, values: FloatArray, design: Design, shift: FloatArray) -> Rectified:
        """Correct a mean.

        Args:
            values: One per case as judged, shape (n,).
            design: Of the same cases.
            shift: Of the graded ones.
        """
        return rectify(values, values[self.people.at] + shift, self.people, design)

    def estimate(
        self, values: FloatArray, design: Design, shift: FloatArray, *, unit: str, confidence: float
    ) -> Estimate:
        """Estimate a corrected mean with its bounds; see rectified."""
        found = self.rectified(values, design, shift)
        return rectified_estimate(found, design, unit=unit, confidence=confidence)

    def guarded(
        self,
        values: FloatArray,
        design: Design,
        shift: FloatArray,
        *,
        pseudo: float,
        unit: str,
        confidence: float,
    ) -> Estimate:
        """Estimate a corrected mean with the tail guard's pseudo-case among the graded ones.

        People say that it loses, and the judge saw nothing: what few grades miss is a catastrophe that only
        people see. As a case that the judge saw too it would guard the judge's errors and not theirs.
        """
        at = self.people.at
        more = People(at=np.append(at, len(values)), known=np.append(self.people.known, False))
        seen = float(np.average(values, weights=design.weights))
        wider = design.with_pseudo_case()
        found = rectify(np.append(values, seen), np.append(values[at] + shift, pseudo), more, wider)
        return rectified_estimate(found, wider, unit=unit, confidence=confidence)
