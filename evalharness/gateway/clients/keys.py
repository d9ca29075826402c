"""The API key: where it comes from, and that it goes nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from evalharness.core.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from evalharness.gateway.clients.endpoint import Endpoint

KEY_VARIABLES = ("GEMINI_API_KEY", "GOOGLE_API_KEY")
"""Names under which a key is looked for, first match wins."""
BEARER_VARIABLE = "OPENAI_API_KEY"
"""Where the key of a chat completions server stands."""
PLACEHOLDER_KEY = "emulator"
_SHORTEST_SECRET = 16


class Secret:
    """A value that shows itself only when asked: not by repr, str, format, pickling or comparison."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        """Wrap the value."""
        self._value = value

    def __repr__(self) -> str:
        """Return a text without the value."""
        return "Secret(hidden)"

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled, which would write the value."""
        raise TypeError("a Secret is not written anywhere")

    def reveal(self) -> str:
        """Return the value, for the one place that sends it."""
        return self._value

    def redact(self, text: str) -> str:
        """Return the text with the value blotted out; Google quotes the key in some 403 messages."""
        # A short value is no real key, and blotting it out could hide an ordinary word.
        return text.replace(self._value, "(key hidden)") if len(self._value) >= _SHORTEST_SECRET else text


def key_for(endpoint: Endpoint, environ: Mapping[str, str], dotenv: Path | None) -> Secret:
    """Return the key to send to an endpoint.

    Plain http reaches this machine only, where the emulator listens: it gets a placeholder, for the SDK
    insists on some key, the emulator needs none, and a real one must not end up in a local server's log.

    Args:
        endpoint: Where the key will go.
        environ: Environment variables.
        dotenv: A .env file, which is looked into if the environment holds no key; it need not exist.

    Raises:
        BadInput: If no key is found or it cannot be one.
    """
    return find_key(environ, dotenv) if endpoint.encrypted else Secret(PLACEHOLDER_KEY)


def bearer_for(endpoint: Endpoint, environ: Mapping[str, str]) -> Secret | None:
    """Return the key to send to a chat completions server; none unencrypted, and none if none is set.

    Raises:
        BadInput: If it holds characters that no key has.
    """
    value = environ.get(BEARER_VARIABLE, "").strip()
    return _checked(value, BEARER_VARIABLE, "the environment") if value and endpoint.encrypted else None


def find_key(environ: Mapping[str, str], dotenv: Path | None) -> Secret:
    """Return the key from the environment, else from a .env file.

    Raises:
        BadInput: If there is none, or it holds characters that no key has.
    """
    for source, variables in (("the environment", environ), (str(dotenv), _read_dotenv(dotenv))):
        for name in KEY_VARIABLES:
            value = variables.get(name, "").strip()
            if value:
                return _checked(value, name, source)
    raise BadInput(
        f"no API key: set {' or '.join(KEY_VARIABLES)} in the environment or in a .env file,"
        " or use --mode replay, which needs none"
    )


def _read_dotenv(path: Path | None) -> dict[str, str]:
    if path is None or not path.is_file():
        return {}
    # Late: replay needs no key and should not pay for this.
    from dotenv import dotenv_values  # noqa: PLC0415

    try:
        # utf-8-sig: Windows' Notepad writes a BOM. No interpolation: a $ in a key is a $.
        values = dotenv_values(path, encoding="utf-8-sig", interpolate=False)
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"cannot be read as UTF-8 text ({type(error).__name__})", file=path) from None
    return {name: value for name, value in values.items() if value is not None}


def _checked(value: str, name: str, source: str) -> Secret:
    # Otherwise the HTTP client would fail while encoding the header, with the key in its message.
    if not value.isascii() or not value.isprintable() or " " in value:
        raise BadInput(f"{name} in {source} holds characters that an API key cannot have")
    return Secret(value)
