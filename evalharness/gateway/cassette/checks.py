"""Checks of one recording that is whole: what its parts say of each other. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from evalharness.core.errors import InvalidUsage, ProviderError
from evalharness.core.provenance import EMULATOR_HEADER, SIMULATED_SUFFIX, Origin, derive_origin
from evalharness.core.wire.response import Completion, parse_response
from evalharness.gateway.cassette.finding import Check, Finding, Standard
from evalharness.gateway.cassette.response_id import time_of

if TYPE_CHECKING:
    from evalharness.gateway.cassette.interaction import Interaction

CLOCKS_APART = dt.timedelta(minutes=10)
"""How far the clocks of provider and recording machine may differ."""


def check_recording(item: Interaction, standard: Standard) -> Iterator[Finding]:
    """Yield what is wrong with a recording whose name, layout and hashes are right."""
    name = f"{item.key}.json"
    completion = None
    try:
        completion = parse_response(item.response_body)
    except InvalidUsage as error:
        yield Finding(check=Check.USAGE, file=name, message=error.message)
    except ProviderError as error:
        yield Finding(check=Check.RESPONSE, file=name, message=error.message)
    if completion is not None and completion.usage is None:
        message = "no token counts: nobody can bill it"
        yield Finding(check=Check.USAGE, file=name, message=message, warning=True)
    origin = derive_origin(item.host, item.headers, item.response_body)
    for check, message in (
        *_origin(item, origin),
        *_model(item, completion, standard),
        *_times(item, origin, standard),
        *_lifecycle(item, standard),
    ):
        yield Finding(check=check, file=name, message=message)


def asked_model(item: Interaction) -> str:
    """Return the model that a recording's request names."""
    return item.path.rpartition("/")[2].partition(":")[0]


def _origin(item: Interaction, origin: Origin) -> Iterator[tuple[Check, str]]:
    body = item.response_body
    if origin is Origin.UNVERIFIED:
        yield Check.ORIGIN, f"nobody knows who answered: {item.host} is not Google's, and nothing is marked"
    if origin is not Origin.SIMULATED:
        return
    marks = {
        f"header {EMULATOR_HEADER}": EMULATOR_HEADER in item.headers,
        "modelVersion": str(body.get("modelVersion", "")).endswith(SIMULATED_SUFFIX),
        "responseId": str(body.get("responseId", "")).startswith("simulated-"),
    }
    if absent := [where for where, there in marks.items() if not there]:
        yield Check.ORIGIN, f"the simulated mark is missing in {', '.join(absent)}: something took it out"
    if _is_google(item.host):
        yield Check.ORIGIN, f"a simulated answer that claims to come from {item.host}"


def _is_google(host: str) -> bool:
    return host.partition(":")[0].lower().endswith("googleapis.com")


def _model(
    item: Interaction, completion: Completion | None, standard: Standard
) -> Iterator[tuple[Check, str]]:
    if completion is None:
        return
    asked, served = asked_model(item), completion.served_model
    if not served:
        yield Check.MODEL, f"asked for {asked}; the answer does not say which model gave it"
    elif standard.resolve(served) != standard.resolve(asked):
        yield Check.MODEL, f"asked for {asked}, answered by {served}"


def _times(item: Interaction, origin: Origin, standard: Standard) -> Iterator[tuple[Check, str]]:
    recorded = dt.datetime.fromisoformat(item.recorded_at)
    if recorded.date() > standard.on:
        yield Check.TIME, f"recorded on {recorded.date()}, after the day of this check ({standard.on})"
    told = _http_date(item.headers.get("date"))
    if told is not None and abs(told - recorded) > CLOCKS_APART:
        yield Check.TIME, f"the server's Date is {told:%Y-%m-%d %H:%M:%S}, recorded_at {item.recorded_at}"
    if origin is not Origin.GOOGLE:
        return
    response_id = str(item.response_body.get("responseId", ""))
    made = time_of(response_id)
    if made is None:
        yield Check.IDENTITY, f"responseId {response_id!r} holds no time, as Google's do"
    elif abs(made - recorded) > CLOCKS_APART:
        yield Check.TIME, f"responseId was made {made:%Y-%m-%d %H:%M:%S}, recorded_at {item.recorded_at}"


def _http_date(text: str | None) -> dt.datetime | None:
    try:
        told = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return told if told.tzinfo is not None else None


def _lifecycle(item: Interaction, standard: Standard) -> Iterator[tuple[Check, str]]:
    recorded = dt.datetime.fromisoformat(item.recorded_at).date()
    age = (standard.on - recorded).days
    if age > standard.max_age_days:
        limit = standard.max_age_days
        yield Check.AGE, f"{age} days old on {standard.on}, at most {limit} (recordings.max_age_days)"
    model = asked_model(item)
    end = standard.shutdowns.get(standard.resolve(model))
    if end is None:
        return
    if recorded >= end:
        yield Check.SHUTDOWN, f"recorded on {recorded}, but {model} was shut down on {end}: another answered"
    elif standard.on >= end:
        yield Check.SHUTDOWN, f"{model} was shut down on {end}: nothing can be decided about it any more"


def texts_of(value: Any, where: str) -> Iterator[tuple[str, str]]:
    """Yield every text in a JSON value with its path, keys included."""
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield f"{where} (a key)", key
            yield from texts_of(item, f"{where}.{key}")
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from texts_of(item, f"{where}[{index}]")
