"""Is this machine ready to make the calls of an experiment? One finding a line, each with its fix."""

from __future__ import annotations

import asyncio
import datetime as dt
import platform
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from typing import Any

from evalharness.app.project import Project
from evalharness.core.errors import EvalHarnessError, ProviderError
from evalharness.core.pacific import pacific_day
from evalharness.core.ports import Clock
from evalharness.core.pricing import RateCard, price_usage
from evalharness.core.wire.request import Message, ModelRequest
from evalharness.core.wire.response import parse_response, served_id
from evalharness.gateway.clients.endpoint import (
    CHAT_URL_VARIABLE,
    Endpoint,
    resolve_chat_endpoint,
    resolve_endpoint,
)
from evalharness.gateway.clients.keys import Secret, key_for
from evalharness.gateway.clients.probe import ListedModel, Probe

_NEEDED = ("google-genai", "httpx2", "vcrpy")
_LEGACY = "google-generativeai"
_SOON_DAYS = 60
_SHOWN = 6
_PROBE_TEXT = "Hello"


class Status(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARN = "warn"
    """Works, but look at it."""
    FAIL = "fail"
    """Calls, or a decision, will not work like this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line."""

    check: str
    status: Status
    detail: str
    fix: str = ""
    """What to do; empty for ok."""


def _ok(check: str, detail: str) -> Finding:
    return Finding(check=check, status=Status.OK, detail=detail)


def _warn(check: str, detail: str, fix: str) -> Finding:
    return Finding(check=check, status=Status.WARN, detail=detail, fix=fix)


def _fail(check: str, detail: str, fix: str) -> Finding:
    return Finding(check=check, status=Status.FAIL, detail=detail, fix=fix)


@dataclass(frozen=True, kw_only=True)
class Doctor:
    """What is looked at."""

    experiment: Path
    out: Path | None
    """The folder for runs and reports; None for the experiment's."""
    call: bool
    """Also count tokens and make one call of one output token, which is billed."""
    environ: Mapping[str, str]
    dotenv: Path
    clock: Clock

    def findings(self) -> Iterator[Finding]:
        """Look at one thing after another; what cannot be looked at is a finding too."""
        yield from _versions()
        project = Project(self.experiment)
        if self.out is not None:
            yield from _folder("reports", self.out)
        about = list(_guarded("experiment", self._experiment(project)))
        yield from about
        readable = all(finding.check != "experiment" or finding.status is Status.OK for finding in about)
        yield from _guarded("endpoint", self._endpoint(project if readable else None))
        if self.environ.get(CHAT_URL_VARIABLE, "").strip():
            yield from _guarded("chat server", self._chat_server())

    def _experiment(self, project: Project) -> Iterator[Finding]:
        experiment = project.experiment
        yield _ok("experiment", f"{experiment.name}, {len(project.cases)} cases")
        if self.out is None:
            yield from _folder("reports", project.reports)
        yield from _folder("cassettes", project.cassettes)
        day = pacific_day(self.clock.now())
        elsewhere = [judge.model for judge in experiment.judges]
        for model in dict.fromkeys((*_models(project), *elsewhere)):
            yield _price(project.card, model, day, experiment.thresholds.max_rate_age_days)
            yield from _shutdown(project.card, model, day)

    def _endpoint(self, project: Project | None) -> Iterator[Finding]:
        endpoint = resolve_endpoint(None, self.environ)
        yield _ok("endpoint", f"{endpoint.host} ({'this machine' if endpoint.loopback else 'https'})")
        try:
            key = key_for(endpoint, self.environ, self.dotenv)
        except EvalHarnessError as error:
            what, _, fix = str(error).partition(": ")
            # Replaying needs none, so only who asks for a call must have one.
            yield _fail("key", what, fix) if self.call else _warn("key", f"{what}: replay only", fix)
            return
        yield _ok("key", "present, not shown" if endpoint.encrypted else "none needed on this machine")
        probe = Probe(endpoint=endpoint, key=key, clock=self.clock)
        listed = {model.id: model for model in probe.gemini_models()}
        yield _listed(endpoint, listed)
        yield _ok("tier", "not told by the API; AI Studio shows it, and the limits per minute and day")
        if project is None:
            return
        models = _models(project)
        for model in models:
            yield _available(model, listed, project.experiment.gateway.max_output_tokens)
        if self.call:
            yield from _guarded("call", self._one_call(probe, key, models[0], project.card))

    def _one_call(self, probe: Probe, key: Secret, model: str, card: RateCard) -> Iterator[Finding]:
        yield _ok("countTokens", f"{model}: {probe.count_tokens(model, _PROBE_TEXT)} tokens, free")
        body = asyncio.run(_call(probe.endpoint, key, self.clock, model))
        completion = parse_response(body)
        detail = f"{model} served by {completion.served_model or 'nobody named'}"
        if completion.usage is None:
            yield _warn("call", f"{detail}, no token counts", "the call cannot be priced; look at the answer")
            return
        bill = price_usage(completion.usage, model=model, card=card, on=pacific_day(self.clock.now()))
        detail += f": {completion.usage.total_tokens} tokens, {bill.total_usd:.8f} USD"
        usage = body["usageMetadata"]
        detail += f", tier {usage['serviceTier']}" if usage.get("serviceTier") else ""
        if served_id(completion.served_model) == card.resolve(model):
            yield _ok("call", detail)
        else:
            yield _fail(
                "call", detail, "another model answers for this one: correct the experiment's model id"
            )

    def _chat_server(self) -> Iterator[Finding]:
        endpoint = resolve_chat_endpoint(None, self.environ)
        names = Probe(endpoint=endpoint, key=None, clock=self.clock).chat_models()
        if names:
            yield _ok("chat server", f"{endpoint.host} lists {', '.join(names[:_SHOWN])}")
        else:
            yield _warn("chat server", f"{endpoint.host} lists no model", "load a model there")


def _guarded(check: str, findings: Iterator[Finding]) -> Iterator[Finding]:
    """Pass findings on; an error among them becomes the last."""
    try:
        yield from findings
    except EvalHarnessError as error:
        text = str(error)
        what, dash, fix = text.partition(" — ")
        if not dash and isinstance(error, ProviderError):
            what, _, fix = text.rpartition(": ")
        yield _fail(check, what, fix or "correct what is named here")


async def _call(endpoint: Endpoint, key: Secret, clock: Clock, model: str) -> Mapping[str, Any]:
    # Late: the SDK takes a second to load.
    from evalharness.gateway.clients.google_genai import GoogleGenaiClient

    client = GoogleGenaiClient(endpoint=endpoint, key=key, clock=clock, timeout_s=60.0)
    message = Message(role="user", text=_PROBE_TEXT)
    request = ModelRequest(model=model, system="", messages=(message,), max_output_tokens=1, seed=1)
    try:
        return (await client.complete(request, draw=0)).body
    finally:
        await client.aclose()


def _versions() -> Iterator[Finding]:
    yield _ok("python", f"{platform.python_version()} on {sys.platform}")
    wanted = _required()
    for name in _NEEDED:
        yield _package(name, wanted.get(name, ()))
    legacy = _installed(_LEGACY)
    if legacy is not None:
        fix = f"only a gateway that still runs it needs it; else: pip uninstall {_LEGACY}"
        yield _warn(_LEGACY, f"{legacy}, without support since 2025-11-30", fix)


def _package(name: str, wanted: tuple[int, ...]) -> Finding:
    found = _installed(name)
    if found is None:
        return _fail(name, "not installed", f"pip install {name}")
    if _numbers(found)[: len(wanted)] < wanted:
        return _fail(name, f"{found}, needed is {'.'.join(map(str, wanted))}", f"pip install -U {name}")
    return _ok(name, found)


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _required() -> dict[str, tuple[int, ...]]:
    """Return the lowest versions that the installed package asks for; empty in a bare checkout."""
    try:
        lines = metadata.requires("evalharness") or []
    except metadata.PackageNotFoundError:
        return {}
    matches = (re.match(r"([A-Za-z0-9-]+)>=([0-9.]+)", line) for line in lines)
    return {match[1]: _numbers(match[2]) for match in matches if match}


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def _folder(check: str, folder: Path) -> Iterator[Finding]:
    place = folder
    while not place.exists() and place != place.parent:
        place = place.parent
    try:
        with tempfile.TemporaryFile(dir=place):
            yield _ok(check, f"{folder.as_posix()} can be written")
    except OSError as error:
        detail = f"{folder.as_posix()} cannot be written ({error.strerror})"
        yield _fail(check, detail, "choose another folder, or change its permissions")


def _models(project: Project) -> tuple[str, ...]:
    """Return the models that the Gemini endpoint is asked for: of arms, compressor and judges."""
    experiment = project.experiment
    compressor = experiment.sena.compressor_model
    models = [arm.model for arm in experiment.arms] + ([compressor] if compressor else [])
    judges = [j.model for j in experiment.judges if j.client == "google-genai" and j.base_url is None]
    return tuple(dict.fromkeys((*models, *judges)))


def _price(card: RateCard, model: str, day: dt.date, most_days: int) -> Finding:
    check = f"price {model}"
    try:
        row = card.rate(model, day)
    except EvalHarnessError as error:
        return _fail(check, str(error), "add a row to the rate card")
    age = (day - row.as_of).days
    changes = card.price_changes((model,), day, day + dt.timedelta(days=_SOON_DAYS))
    said = f"read {age} {'day' if age == 1 else 'days'} ago" + (
        f", changes on {changes[0]}" if changes else ""
    )
    if age > most_days:
        detail = f"{said}; the experiment allows {most_days}"
        return _fail(check, detail, f"read it at {row.source} and set as_of")
    return (
        _warn(
            check,
            said,
            "the report shows that day too; to decide on it, read the prices again within 30 days of it",
        )
        if changes
        else _ok(check, said)
    )


def _shutdown(card: RateCard, model: str, day: dt.date) -> Iterator[Finding]:
    known = card.resolve(model)
    for row in card.shutdowns:
        if row.model == known and row.on <= day:
            yield _fail(f"shutdown {model}", f"shut down since {row.on}", "choose a model that is served")
        elif row.model == known and (row.on - day).days <= _SOON_DAYS:
            yield _warn(f"shutdown {model}", f"will be shut down on {row.on}", "choose a model that stays")


def _listed(endpoint: Endpoint, listed: Mapping[str, ListedModel]) -> Finding:
    if not listed:
        return _fail("models", f"{endpoint.host} lists none", "use another key")
    names = ", ".join(sorted(listed)[:_SHOWN])
    more = f" and {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else ""
    return _ok("models", f"{endpoint.host} lists {names}{more}")


def _available(model: str, listed: Mapping[str, ListedModel], max_output_tokens: int) -> Finding:
    check, entry = f"model {model}", listed.get(model)
    if entry is None:
        fix = "correct the id in the experiment, or use a key that may use it"
        return _fail(check, "not listed by the endpoint", fix)
    limits = f"{entry.input_token_limit or '?'} tokens in, {entry.output_token_limit or '?'} out"
    if entry.output_token_limit is not None and entry.output_token_limit < max_output_tokens:
        fix = f"set gateway.max_output_tokens to at most {entry.output_token_limit}"
        return _fail(check, f"{limits}: fewer than the experiment asks for", fix)
    return _ok(check, limits)
