"""What judges replied, and the one more chance for a judge whose reply cannot be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Generic, TypeVar

from evalharness.core.call import Call
from evalharness.core.job import Job
from evalharness.core.wire.request import Message
from evalharness.score.judge.prompts import JudgePrompts
from evalharness.score.judge.replies import Unreadable
from evalharness.score.judge.tasks import Silent, Task, said

QUOTED_CHARACTERS = 4000
"""Most of an unreadable reply that is shown to its judge again."""

Meaning = TypeVar("Meaning")


class Replies(Generic[Meaning]):
    """The replies to tasks of one kind; each is read once.

    The calls may grow: what is not there yet is looked for again.
    """

    def __init__(
        self, calls: Mapping[str, Call], *, prompts: Mapping[str, JudgePrompts], aliases: Mapping[str, str]
    ) -> None:
        """Take a run's calls.

        Args:
            calls: By key.
            prompts: By judge.
            aliases: Served model to requested model, where both count as the same.
        """
        self._calls = calls
        self._prompts = prompts
        self._aliases = aliases
        self._heard: dict[str, tuple[Call, str | Silent, Meaning | Unreadable | Silent]] = {}

    def final(self, task: Task[Meaning]) -> tuple[Meaning | Unreadable | Silent, tuple[str, ...]]:
        """Return what the reply that counts means, and the keys of the calls that were made for it."""
        again = self.second(task)
        keys = (task.job.key,) if again is None else (task.job.key, again.key)
        _, meaning = self._hear(keys[-1], task)
        return meaning, tuple(key for key in keys if key in self._calls)

    def second(self, task: Task[Meaning]) -> Job | None:
        """Return the question that follows an unreadable reply: the first one, the reply, and what is wrong.

        None if the reply can be read, or if there is none: silence is not repaired. Equal replies give equal
        questions, so that scoring again finds the answer where it is.
        """
        text, meaning = self._hear(task.job.key, task)
        if isinstance(text, Silent) or not isinstance(meaning, Unreadable):
            return None
        again = self._prompts[task.judge.name].repair(task.case.language, meaning.problem)
        request = task.job.request
        messages = (
            *request.messages,
            Message(role="model", text=text[:QUOTED_CHARACTERS]),
            Message(role="user", text=again),
        )
        return replace(task.job, request=replace(request, messages=messages))

    def repairs(self, tasks: Iterable[Task[Meaning]]) -> tuple[Job, ...]:
        """Return the second questions of all tasks whose first reply cannot be read, each once."""
        jobs = (self.second(task) for task in tasks)
        return tuple({job.key: job for job in jobs if job is not None}.values())

    def _hear(self, key: str, task: Task[Meaning]) -> tuple[str | Silent, Meaning | Unreadable | Silent]:
        call = self._calls.get(key)
        known = self._heard.get(key)
        if known is not None and known[0] is call:
            return known[1], known[2]
        text = said(call, self._aliases)
        meaning = text if isinstance(text, Silent) else task.read(text)
        if call is not None:
            self._heard[key] = (call, text, meaning)
        return text, meaning
