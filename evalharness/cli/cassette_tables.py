"""How `evalharness cassettes` lays out what it found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from evalharness.core.visible import printable

if TYPE_CHECKING:
    from evalharness.gateway.cassette.diff import FolderDiff
    from evalharness.gateway.cassette.finding import Finding
    from evalharness.gateway.cassette.stats import FolderStats
    from evalharness.gateway.cassette.verify import Verification

_SHOWN_ROWS = 50
_SHOWN_STEM = 12
_NAME_WIDTH = 22


def finding_lines(found: Verification, *, every: bool, errors_only: bool) -> Iterator[str]:
    """Yield a table of findings, errors first: level, what was checked, which recording, what is wrong."""
    rows = found.errors if errors_only else (*found.errors, *found.warnings)
    shown = rows if every else rows[:_SHOWN_ROWS]
    for row in shown:
        level = "warning" if row.warning else "error"
        yield f"{level:<8} {row.check.value:<9} {_short(row.file):<{_NAME_WIDTH}} {printable(row.message)}"
    if len(shown) < len(rows):
        yield f"and {len(rows) - len(shown)} more (-v shows them all)"


def verification_json(found: Verification) -> dict[str, Any]:
    """Return a verification for machines, with whole file names."""
    return {
        "recordings": found.recordings,
        "errors": len(found.errors),
        "warnings": len(found.warnings),
        "findings": [_finding_json(finding) for finding in found.findings],
    }


def folder_diff_lines(found: FolderDiff, *, every: bool) -> Iterator[str]:
    """Yield what changed between two folders, one line a recording."""
    for name, deltas in found.changed if every else found.changed[:_SHOWN_ROWS]:
        words = ", ".join(f"{what.replace('_', ' ')} {delta:+d}" for what, delta in deltas.items())
        yield f"changed  {_short(name):<{_NAME_WIDTH}} {words}"
    if not every and len(found.changed) > _SHOWN_ROWS:
        yield f"and {len(found.changed) - _SHOWN_ROWS} more (-v shows them all)"
    only = ((found.only_before, "only before"), (found.only_after, "only after"))
    for names, what in only:
        for name in names if every else names[:_SHOWN_ROWS]:
            yield f"{what:<12} {name}"
    yield (
        f"{found.same} say the same, {len(found.changed)} changed, {len(found.only_before)} only before, "
        f"{len(found.only_after)} only after"
    )


def stats_lines(found: FolderStats) -> Iterator[str]:
    """Yield a folder's counts."""
    damaged = f", {found.damaged} damaged" if found.damaged else ""
    yield f"{found.recordings} recordings, {found.size_bytes / 2**20:.1f} MiB{damaged}"
    if found.recordings:
        yield f"{'recorded':<10}{found.first} to {found.last}"
    for title, pairs in (("origin", found.origins), ("client", found.clients), ("draw", found.draws)):
        if pairs:
            yield f"{title:<10}" + ", ".join(f"{name} ({count})" for name, count in pairs)
    if found.redacted:
        yield f"{'redacted':<10}{found.redacted}"
    yield ""
    yield f"{'model':<28}{'recordings':>10}{'input tok':>12}{'output tok':>12}{'p50 ms':>9}{'p95 ms':>9}"
    for row in found.models:
        yield (
            f"{row.model:<28}{row.recordings:>10}{row.input_tokens:>12}{row.output_tokens:>12}"
            f"{row.latency_p50_ms:>9.0f}{row.latency_p95_ms:>9.0f}"
        )


def _short(name: str) -> str:
    """Return a recording's name cut to what tells it apart; other names whole."""
    stem, dash, draw = name.rpartition("-d")
    if dash and len(stem) > _NAME_WIDTH:
        return f"{stem[:_SHOWN_STEM]}…{dash}{draw}"
    return ascii(name)[1:-1] if name else "(the folder)"


def _finding_json(finding: Finding) -> dict[str, Any]:
    return {
        "check": finding.check.value,
        "level": "warning" if finding.warning else "error",
        "file": finding.file,
        "message": finding.message,
    }
