"""Which client answers in which mode, and what surrounds a run with it."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from pathlib import Path

from evalharness.app.planning.estimate import price_on
from evalharness.app.project import Project
from evalharness.app.recordings.foreign import warn_of_foreign
from evalharness.app.recordings.kept import record_kept
from evalharness.app.recordings.missing import refuse_missing
from evalharness.app.signals import stopping_on_signals
from evalharness.core.call import Call
from evalharness.core.errors import BadInput, Interrupted, InvalidUsage
from evalharness.core.experiment import Limits
from evalharness.core.job import JUDGING, Job
from evalharness.core.pacific import pacific_day
from evalharness.core.plan import Plan
from evalharness.core.ports import Clock, Journal, ModelClient
from evalharness.core.wire.response import parse_response
from evalharness.gateway.cassette.modes import MissingThenRecord, Mode
from evalharness.gateway.cassette.own import OwnRecordingsFirst
from evalharness.gateway.cassette.replay import ReplayClient
from evalharness.gateway.clients.endpoint import Endpoint, resolve_chat_endpoint, resolve_endpoint
from evalharness.gateway.clients.redacting import RedactingClient
from evalharness.run import Engine, Price, Progress, RunSummary

CASSETTES = "cassettes"
"""Endpoint name of replayed answers."""
Go = Callable[[Sequence[Job]], Awaitable[RunSummary]]
"""Makes every one of some jobs that is not made yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How one run reaches its answers."""

    mode: Mode
    project: Project
    clock: Clock
    budget_usd: Decimal | None = None
    """Replaces the experiment's budget."""
    month_spent_usd: Decimal = Decimal(0)
    """What the runs beside this one, and this one, have spent in this month."""
    live: Callable[[], ModelClient] | None = None
    """Makes the client that connects; None for the gateway's own."""
    since: dt.datetime | None = None
    """When the run began, if an earlier session may have recorded what its journal lacks; else None."""

    @property
    def endpoint(self) -> str:
        """Where answers come from: cassettes, loopback, or a host."""
        if not self.mode.connects:
            return CASSETTES
        return endpoint_of(self.project.experiment.gateway.client).place

    async def execute(
        self,
        *,
        journal: Journal,
        watch: Callable[[Progress], None],
        planned: Callable[[Plan], None],
        note: Callable[[str], None],
    ) -> RunSummary:
        """Execute the project's jobs with the client of this mode, compressions first.

        Args:
            journal: Where calls are kept.
            watch: Told the progress after every call.
            planned: Told the plan once all its requests are known, before the first answer is asked for.
            note: Told, in one line, that a signal asks the run to stop.

        Raises:
            EvalHarnessError: As `run.Engine.execute`.
        """

        async def answers(go: Go) -> RunSummary:
            first = await go(self.project.plan.compressions)
            plan = self.project.resolve(replies_of(self.project.plan, journal.completed()))
            planned(plan)
            return first.plus(await go(plan.jobs))

        return await self.perform(answers, journal=journal, watch=watch, note=note)

    async def perform(
        self,
        work: Callable[[Go], Awaitable[RunSummary]],
        *,
        journal: Journal,
        watch: Callable[[Progress], None],
        note: Callable[[str], None],
    ) -> RunSummary:
        """Let `work` make jobs, as often as it likes, through one engine with the client of this mode.

        Raises:
            EvalHarnessError: As `run.Engine.execute`.
        """
        with contextlib.ExitStack() as stack:
            client = self._client(stack)
            engine = Engine(
                client=client,
                journal=journal,
                limits=self._limits(),
                clock=self.clock,
                price=self.price(),
                month_spent_usd=self.month_spent_usd,
                on_progress=watch,
            )
            stack.enter_context(stopping_on_signals(partial(_interrupt, engine, note)))
            try:
                return await work(partial(self._execute, engine, journal, note))
            finally:
                await client.aclose()

    async def _execute(
        self, engine: Engine, journal: Journal, note: Callable[[str], None], jobs: Sequence[Job]
    ) -> RunSummary:
        if self.mode is Mode.REPLAY:
            refuse_missing(self.project, jobs, _today(self.clock))
        elif self.mode.records:
            known = journal.completed()
            record_kept(self.project, jobs, known, overwrite=self.mode.overwrites, note=note)
            if not self.mode.overwrites:
                warn_of_foreign(self.project.cassettes, jobs, known, asked=self._asked, note=note)
        return await engine.execute(jobs)

    def _asked(self, job: Job) -> str:
        """Return where a call would go: judges may each have a place of their own."""
        if job.purpose in JUDGING:
            for judge in self.project.experiment.judges:
                if judge.model == job.request.model:
                    return endpoint_of(judge.client, judge.base_url).place
        return self.endpoint

    def _limits(self) -> Limits:
        limits = self.project.experiment.limits
        if self.mode.connects:
            return limits if self.budget_usd is None else replace(limits, budget_usd=self.budget_usd)
        # Replay costs nothing and reads one file at a time: neither budget nor concurrency applies.
        return Limits(concurrency=1, timeout_s=limits.timeout_s, max_attempts=1, budget_usd=None)

    def price(self) -> Price:
        """Return what token counts cost in this mode, today."""
        if not self.mode.connects:
            return lambda _model, _usage: Decimal(0)
        return price_on(self.project.card, _today(self.clock))

    def _client(self, stack: contextlib.ExitStack) -> ModelClient:
        folder = self.project.cassettes
        if self.mode is Mode.REPLAY:
            return ReplayClient(folder)
        live = self._live_client() if self.live is None else self.live()
        if self.mode is Mode.LIVE:
            personal = self.project.personal
            return live if personal is None else RedactingClient(live, personal)
        from evalharness.gateway.cassette.record import recording

        recorder = stack.enter_context(
            recording(
                folder,
                client=live,
                clock=self.clock,
                overwrite=self.mode.overwrites,
                personal=self.project.personal,
            )
        )
        client: ModelClient = recorder
        if self.mode is Mode.RECORD_MISSING:
            client = MissingThenRecord(replay=ReplayClient(folder), record=recorder)
        if self.since is None:
            return client
        return OwnRecordingsFirst(client, folder=folder, since=self.since)

    def _live_client(self) -> ModelClient:
        settings, timeout_s = self.project.experiment.gateway, self.project.experiment.limits.timeout_s
        if settings.client == "google-generativeai":
            from evalharness.gateway.clients.generativeai import GoogleGenerativeaiClient
            from evalharness.gateway.clients.keys import key_for

            endpoint = endpoint_of(settings.client)
            key = key_for(endpoint, os.environ, Path(".env"))
            return GoogleGenerativeaiClient(endpoint=endpoint, key=key, clock=self.clock, timeout_s=timeout_s)
        return make_client(settings.client, clock=self.clock, timeout_s=timeout_s, stream=settings.stream)


def _interrupt(engine: Engine, note: Callable[[str], None]) -> None:
    flying = engine.in_flight
    # First of all: where a terminal was closed, telling it fails.
    engine.stop(Interrupted("interrupted; what was recorded is kept, the same command goes on from there"))
    note(f"stopping: {flying} calls in flight are being finished and kept; a second signal ends at once")


def replies_of(plan: Plan, calls: Mapping[str, Call]) -> dict[str, str | None]:
    """Return what the compressor replied, by call key; None where it failed or gave no text."""
    return {job.key: _text(calls.get(job.key)) for job in plan.compressions}


def _text(call: Call | None) -> str | None:
    if call is None or call.reply is None:
        return None
    try:
        return parse_response(call.reply.body).text
    except InvalidUsage:
        return None


def endpoint_of(client: str, base_url: str | None = None) -> Endpoint:
    """Return where a client reaches its model: at the base URL, else where the environment says.

    Raises:
        BadInput: If the base URL is none.
    """
    resolve = resolve_chat_endpoint if client == "openai-compatible" else resolve_endpoint
    return resolve(base_url, os.environ)


def make_client(
    name: str,
    *,
    clock: Clock,
    timeout_s: float,
    base_url: str | None = None,
    key_variable: str | None = None,
    stream: bool = False,
) -> ModelClient:
    """Return a client that connects; nothing is sent yet.

    Args:
        name: google-genai or openai-compatible.
        clock: Source of latency and recording times.
        timeout_s: Longest time one call may take, in seconds.
        base_url: Where to send; None for what the environment says.
        key_variable: Environment variable that holds the key; None for the client's own.
        stream: Fetch answers as streams (google-genai only).

    Raises:
        BadInput: If the base URL or the key is missing or wrong.
    """
    from evalharness.gateway.clients.keys import BEARER_VARIABLE, KEY_VARIABLES, bearer_for, key_for

    endpoint = endpoint_of(name, base_url)
    environ, dotenv = dict(os.environ), Path(".env")
    if key_variable is not None:
        own = environ.get(key_variable, "").strip()
        if not own and endpoint.encrypted:
            raise BadInput(f"no API key: set {key_variable} in the environment, which the experiment names")
        environ |= dict.fromkeys((*KEY_VARIABLES, BEARER_VARIABLE), own)
    if name == "openai-compatible":
        from evalharness.gateway.clients.local_server import LocalServerClient

        key = bearer_for(endpoint, environ)
        return LocalServerClient(endpoint=endpoint, key=key, clock=clock, timeout_s=timeout_s)
    from evalharness.gateway.clients.google_genai import GoogleGenaiClient

    return GoogleGenaiClient(
        endpoint=endpoint, key=key_for(endpoint, environ, dotenv), clock=clock, timeout_s=timeout_s,
        stream=stream,
    )  # fmt: skip


def _today(clock: Clock) -> dt.date:
    return pacific_day(clock.now())


__all__ = ["CASSETTES", "Access", "Mode", "replies_of"]
