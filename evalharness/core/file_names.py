"""Names that can be a file's on every system."""

from __future__ import annotations

import re

_DEVICES = re.compile(
    r"(?:con|prn|aux|nul|clock\$|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:\..*)?", re.IGNORECASE
)
_FORBIDDEN = re.compile(r'[\x00-\x1f<>:"/\\|?*]')
LONGEST = 100
"""Characters: what is put around a name (a hash, a suffix) must fit into 255 bytes with it."""


def why_unsafe(name: str) -> str | None:
    """Tell why a name cannot be a file's on some system; None if it can everywhere.

    Windows takes con, nul and the like for devices whatever stands after a dot, drops a dot or space at the
    end, and tells capitals from small letters as little as macOS does; no system takes more than 255 bytes.
    """
    if _DEVICES.fullmatch(name):
        return f"{name!r} is a device on Windows, not a file name"
    if match := _FORBIDDEN.search(name):
        return f"{name!r} holds {match.group()!r}, which no file name on Windows may have"
    if name != name.rstrip(". ") or not name.strip(". "):
        return f"{name!r} ends in a dot or space, which Windows drops"
    if len(name) > LONGEST or len(name.encode("utf-8", "surrogatepass")) > 2 * LONGEST:
        return f"{name[:20]!r}… is too long for a file name"
    return None
