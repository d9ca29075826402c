"""One more chance for a judge whose reply cannot be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from evalharness.core.call import Call
from evalharness.core.job import Job
from evalharness.core.wire.request import Message
from evalharness.score.judge.prompts import JudgePrompts
from evalharness.score.judge.replies import Unreadable
from evalharness.score.judge.tasks import Silent, Task, said

QUOTED_CHARACTERS = 4000
"""Most of an unreadable reply that is shown to its judge again."""


def repair_jobs(
    tasks: Iterable[Task],
    calls: Mapping[str, Call],
    *,
    prompts: Mapping[str, JudgePrompts],
    aliases: Mapping[str, str],
) -> tuple[Job, ...]:
    """Return the second questions of all tasks whose first reply cannot be read, each once."""
    jobs = (second_job(task, calls, prompts=prompts, aliases=aliases) for task in tasks)
    return tuple({job.key: job for job in jobs if job is not None}.values())


def second_job(
    task: Task,
    calls: Mapping[str, Call],
    *,
    prompts: Mapping[str, JudgePrompts],
    aliases: Mapping[str, str],
) -> Job | None:
    """Return the question that follows an unreadable reply: the first one, the reply, and what is wrong.

    None if the reply can be read, or if there is none: silence is not repaired. Equal replies give equal
    questions, so that scoring again finds the answer where it is.
    """
    text = said(calls.get(task.job.key), aliases)
    if isinstance(text, Silent):
        return None
    problem = task.problem(text)
    if not isinstance(problem, Unreadable):
        return None
    again = prompts[task.judge.name].repair(task.case.language, problem.problem)
    request = task.job.request
    messages = (
        *request.messages,
        Message(role="model", text=text[:QUOTED_CHARACTERS]),
        Message(role="user", text=again),
    )
    return replace(task.job, request=replace(request, messages=messages))
