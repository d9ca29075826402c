"""The ASGI application: routes, keys, and the mark on every reply."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from evalharness.emulator import errors, replies
from evalharness.emulator.cutting import CutResponse, CutStream, halved
from evalharness.emulator.errors import EmulatorError
from evalharness.emulator.faults import Fault, draw_fault, raise_if_refused
from evalharness.emulator.models import MODELS, Model
from evalharness.emulator.request_log import Arrival, RequestLog
from evalharness.emulator.service import Outcome, count_prompt, simulate
from evalharness.emulator.wire import read_count_request, read_request

if TYPE_CHECKING:
    from starlette.requests import Request

    from evalharness.emulator.settings import EmulatorSettings

MARK_HEADER = "x-evalharness-emulator"
MARK = "simulated"
_VERSIONS = ("v1", "v1beta")
_MAX_BODY_BYTES = 20 * 1024 * 1024


def build_app(settings: EmulatorSettings) -> Starlette:
    """Return an emulator without a server around it."""
    emulator = _Emulator(settings)
    routes = [
        Route("/healthz", _health),
        Route("/{version}/models", emulator.list_models),
        Route("/{version}/models/{model}", emulator.get_model),
        Route("/{version}/models/{call}", emulator.call, methods=["POST"]),
    ]
    handlers = {EmulatorError: _refused, HTTPException: _no_such_path, Exception: _crashed}
    # Starlette types handlers for the base class only.
    return Starlette(routes=routes, exception_handlers=handlers)  # type: ignore[arg-type]


class _Emulator:
    """The endpoints and what they share."""

    def __init__(self, settings: EmulatorSettings) -> None:
        self._settings = settings
        self._log = RequestLog(settings.request_log)

    async def list_models(self, request: Request) -> Response:
        _check_version_and_key(request)
        return _reply(replies.models_body())

    async def get_model(self, request: Request) -> Response:
        version = _check_version_and_key(request)
        return _reply(replies.model_body(_model(request.path_params["model"], version, "GetModel")))

    async def call(self, request: Request) -> Response:
        """POST models/{model}:{method}."""
        model_id, _, method = request.path_params["call"].partition(":")
        raw = await request.body()
        arrival = self._log.arrive(model_id, method, raw)
        try:
            version = _check_version_and_key(request)
            model = _model(self._answering(model_id), version, method)
            if len(raw) > _MAX_BODY_BYTES:
                raise errors.invalid_argument(
                    f"Request payload size exceeds the limit: {_MAX_BODY_BYTES} bytes."
                )
            return await self._answer(request, arrival, model, raw)
        except EmulatorError as error:
            self._log.finish(arrival, error.code)
            raise

    async def _answer(self, request: Request, arrival: Arrival, model: Model, raw: bytes) -> Response:
        if arrival.method == "countTokens":
            body = replies.count_body(count_prompt(read_count_request(raw, model.id)))
            self._log.finish(arrival, 200)
            return _reply(body)
        asked = read_request(raw, model.id)
        streamed = arrival.method == "streamGenerateContent"
        if streamed and request.query_params.get("alt") != "sse":
            raise errors.unsupported("streaming other than alt=sse")
        fault = draw_fault(arrival, self._settings)
        raise_if_refused(fault, arrival, self._settings)
        if fault is Fault.HANG:
            self._log.finish(arrival, 200, fault=fault.value)
            await asyncio.sleep(self._settings.hang_s)
            return CutResponse(b"")
        outcome = simulate(asked, model, self._settings)
        if streamed:
            return await self._stream(arrival, model, asked.digest, outcome, fault)
        await asyncio.sleep(outcome.service_ms / 1000)
        return self._whole(arrival, model, asked.digest, outcome, fault)

    def _whole(
        self, arrival: Arrival, model: Model, digest: str, outcome: Outcome, fault: Fault | None
    ) -> Response:
        body = replies.completion_body(outcome, model, digest)
        told = "" if fault is None else fault.value
        self._log.finish(arrival, 200, outcome.service_ms, fault=told, response_id=str(body["responseId"]))
        if fault is Fault.DROP:
            return CutResponse(_encoded(body))
        reply = _reply(body, headers=_timing(outcome.service_ms))
        return halved(reply) if fault is Fault.MALFORMED else reply

    def _answering(self, asked: str) -> str:
        return dict(self._settings.reroutes).get(asked, asked)

    async def _stream(
        self, arrival: Arrival, model: Model, digest: str, outcome: Outcome, fault: Fault | None
    ) -> Response:
        bodies = list(replies.stream_bodies(outcome, model, digest))
        pieces = [b"data: " + _encoded(body) + b"\r\n\r\n" for body in bodies]
        pause_s = (outcome.service_ms - outcome.first_byte_ms) / 1000 / len(pieces)
        if fault is Fault.DROP:
            pieces = pieces[: (len(pieces) + 1) // 2]
        elif fault is Fault.MALFORMED:
            pieces[-1] = pieces[-1][: len(pieces[-1]) // 2] + b"\r\n\r\n"
        told, answer = "" if fault is None else fault.value, str(bodies[0]["responseId"])

        async def events() -> AsyncIterator[bytes]:
            for i, piece in enumerate(pieces):
                await asyncio.sleep(pause_s)
                if i == len(pieces) - 1:
                    self._log.finish(arrival, 200, outcome.service_ms, fault=told, response_id=answer)
                yield piece

        await asyncio.sleep(outcome.first_byte_ms / 1000)
        headers = {MARK_HEADER: MARK, **_timing(outcome.first_byte_ms)}
        kind = CutStream if fault is Fault.DROP else StreamingResponse
        return kind(events(), media_type="text/event-stream", headers=headers)


def _check_version_and_key(request: Request) -> str:
    """Return the API version asked for."""
    version = str(request.path_params["version"])
    if version not in _VERSIONS:
        raise errors.path_not_found()
    key = request.headers.get("x-goog-api-key") or request.query_params.get("key")
    if not key:
        raise errors.missing_key()
    if key == "invalid":
        raise errors.api_key_invalid()
    return version


def _model(model_id: str, version: str, method: str) -> Model:
    if model_id not in MODELS or method not in (*replies.METHODS, "GetModel"):
        raise errors.model_not_found(model_id, version, method)
    return MODELS[model_id]


def _timing(service_ms: int) -> dict[str, str]:
    """The header in which Google's front end says how long a call took it."""
    return {"server-timing": f"gfet4t7; dur={service_ms}"}


def _encoded(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")


def _reply(body: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(
        _encoded(body) + b"\n",
        status_code=status,
        media_type="application/json; charset=UTF-8",
        headers={MARK_HEADER: MARK, **(headers or {})},
    )


async def _health(_: Request) -> Response:
    return _reply({"status": "ok"})


async def _refused(_: Request, error: EmulatorError) -> Response:
    return _reply(error.body(), error.code)


async def _no_such_path(_: Request, error: HTTPException) -> Response:
    return _reply(errors.path_not_found().body(), error.status_code)


async def _crashed(_: Request, __: Exception) -> Response:
    return _reply(errors.internal().body(), 500)
