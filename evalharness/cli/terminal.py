"""Text on consoles that cannot show all of it: a cp949 or ASCII one gets plain signs, never an exception."""

from __future__ import annotations

import codecs
import sys
from collections.abc import Mapping
from typing import Final, TextIO

_HANDLER: Final = "evalharness.plain"
_ASCII: Final = "evalharness_ascii"
_UNKNOWN: Final = "?"
_PLAIN: Final[Mapping[str, str]] = {
    "–": "-", "—": "-", "―": "-", "−": "-", "‑": "-", "─": "-", "━": "-", "│": "|", "╷": "|", "╵": "|",
    "‘": "'", "’": "'", "“": '"', "”": '"', "…": "...", "·": "-", "•": "-", "×": "x", "±": "+/-", "≈": "~",
    "→": "->", "←": "<-", "≥": ">=", "≤": "<=", "√": "sqrt", "✓": "yes", "✗": "no", "§": "section ",
    "\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u2028": " ", "\ufe0e": "", "\ufe0f": "", "\u200d": "",
}  # fmt: skip
"""Signs that say the same in ASCII; an emoji has no such sign and becomes a question mark."""


def write_plainly_where_needed() -> None:
    """Let standard output and error replace what their encoding cannot hold."""
    codecs.register_error(_HANDLER, _replace)
    codecs.register(_find_ascii)
    for stream in (sys.stdout, sys.stderr):
        _reconfigure(stream)


def _reconfigure(stream: TextIO | None) -> None:
    # A stream that a test or an embedding program put there may have no such method, or be closed.
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is None or stream is None:
        return
    if codecs.lookup(stream.encoding).name == "ascii":
        reconfigure(encoding=_ASCII, errors=_HANDLER)
    else:
        reconfigure(errors=_HANDLER)


def _find_ascii(name: str) -> codecs.CodecInfo | None:
    """Return ASCII under another name: click takes an ASCII stream for a mistake and writes UTF-8 to it."""
    if name != _ASCII:
        return None
    ascii_codec = codecs.lookup("ascii")
    return codecs.CodecInfo(
        name=_ASCII,
        encode=ascii_codec.encode,
        decode=ascii_codec.decode,
        incrementalencoder=ascii_codec.incrementalencoder,
        incrementaldecoder=ascii_codec.incrementaldecoder,
    )


def _replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    cannot = error.object[error.start : error.end]
    return "".join(_PLAIN.get(sign, _UNKNOWN) for sign in cannot), error.end
