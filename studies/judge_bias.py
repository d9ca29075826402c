"""What the judges' failings do to the figures, and what is done against them: `make judge-study`.

The shipped answers are judged by the emulator inside this process, with one failing dialled at a time. What
the figures would be without it is known, because the same judge without it is asked the same questions.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import numpy as np

from evalharness.app.clients import Mode
from evalharness.app.judges.judging import compared_arms
from evalharness.app.project import Project
from evalharness.app.stages import run_experiment
from evalharness.core.call import Call, Reply
from evalharness.core.decision import Decision
from evalharness.core.job import Job
from evalharness.core.judging import Compared, Comparison, Judged, Judgement, Side
from evalharness.core.plan import PlannedCell
from evalharness.core.provenance import Delivery, Origin
from evalharness.core.score import Answer, Completed, Record
from evalharness.decide import decide
from evalharness.decide.assemble import RunData, assemble
from evalharness.decide.design import Design
from evalharness.decide.length import length_adjusted
from evalharness.emulator import EmulatorSettings
from evalharness.emulator.models import MODELS
from evalharness.emulator.replies import completion_body
from evalharness.emulator.service import simulate
from evalharness.emulator.wire import read_request
from evalharness.experiment.planning import draw_seed
from evalharness.score import build_records, score_records
from evalharness.score.judge import (
    Replies,
    comparisons,
    judge_scores,
    judgements,
    pairwise_tasks,
    rubric_tasks,
)
from evalharness.score.judge.tasks import Bench, Task

FILLER = {
    "en": "It is worth taking a moment here, and there is no hurry about any of it. ",
    "ko": "여기서 잠시 숨을 고르셔도 좋고, 어느 것도 서두르실 필요는 없습니다. ",
}
"""Sentences that say nothing, with which an answer grows."""


@dataclass(frozen=True)
class Shipped:
    """The shipped experiment with its answers."""

    project: Project
    plan: tuple[PlannedCell, ...]
    calls: dict[str, Call]
    records: tuple[Record, ...]

    def bench(self, study: int = 0) -> Bench:
        """Return what judges are asked with in one of many simulated studies: other seeds, other noise."""
        seed = self.project.experiment.seed + 1000 * study
        return replace(self.project.judging, seed=partial(draw_seed, seed))


def shipped(experiment: Path) -> Shipped:
    """Replay the experiment's answers."""
    project = Project(experiment)
    with tempfile.TemporaryDirectory() as folder:
        done = run_experiment(
            project, mode=Mode.REPLAY, out=Path(folder), note=lambda _: None, watch=lambda _: None
        )
        plan, calls = done.directory.read_plan(), done.directory.read_calls()
    return Shipped(project=project, plan=plan, calls=calls, records=build_records(plan, calls))


def ask(job: Job, settings: EmulatorSettings) -> Call:
    """Make one call to an emulator in this process."""
    model = MODELS[job.request.model]
    request = read_request(json.dumps(job.request.body).encode(), model.id)
    body = completion_body(simulate(request, model, settings), model, request.digest)
    reply = Reply(
        body=body,
        host="127.0.0.1",
        headers={},
        latency_ms=0.0,
        recorded_at="2026-11-23T00:00:00Z",
        delivery=Delivery.LIVE,
        client="emulator",
    )
    return Call(
        key=job.key, purpose=job.purpose, model=model.id, attempts=(), reply=reply, error=None,
        origin=Origin.SIMULATED,
    )  # fmt: skip


def replies_to(
    tasks: Sequence[Task[Any]], bench: Bench, settings: EmulatorSettings
) -> tuple[Replies[Any], dict[str, Call]]:
    """Ask every question, and every unreadable one again, as a run does."""
    calls = {job.key: ask(job, settings) for job in {task.job.key: task.job for task in tasks}.values()}
    replies: Replies[Any] = Replies(calls, prompts=bench.prompts, aliases={})
    for job in replies.repairs(tasks):
        calls[job.key] = ask(job, settings)
    return replies, calls


def compare(
    records: Iterable[Record], bench: Bench, settings: EmulatorSettings, *, case_ids: Iterable[str],
    pairs: Sequence[tuple[str, str]],
) -> tuple[Comparison, ...]:  # fmt: skip
    """Compare arms directly, in both orders."""
    tasks = pairwise_tasks(tuple(records), bench, pairs=pairs, case_ids=set(case_ids))
    asked = [task for task in tasks if not task.same]
    return comparisons(tasks, replies_to(asked, bench, settings)[0])


def grade(
    records: Iterable[Record], bench: Bench, settings: EmulatorSettings
) -> tuple[tuple[Judgement, ...], Mapping[str, Call]]:
    """Judge answers by rubric."""
    tasks = rubric_tasks(tuple(records), bench)
    replies, calls = replies_to(tasks, bench, settings)
    return judgements(tasks, replies), calls


@dataclass(frozen=True, kw_only=True)
class PositionResult:
    """Position bias against both orders. Rates are means over studies."""

    studies: int
    pairs: int
    """Of one study."""
    truth: float
    """Win rate by a judge without bias and without noise."""
    fair: float
    """Win rate in both orders by the judge without bias."""
    both: float
    """Win rate in both orders by the judge with it."""
    standard_error: float
    """Of `both` less `fair`, which are asked the same questions."""
    single: float
    """Win rate by the judge with the bias where the treatment is always shown first."""
    flips: float
    """Share of pairs whose orders disagree."""
    flips_fair: float
    flips_of_decided: float
    """Among the pairs that the judge without bias decides: what position alone does."""
    first_share: float
    """Share of the replies that name an answer which name the first one."""


def position_bias(data: Shipped, *, bias: float, studies: int, noise: float | None = None) -> PositionResult:
    """Ask judges who take the first answer in a share of comparisons, whatever it says.

    Each simulated study compares the raw arms on all cases, with seeds of its own.

    Args:
        data: Cases and answers.
        bias: Share of comparisons in which the first answer is taken.
        studies: How many.
        noise: The judges' noise, points; None for the emulator's own.
    """
    quiet = EmulatorSettings() if noise is None else EmulatorSettings(judge_noise=noise)
    rows: list[tuple[float, ...]] = []
    for number in range(studies):
        fair, biased = (_compared(data, replace(quiet, position_bias=b), number) for b in (0.0, bias))
        decided = [name for name, row in fair.items() if row.outcome is not Side.TIE]
        rows.append(
            (
                _rate(row.outcome for row in fair.values()),
                _rate(row.outcome for row in biased.values()),
                _rate(row.treatment_first for row in biased.values()),
                fmean(row.flipped for row in biased.values()),
                fmean(row.flipped for row in fair.values()),
                fmean(biased[name].flipped for name in decided),
                _first_share(biased.values()),
            )
        )
    without, both, single, flips, before, of_decided, first = zip(*rows, strict=True)
    exact = _compared(data, EmulatorSettings(judge_noise=0.0), 0)
    gaps = [b - a for a, b in zip(without, both, strict=True)]
    return PositionResult(
        studies=studies, pairs=len(exact), truth=_rate(row.outcome for row in exact.values()),
        fair=fmean(without), both=fmean(both), standard_error=stdev(gaps) / studies**0.5,
        single=fmean(single), flips=fmean(flips), flips_fair=fmean(before),
        flips_of_decided=fmean(of_decided), first_share=fmean(first),
    )  # fmt: skip


def _compared(data: Shipped, settings: EmulatorSettings, study: int) -> dict[str, Compared]:
    (pair, *_) = compared_arms(data.project.experiment)
    ids = {planned.cell.case_id for planned in data.plan}
    found = compare(data.records, data.bench(study), settings, case_ids=ids, pairs=[pair])
    return {row.case_id: row for row in found if isinstance(row, Compared)}


def _rate(sides: Iterable[Side]) -> float:
    return fmean(side is Side.TREATMENT for side in sides if side is not Side.TIE)


def _first_share(rows: Iterable[Compared]) -> float:
    named = [
        is_first
        for row in rows
        for side, is_first in (
            (row.treatment_first, row.treatment_first is Side.TREATMENT),
            (row.control_first, row.control_first is Side.CONTROL),
        )
        if side is not Side.TIE
    ]
    return fmean(named)


@dataclass(frozen=True, kw_only=True)
class LengthResult:
    """A taste for length against the length-adjusted figure: the truth is zero."""

    cases: int
    raw: float
    """Uplift that the judge sees, points."""
    adjusted: float
    """Between answers of equal length, points."""
    raw_fair: float
    """Of the same judge without the taste."""
    adjusted_fair: float


def verbosity_bias(data: Shipped, *, bias: float) -> LengthResult:
    """Compare Flash's answers with themselves, grown by sentences that say nothing: up to twice the length.

    Whatever uplift there is comes from length alone.
    """
    cases = {case.id: case for case in data.project.dataset.cases}
    rng = np.random.default_rng(20261129)
    plain = [row for row in data.records if isinstance(row, Completed) and row.arm == "flash-raw"]
    grown = [_grown(row, FILLER[cases[row.case_id].language], rng.uniform(0, 1)) for row in plain]
    shift: dict[float, tuple[float, float]] = {}
    ratios = np.array(
        [np.log(_tokens(data, longer) / _tokens(data, row)) for row, longer in zip(plain, grown, strict=True)]
    )
    for taste in (0.0, bias):
        settings = EmulatorSettings(verbosity_bias=taste)
        found, _ = grade([*plain, *grown], data.bench(), settings)
        points = {(row.case_id, row.arm): row.points for row in found if isinstance(row, Judged)}
        gaps = np.array([points[r.case_id, "grown"] - points[r.case_id, "flash-raw"] for r in plain])
        adjusted = length_adjusted(gaps, ratios, Design.simple(len(gaps)), unit="points", confidence=0.95)
        shift[taste] = (float(gaps.mean()), adjusted.estimate.value if adjusted else float("nan"))
    return LengthResult(
        cases=len(plain), raw=shift[bias][0], adjusted=shift[bias][1], raw_fair=shift[0.0][0],
        adjusted_fair=shift[0.0][1],
    )  # fmt: skip


def _grown(record: Completed, filler: str, share: float) -> Completed:
    wanted = int(len(record.answer.text) * share)
    extra = filler * (wanted // len(filler) + 1)
    text = f"{record.answer.text}\n\n{extra[:wanted]}".strip()
    return replace(record, arm="grown", answer=Answer(text=text, truncated=False))


def _tokens(data: Shipped, record: Completed) -> float:
    (score,) = [
        score
        for score in score_records([record], {case.id: case for case in data.project.dataset.cases})
        if score.scorer.startswith("length/")
    ]
    return float(score.value)  # type: ignore[union-attr]


@dataclass(frozen=True, kw_only=True)
class MalformedResult:
    """Replies that cannot be read, through repair to the verdict."""

    judgements: int
    repaired: int
    unscored: int
    causes: tuple[tuple[str, int], ...]
    verdicts: tuple[str, str]
    verdicts_without: tuple[str, str]
    shift: float
    """Mean points of all judged cells, less those of the judge without the failing."""


def malformed(data: Shipped, *, share: float) -> MalformedResult:
    """Decide the shipped experiment with judges of which a share of replies is not what was asked for."""
    fair, spoilt = (decided(data, EmulatorSettings(judge_malformed_share=s)) for s in (0.0, share))
    row = spoilt[0].judge.judges[0]  # type: ignore[union-attr]
    points = [fmean(one.points for one in found if isinstance(one, Judged)) for _, found in (fair, spoilt)]
    return MalformedResult(
        judgements=row.judgements, repaired=row.repaired, unscored=row.unscored, causes=row.causes,
        verdicts=_rulings(spoilt[0]), verdicts_without=_rulings(fair[0]), shift=points[1] - points[0],
    )  # fmt: skip


def decided(data: Shipped, settings: EmulatorSettings) -> tuple[Decision, tuple[Judgement, ...]]:
    """Judge all answers and decide."""
    project = data.project
    bench = data.bench()
    found, calls = grade(data.records, bench, settings)
    cases = {case.id: case for case in project.dataset.cases}
    names = [judge.name for judge in project.experiment.judges]
    run = RunData(
        plan=data.plan,
        records=data.records,
        scores=(*score_records(data.records, cases), *judge_scores(data.records, found, names)),
        calls={**data.calls, **calls},
        judgements=found,
    )
    study = assemble(run, experiment=project.experiment, cases=project.dataset.cases, on=None, pilot=False)
    return decide(study, project.card, project.assumptions), found


def _rulings(decision: Decision) -> tuple[str, str]:
    sena = decision.sena.verdict.ruling.value if decision.sena else "none"
    return decision.upgrade.verdict.ruling.value, sena


def main(studies: int, experiment: Path) -> None:
    """Print what each failing does."""
    data = shipped(experiment)
    for noise in (0.0, EmulatorSettings().judge_noise, 0.8):
        _say_position(position_bias(data, bias=0.3, studies=studies, noise=noise), noise)
    length = verbosity_bias(data, bias=0.5)
    print(f"verbosity bias 0.5 points a doubling, {length.cases} answers against themselves grown (truth 0):")
    print(f"  uplift seen            {length.raw:+.3f} points, without the bias {length.raw_fair:+.3f}")
    print(f"  at equal length        {length.adjusted:+.3f} points, without the bias", end=" ")
    print(f"{length.adjusted_fair:+.3f}")
    for share in (0.03, 0.2):
        spoilt = malformed(data, share=share)
        print(f"malformed replies {share:.0%}, {spoilt.judgements} judgements:")
        print(f"  repaired {spoilt.repaired}, unscored {spoilt.unscored} {list(spoilt.causes)}")
        print(f"  mean of the judged {spoilt.shift:+.3f} points off")
        print(f"  verdicts {spoilt.verdicts}, without {spoilt.verdicts_without}")


def _say_position(found: PositionResult, noise: float) -> None:
    print(
        f"position bias 30 %, judge noise {noise:g} points, {found.studies} studies of {found.pairs} pairs:"
    )
    print(f"  win rate by a judge without bias and noise  {found.truth:.2%}")
    print(f"  both orders: without bias {found.fair:.2%}, with it {found.both:.2%}", end=" ")
    print(f"({found.both - found.truth:+.2%} from the truth; the bias alone {found.both - found.fair:+.2%},")
    print(f"  standard error {found.standard_error:.2%})")
    print(f"  treatment always first: {found.single:.2%} ({found.single - found.truth:+.2%} from the truth)")
    print(f"  flip rate {found.flips:.1%}, without bias {found.flips_fair:.1%}", end="; ")
    print(f"of the pairs decided without bias {found.flips_of_decided:.1%}")
    print(f"  replies naming the first answer {found.first_share:.1%}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=100)
    parser.add_argument("experiment", type=Path, nargs="?", default=Path("prompts/experiment.toml"))
    given = parser.parse_args()
    sys.exit(main(given.studies, given.experiment))
