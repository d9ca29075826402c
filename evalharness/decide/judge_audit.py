"""The audit of the judges: against each other, against themselves, against length and plain scorers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np

from evalharness.core.decision import (
    JudgeAudit,
    JudgeContrast,
    JudgeRow,
    ScorerAgreement,
    SelfAgreement,
)
from evalharness.core.experiment import JudgeChoice
from evalharness.core.judging import RUBRIC, RUBRIC_TOP, Judged, Judgement, Unjudged, rubric_scorer
from evalharness.core.provenance import Origin
from evalharness.core.score import Scored
from evalharness.core.study import Study
from evalharness.decide.bench import Bench
from evalharness.decide.cells import FloatArray
from evalharness.decide.correlation import pearson, spearman
from evalharness.decide.grid import simple_effects
from evalharness.decide.length import Lengths, length_adjusted, log_lengths, log_ratios
from evalharness.decide.pairing import Pair
from evalharness.decide.pairwise import pairwise_rows
from evalharness.decide.panel import is_kin, seen_by

Place = tuple[str, str, int]
Values = Mapping[Place, float]


def judge_audit(bench: Bench) -> JudgeAudit | None:
    """Describe the panel; None if the experiment has no judges or none was asked."""
    study = bench.study
    if not study.experiment.judges or not (study.judgements or study.comparisons):
        return None
    values = _values(study)
    primary = study.experiment.judges[0].name
    return JudgeAudit(
        judges=tuple(_judge(bench, judge, values, primary) for judge in study.experiment.judges),
        decides=study.experiment.scorer.judge,
        pairwise=pairwise_rows(bench),
        scorers=_scorers(values, _points(values, primary)),
    )


def _values(study: Study) -> dict[str, dict[Place, float]]:
    """Return every score by scorer (name and version) and cell."""
    found: dict[str, dict[Place, float]] = defaultdict(dict)
    for score in study.scores:
        if isinstance(score, Scored):
            found[score.scorer][score.case_id, score.arm, score.repeat] = score.value
    return found


def _judge(bench: Bench, judge: JudgeChoice, values: Mapping[str, Values], primary: str) -> JudgeRow:
    study = bench.study
    own = [row for row in study.judgements if row.judge == judge.name]
    scored = {_place(row) for row in own if isinstance(row, Judged)}
    causes = {_place(row): row.cause for row in reversed(own) if isinstance(row, Unjudged)}
    left = Counter(cause for place, cause in causes.items() if place not in scored)
    marks = [mark for row in own for mark in row.marks]
    return JudgeRow(
        name=judge.name, model=judge.model, family=judge.family, client=judge.client,
        primary=judge.name == primary, prompts=judge.prompts,
        prompts_sha256=", ".join(sorted({row.prompts for row in own})), repeats=judge.repeats,
        same_family=is_kin(judge, study.experiment),
        judges_itself=any(arm.model == judge.model for arm in study.experiment.arms),
        origin=dict(study.judge_origins).get(judge.name, Origin.UNVERIFIED),
        answers=len({_place(row) for row in own}), scored=len(scored), unscored=left.total(),
        causes=tuple(sorted(left.items(), key=lambda item: (-item[1], item[0]))),
        judgements=len(own), repaired=sum(isinstance(row, Judged) and row.repaired for row in own),
        criteria=len(marks), voided=sum(not mark.stands for mark in marks),
        contrasts=_contrasts(seen_by(bench, judge.name)), self_agreement=_self_agreement(own, judge.repeats),
        against_primary=None if judge.name == primary else pearson(
            *_columns(_points(values, judge.name), _points(values, primary))
        ),
    )  # fmt: skip


def _place(row: Judgement) -> Place:
    return (row.case_id, row.arm, row.repeat)


def _contrasts(bench: Bench) -> tuple[JudgeContrast, ...]:
    lengths = log_lengths(bench.study)
    return tuple(
        _contrast(bench, name, bench.pair(first, second), lengths)
        for name, first, second in simple_effects(bench.arms)
        if bench.pair(first, second).design.n
    )


def _contrast(bench: Bench, name: str, pair: Pair, lengths: Lengths) -> JudgeContrast:
    first, second = (bench.cells.arms[arm].name for arm in (pair.minuend, pair.subtrahend))
    ratios = log_ratios(lengths, [bench.cells.cases[i].case_id for i in pair.index], first, second)
    adjusted = length_adjusted(pair.quality, ratios, pair.design, unit="points", confidence=bench.confidence)
    return JudgeContrast(
        name=name, minuend=first, subtrahend=second, quality=bench.points(pair),
        length_adjusted=None if adjusted is None else adjusted.estimate,
        slope=None if adjusted is None else adjusted.slope,
    )  # fmt: skip


def _self_agreement(own: Sequence[Judgement], repeats: int) -> SelfAgreement | None:
    if repeats < 2:
        return None
    rounds: dict[Place, dict[int, float]] = defaultdict(dict)
    for row in own:
        if isinstance(row, Judged):
            rounds[_place(row)][row.round] = row.points
    several = [points for points in rounds.values() if len(points) > 1]
    if not several:
        return None
    gaps = [float(np.mean([abs(a - b) for a, b in combinations(points.values(), 2)])) for points in several]
    first, second = ({place: points[i] for place, points in rounds.items() if i in points} for i in (0, 1))
    return SelfAgreement(
        answers=len(several), mean_difference=float(np.mean(gaps)),
        correlation=pearson(*_columns(first, second)),
    )  # fmt: skip


def _points(values: Mapping[str, Values], judge: str) -> Values:
    found = [table for name, table in values.items() if name.partition("/")[0] == rubric_scorer(judge)]
    return {place: RUBRIC_TOP * value for table in found for place, value in table.items()}


def _scorers(values: Mapping[str, Values], points: Values) -> tuple[ScorerAgreement, ...]:
    return tuple(
        ScorerAgreement(
            scorer=name,
            answers=len(values[name].keys() & points.keys()),
            pearson=pearson(*_columns(values[name], points)),
            spearman=spearman(*_columns(values[name], points)),
        )
        for name in sorted(values)
        if not name.startswith(f"{RUBRIC}@") and values[name].keys() & points.keys()
    )


def _columns(first: Values, second: Values) -> tuple[FloatArray, FloatArray]:
    """Return the values of the cells that both have, shape (n,) each."""
    places = sorted(first.keys() & second.keys())
    return np.array([first[place] for place in places]), np.array([second[place] for place in places])
