"""The hidden line of a report: what was rendered, so that `verify` can render it again."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from evalharness.core.errors import IntegrityError
from evalharness.render.frame import Frame

_LINE = re.compile(
    r'^(?:\[//\]: # |<meta name="evalharness" content=)"evalharness (?P<kind>report|appendix|page) '
    r"(?P<language>en|ko) run (?P<run>[0-9a-f]{64}) on (?P<on>\d{4}-\d{2}-\d{2})"
    r'(?: pilot (?P<limit>\d+))?">?$',
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What a rendered file says of itself."""

    kind: str
    """report, appendix or page"""
    language: str
    run: str
    """The run's hash, 64 hexadecimal digits."""
    on: dt.date
    limit: int | None
    """Cases of a pilot."""


def reference_of(frame: Frame, identity: str, *, kind: str) -> str:
    """Return what a file says of itself; only hexadecimal digits of the identity pass."""
    run = re.sub(r"[^0-9a-f]", "", identity)
    limit = "" if frame.material.limit is None else f" pilot {frame.material.limit}"
    return f"evalharness {kind} {frame.say.code} run {run} on {frame.decision.on.isoformat()}{limit}"


def read_reference(text: str) -> Reference:
    """Read the hidden line of a report, an appendix or a page.

    Raises:
        IntegrityError: If there is none, or more than one.
    """
    found = list(_LINE.finditer(text))
    if len(found) != 1:
        raise IntegrityError("this is no report of evalharness, or its last line was taken away")
    match = found[0]
    try:
        on = dt.date.fromisoformat(match["on"])
    except ValueError:
        raise IntegrityError(f"the last line names no day: {match['on']}") from None
    limit = None if match["limit"] is None else int(match["limit"])
    return Reference(kind=match["kind"], language=match["language"], run=match["run"], on=on, limit=limit)
