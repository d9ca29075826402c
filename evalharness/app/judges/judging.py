"""Judges at work: questions from records, through the one engine, to judgements and scores."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from evalharness.app.clients import Go
from evalharness.app.judges.access import Asking, judge_access
from evalharness.app.project import Project
from evalharness.app.recordings.kept import record_kept
from evalharness.app.system import SystemClock
from evalharness.core.call import Attempt, Call
from evalharness.core.errors import ProviderError
from evalharness.core.experiment import ContextMode, Experiment, JudgeChoice, Role
from evalharness.core.job import Job
from evalharness.core.judging import Comparison, Judgement
from evalharness.core.ports import Journal
from evalharness.core.score import Record, Score
from evalharness.run import RunSummary
from evalharness.score.judge import (
    Replies,
    comparisons,
    judge_scores,
    judgements,
    pairwise_tasks,
    rubric_tasks,
)
from evalharness.score.judge.results import PairReplies, RubricReplies
from evalharness.store import RunDirectory


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """All that the judges said."""

    judgements: tuple[Judgement, ...]
    comparisons: tuple[Comparison, ...]
    scores: tuple[Score, ...]
    calls: Mapping[str, Call]
    """The run's calls, those that were made now included."""


def judge_records(
    project: Project,
    directory: RunDirectory,
    records: Sequence[Record],
    *,
    calls: Mapping[str, Call],
    how: Asking,
) -> Verdicts:
    """Ask every judge what the run's calls do not answer yet, and read all replies.

    Args:
        project: The experiment.
        directory: The run; calls are appended to its journal as they end.
        records: One per cell.
        calls: The run's calls so far.
        how: How to reach the judges.

    Raises:
        EvalHarnessError: As `run.Engine.execute`; whatever was paid for is kept.
    """
    session = _Session(project=project, directory=directory, how=how, known=dict(calls))
    questions = Questions(project, records, session.known)
    session.ask(questions.first, repairs=lambda: questions.repairs)
    found = judgements(questions.rubric, questions.marks)
    return Verdicts(
        judgements=found,
        comparisons=comparisons(questions.pairs, questions.sides),
        scores=judge_scores(records, found, [judge.name for judge in project.experiment.judges]),
        calls=session.known,
    )


class Questions:
    """All that an experiment asks its judges about some answers."""

    def __init__(self, project: Project, records: Sequence[Record], calls: Mapping[str, Call]) -> None:
        """Make the questions.

        Args:
            project: The experiment.
            records: One per cell.
            calls: The run's calls, which may grow: what is asked again stands on replies.
        """
        bench = project.judging
        self.rubric = rubric_tasks(records, bench)
        self.pairs = pairwise_tasks(
            records,
            bench,
            pairs=compared_arms(project.experiment),
            case_ids={case.id for case in project.compared_cases},
        )
        self._asked = [pair for pair in self.pairs if not pair.same]
        read = partial(Replies, calls, prompts=bench.prompts, aliases=dict(project.experiment.aliases))
        self.marks: RubricReplies = read()
        self.sides: PairReplies = read()

    @property
    def first(self) -> tuple[Job, ...]:
        """The questions, of every judge."""
        return (*(task.job for task in self.rubric), *(pair.job for pair in self._asked))

    def by_judge(self) -> Iterator[tuple[JudgeChoice, Job]]:
        """Yield every question with who is asked, followed by what repairs its reply if that is wanted."""
        for task in self.rubric:
            yield from ((task.judge, job) for job in (task.job, self.marks.second(task)) if job is not None)
        for pair in self._asked:
            yield from ((pair.judge, job) for job in (pair.job, self.sides.second(pair)) if job is not None)

    @property
    def repairs(self) -> tuple[Job, ...]:
        """The questions that follow replies which cannot be read, of the replies that are there by now."""
        return (*self.marks.repairs(self.rubric), *self.sides.repairs(self._asked))


def compared_arms(experiment: Experiment) -> tuple[tuple[str, str], ...]:
    """Return (treatment, control) of each context in which both are run."""
    found = (
        (experiment.main_arm(Role.TREATMENT, context), experiment.main_arm(Role.CONTROL, context))
        for context in (ContextMode.RAW, ContextMode.SENA)
    )
    return tuple((first.name, second.name) for first, second in found if first and second)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Session:
    """One scoring of one run."""

    project: Project
    directory: RunDirectory
    how: Asking
    known: dict[str, Call]
    """The run's calls; what is asked now is added."""

    def ask(self, questions: Sequence[Job], *, repairs: Callable[[], tuple[Job, ...]]) -> None:
        """Make the calls that are missing: first questions, then repairs of what cannot be read."""
        if self.how.mode.records:
            overwrite, note = self.how.mode.overwrites, self.how.note
            record_kept(self.project, (*questions, *repairs()), self.known, overwrite=overwrite, note=note)
        first = self._missing(questions)
        if not first and not self._missing(repairs()):
            return
        clock, note = SystemClock(), self.how.note
        access = judge_access(self.project, self.directory, self.known.values(), self.how, clock)
        since = f"{clock.now():%Y-%m-%d %H:%M:%S} UTC"
        with (
            self.directory.lock(since=since, note=note),
            self.directory.journal(fresh=False, durable=self.how.mode.connects, note=note) as kept,
        ):
            # Somebody else may have scored this run while we looked at it.
            done = kept.completed()
            self.known.update({job.key: done[job.key] for job in first if job.key in done})
            first = self._missing(first)
            journal = _Telling(kept, self.known)

            async def work(go: Go) -> RunSummary:
                done = await go(first)
                return done.plus(await go(self._missing(repairs())))

            summary = asyncio.run(access.perform(work, journal=journal, watch=self.how.watch, note=note))
        _say(summary, journal.fresh, note)

    def _missing(self, jobs: Iterable[Job]) -> list[Job]:
        """Return the jobs to be made, each once: new ones and, with a connection, failures worth a retry."""
        found: dict[str, Job] = {}
        for job in jobs:
            call = self.known.get(job.key)
            error = None if call is None or call.reply is not None else call.error
            if call is None or (self.how.mode.connects and error is not None and error.retryable):
                found.setdefault(job.key, job)
        return list(found.values())


class _Telling:
    """A journal that also tells what is appended: repairs stand on replies that have just come."""

    def __init__(self, journal: Journal, known: dict[str, Call]) -> None:
        self._journal = journal
        self._known = known
        self.fresh: list[Call] = []

    def completed(self) -> Mapping[str, Call]:
        return self._journal.completed()

    def everything(self) -> Iterator[Call]:
        yield from self._journal.everything()

    def earlier_attempts(self, key: str) -> tuple[Attempt, ...]:
        return self._journal.earlier_attempts(key)

    def append(self, call: Call) -> None:
        self._journal.append(call)
        self._known[call.key] = call
        self.fresh.append(call)


def _say(summary: RunSummary, fresh: Sequence[Call], note: Callable[[str], None]) -> None:
    """Say what went wrong with the judges.

    Raises:
        ProviderError: If none of them answered at all.
    """
    for asked, served in sorted(summary.rerouted):
        note(f"{served} answered judge calls meant for {asked}: those judgements do not count")
    if not summary.failed:
        return
    causes = Counter(call.error.message for call in fresh if call.error is not None)
    cause = causes.most_common(1)[0][0] if causes else "no cause recorded"
    if not summary.made:
        raise ProviderError(
            f"none of {summary.failed} judge calls was answered: {cause}; "
            "`evalharness score` goes on from here"
        )
    note(f"{summary.failed} judge calls failed, most often so: {cause}")
