"""How judges are reached: each by its own client, all through one engine, to the same place as before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from evalharness.app.clients import Access, Mode, endpoint_of, make_client
from evalharness.app.people.personal import check_people
from evalharness.app.planning.preflight import month_spent
from evalharness.app.project import Project
from evalharness.core.call import Call, Reply
from evalharness.core.errors import RunMismatch
from evalharness.core.experiment import JudgeChoice
from evalharness.core.job import JUDGING
from evalharness.core.pacific import pacific_day
from evalharness.core.ports import Clock, ModelClient
from evalharness.core.provenance import Delivery
from evalharness.core.wire.request import ModelRequest
from evalharness.gateway.clients.endpoint import place_of
from evalharness.run import Progress
from evalharness.store import RunDirectory


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """How judges are reached, and who is told."""

    mode: Mode
    note: Callable[[str], None]
    watch: Callable[[Progress], None]
    budget_usd: Decimal | None = None
    """Replaces the experiment's budget, which is one for answers and judges."""


def judge_access(
    project: Project, directory: RunDirectory, earlier: Iterable[Call], how: Asking, clock: Clock
) -> Access:
    """Return the way to the judges; a way that connects is checked first.

    Raises:
        BadInput: If people's text would go where it may be used.
        PricingError: If a judge has no price today.
        RunMismatch: If its earlier judgements in this run come from another place.
        JournalDamaged: If what this month's runs spent cannot be read.
    """
    experiment = project.experiment
    access = Access(
        mode=how.mode, project=project, clock=clock, budget_usd=how.budget_usd,
        live=lambda: judge_client(experiment.judges, clock=clock, timeout_s=experiment.limits.timeout_s),
    )  # fmt: skip
    if not how.mode.connects:
        return access
    for line in check_people(project):
        how.note(line)
    for judge in experiment.judges:
        project.card.rate(judge.model, pacific_day(clock.now()))
    _refuse_other_places(experiment.judges, earlier, directory)
    manifest = directory.read_manifest()
    access = replace(access, since=dt.datetime.fromisoformat(manifest.started_at))
    if experiment.limits.monthly_usd is None:
        return access
    spent = month_spent(
        directory.path.parent, endpoint=manifest.endpoint, now=clock.now(), price=access.price()
    )
    return replace(access, month_spent_usd=spent)


def judge_client(judges: Sequence[JudgeChoice], *, clock: Clock, timeout_s: float) -> ModelClient:
    """Return one client that reaches every judge, each by its own way.

    Raises:
        BadInput: If a base URL or key is missing or wrong.
    """
    made: dict[tuple[str, str | None, str | None], ModelClient] = {}
    by_model: dict[str, ModelClient] = {}
    for judge in judges:
        way = (judge.client, judge.base_url, judge.key_variable)
        if way not in made:
            made[way] = make_client(
                judge.client, clock=clock, timeout_s=timeout_s, base_url=judge.base_url,
                key_variable=judge.key_variable,
            )  # fmt: skip
        by_model[judge.model] = made[way]
    return ByModel(by_model)


class ByModel:
    """Sends each request through the client of its model."""

    def __init__(self, clients: Mapping[str, ModelClient]) -> None:
        """Take a client for every model; several models may share one."""
        self.name = "judges"
        self._clients = clients

    async def complete(self, request: ModelRequest, *, draw: int) -> Reply:
        """Make exactly one call; the reply names the client that made it.

        Raises:
            EvalHarnessError: As that client.
        """
        return await self._clients[request.model].complete(request, draw=draw)

    async def aclose(self) -> None:
        """Close every client once."""
        for client in {id(client): client for client in self._clients.values()}.values():
            await client.aclose()


def _refuse_other_places(
    judges: Sequence[JudgeChoice], earlier: Iterable[Call], directory: RunDirectory
) -> None:
    places = {judge.model: endpoint_of(judge.client, judge.base_url) for judge in judges}
    for call in earlier:
        endpoint, reply = places.get(call.model), call.reply
        if call.purpose not in JUDGING or endpoint is None or reply is None:
            continue
        if reply.delivery is not Delivery.LIVE:
            continue
        before, now = place_of(reply.host), endpoint.place
        if before != now:
            raise RunMismatch(
                f"judgements by {call.model} in this run come from {before}, now they would go on with "
                f"{now}; reach the judge where it was reached before, or make another run (another --out)",
                file=directory.path,
            )
