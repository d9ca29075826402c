"""What changed between two recordings, or two folders of them: text, usage, latency. Pure but for reading."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evalharness.core.visible import printable
from evalharness.core.wire.canonical import canonical_body
from evalharness.gateway.cassette.files import read, recordings
from evalharness.gateway.cassette.show import read_completion, usage_words
from evalharness.gateway.clients.difference import differences

if TYPE_CHECKING:
    from pathlib import Path

    from evalharness.gateway.cassette.interaction import Interaction

_CONTEXT_LINES = 1


def diff_recordings(before: Interaction, after: Interaction) -> Iterator[str]:
    """Yield the lines that tell two recordings apart; none if they say the same in the same time."""
    for change in differences(_asked(before), _asked(after)):
        yield f"asked      {printable(str(change))}"
    was, now = _answered(before), _answered(after)
    for what in was:
        if was[what] != now[what]:
            yield f"{what:<11}{was[what]} → {now[what]}"
    texts = (_text(before), _text(after))
    if texts[0] != texts[1]:
        yield ""
        old, new = (printable(text).split("\n") for text in texts)
        for line in difflib.unified_diff(old, new, "before", "after", n=_CONTEXT_LINES, lineterm=""):
            yield line.rstrip()


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderDiff:
    """Two folders, recording by recording."""

    only_before: tuple[str, ...]
    only_after: tuple[str, ...]
    same: int
    """Recordings whose answers say the same; when and how fast does not count."""
    changed: tuple[tuple[str, Mapping[str, int]], ...]
    """Pairs of name and what differs in tokens and milliseconds, after minus before."""


def diff_folders(before: Path, after: Path) -> FolderDiff:
    """Compare the recordings of the same requests in two folders.

    Raises:
        CassetteDamaged: If one of them cannot be trusted.
    """
    old = {file.name: file for file in recordings(before)}
    new = {file.name: file for file in recordings(after)}
    changed, same = [], 0
    for name in sorted(old.keys() & new.keys()):
        was, now = read(old[name]), read(new[name])
        if was.response_body == now.response_body or _said(was) == _said(now):
            same += 1
        else:
            changed.append((name, _deltas(was, now)))
    return FolderDiff(
        only_before=tuple(sorted(old.keys() - new.keys())),
        only_after=tuple(sorted(new.keys() - old.keys())),
        same=same,
        changed=tuple(changed),
    )


def _asked(item: Interaction) -> dict[str, object]:
    return {"path": item.path, "draw": item.draw} | canonical_body(item.request_body)


def _answered(item: Interaction) -> dict[str, str]:
    completion, problem = read_completion(item)
    return {
        "answered": problem if completion is None else printable(completion.served_model),
        "finish": "" if completion is None else printable(completion.finish_detail),
        "tokens": "" if completion is None else usage_words(completion.usage),
        "host": printable(item.host),
        "client": printable(item.client),
        "recorded": item.recorded_at,
        "latency": f"{item.latency_ms:.0f} ms",
    }


def _text(item: Interaction) -> str:
    completion, _ = read_completion(item)
    return "" if completion is None or completion.text is None else completion.text


def _said(item: Interaction) -> tuple[object, ...]:
    completion, problem = read_completion(item)
    if completion is None:
        return (problem, item.response_body)
    return (completion.text, completion.no_text, completion.usage, completion.served_model)


def _deltas(was: Interaction, now: Interaction) -> dict[str, int]:
    old, new = read_completion(was)[0], read_completion(now)[0]
    deltas = {"latency_ms": round(now.latency_ms - was.latency_ms)}
    if old is not None and new is not None and old.usage is not None and new.usage is not None:
        deltas["input_tokens"] = new.usage.input_tokens - old.usage.input_tokens
        deltas["output_tokens"] = new.usage.output_tokens - old.usage.output_tokens
    return deltas
