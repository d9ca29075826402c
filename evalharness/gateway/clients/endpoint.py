"""Where a model is reached."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from evalharness.core.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping

GOOGLE_HOST = "generativelanguage.googleapis.com"
GOOGLE_URL = f"https://{GOOGLE_HOST}"
LOOPBACK = "loopback"
BASE_URL_VARIABLE = "GOOGLE_GEMINI_BASE_URL"
CHAT_URL = "http://127.0.0.1:1234"
"""Where LM Studio listens unless told otherwise."""
CHAT_URL_VARIABLE = "OPENAI_BASE_URL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A checked base URL."""

    url: str
    """Scheme, host and perhaps a path prefix, without a slash at the end."""
    host: str
    """Host, and port if the URL names one, lower-case."""
    encrypted: bool
    """Whether it is reached by https. Plain http is accepted for this machine only."""
    loopback: bool
    """Whether the host is this machine."""

    @property
    def place(self) -> str:
        """What answers are told apart by: the host, or loopback.

        The port of a local server changes with every start; that it is local is what matters.
        """
        return LOOPBACK if self.loopback else self.host


def place_of(host: str) -> str:
    """Return the place of a host, and perhaps a port, as a recording names it."""
    name = host.rpartition(":")[0] if host.count(":") == 1 or host.startswith("[") else host
    return LOOPBACK if _is_loopback(name.strip("[]")) else host


def resolve_endpoint(base_url: str | None, environ: Mapping[str, str]) -> Endpoint:
    """Choose and check the base URL: the argument, else GOOGLE_GEMINI_BASE_URL, else Google's own.

    Raises:
        BadInput: If it is no plain http(s) URL, or would send a key unencrypted over a network.
    """
    if base_url:
        return _check(base_url, "base URL")
    if environ.get(BASE_URL_VARIABLE, "").strip():
        return _check(environ[BASE_URL_VARIABLE], BASE_URL_VARIABLE)
    return _check(GOOGLE_URL, "base URL")


def resolve_chat_endpoint(base_url: str | None, environ: Mapping[str, str]) -> Endpoint:
    """Choose and check the base URL of a chat completions server; by custom it may end in /v1.

    Chosen are the argument, else OPENAI_BASE_URL, else LM Studio on this machine.

    Raises:
        BadInput: If it is no plain http(s) URL, or would send a key unencrypted over a network.
    """
    text, name = base_url or "", "base URL"
    if not text:
        text, name = environ.get(CHAT_URL_VARIABLE, "").strip() or CHAT_URL, CHAT_URL_VARIABLE
    return _check(text.strip().rstrip("/").removesuffix("/v1"), name)


def _check(text: str, name: str) -> Endpoint:
    url = text.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise BadInput(f"{name} is not a URL: give something like {GOOGLE_URL}") from None
    if parts.scheme not in {"http", "https"} or not host:
        raise BadInput(f"{name} is not an http(s) URL: give something like {GOOGLE_URL}")
    _refuse_extras(parts, name)
    loopback = _is_loopback(host)
    if parts.scheme == "http" and not loopback:
        raise BadInput(f"{name} is http://{host}: a key would cross the network in the clear; use https://")
    shown = f"[{host}]" if ":" in host else host
    return Endpoint(
        url=url,
        host=shown if port is None else f"{shown}:{port}",
        encrypted=parts.scheme == "https",
        loopback=loopback,
    )


def _refuse_extras(parts: SplitResult, name: str) -> None:
    # The message leaves the URL out: what stands before the @ or in the query may be a password or a key.
    if parts.username is not None or parts.query or parts.fragment:
        raise BadInput(f"{name} holds a user name, query or fragment: give scheme, host and path only")
    last = parts.path.rpartition("/")[2]
    if last in {"v1", "v1beta", "models"}:
        raise BadInput(f"{name} ends in /{last}: leave that out, the client adds the API version and model")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
