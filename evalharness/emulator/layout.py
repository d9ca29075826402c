"""Finding the message and the material in a request.

Nothing depends on exact headings. The last content of role user holds the message: what stands under the
last heading that announces one, else under the last heading that announces no material, else the last
paragraph (when everything came as one text) or the whole text (when earlier contents hold the material).
All the rest is material, attributed to a speaker where labels such as `멘티:` or `Mentor:` say so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evalharness.emulator.wire import Message


class Source(StrEnum):
    """Where a piece of the material comes from."""

    PROFILE = "profile"
    NOTE = "note"
    MENTEE = "mentee"
    MENTOR = "mentor"
    RECORD = "record"
    """Unattributed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Consecutive text of one source."""

    source: Source
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A request taken apart."""

    message: str
    passages: tuple[Passage, ...]
    """The material in the order of the request."""


_HEADING = re.compile(
    r"^\s*(?:\[(?P<a>[^\[\]]{1,60})\]|#{1,6}\s+(?P<b>.{1,60}?)|\*\*(?P<c>[^*]{1,60})\*\*:?|[=\-]{2,}\s*(?P<d>\S.{0,58}?)\s*"
    r"[=\-]{2,}|<(?P<e>[\w가-힣-]{1,40})>|【(?P<f>[^】]{1,60})】|(?P<g>[^\s:：.!?][^:：.!?]{0,28})[:：])\s*$"
)
_CLOSING_TAG = re.compile(r"^\s*</[\w가-힣-]{1,40}>\s*$")
_ANNOUNCES_MESSAGE = re.compile(r"메시지|질문|물음|요청 사항|message|question|query|request", re.IGNORECASE)
_INLINE_MESSAGE = re.compile(
    r"^\s*\W{0,3}(?:\S+\s)?(?:메시지|질문|message|question)\W{0,3}[:：]\s*(?=\S)", re.IGNORECASE
)
_SECTIONS: tuple[tuple[Source, re.Pattern[str]], ...] = (
    (Source.PROFILE, re.compile(r"프로필|profile|background|배경", re.IGNORECASE)),
    (Source.NOTE, re.compile(r"메모|노트|\bnotes?\b|memo", re.IGNORECASE)),
    (Source.MENTOR, re.compile(r"^(?:멘토|mentor|assistant|model)$", re.IGNORECASE)),
    (Source.MENTEE, re.compile(r"^(?:멘티|mentee|user)$", re.IGNORECASE)),
    (
        Source.RECORD,
        re.compile(r"대화|맥락|기록|이력|요약|context|history|conversation|summary|session", re.IGNORECASE),
    ),
)
_LABEL = re.compile(
    r"^\s*(?:[-*]\s+)?(?:\*\*|\[)?(?:(?P<mentee>멘티|사용자|mentee|user)|(?P<mentor>멘토|상담자|mentor|assistant|model))"
    r"(?:\*\*|\])?\s*[:：]\s*(?:\*\*)?\s*",
    re.IGNORECASE,
)
_PARAGRAPH = re.compile(r"\n[ \t]*\n+")


def read_layout(messages: Sequence[Message]) -> Layout:
    """Take a request's contents apart; the message is empty only if the last text is."""
    last = max((i for i, message in enumerate(messages) if message.role == "user"), default=len(messages) - 1)
    passages: list[Passage] = []
    dialogue = any(message.role == "model" for message in messages)
    for i, message in enumerate(messages):
        texts = message.texts[:-1] if i == last else message.texts
        source = Source.MENTOR if message.role == "model" else Source.MENTEE if dialogue else Source.RECORD
        for text in texts:
            passages.extend(_passages(text, source))
    final = messages[last].texts[-1]
    material, message_text = _split_final(final, alone=not passages)
    return Layout(message=message_text, passages=(*passages, *_passages(material, Source.RECORD)))


def read_passages(text: str) -> tuple[Passage, ...]:
    """Take a text that holds material only, no message, apart."""
    return tuple(_passages(text, Source.RECORD))


def _split_final(text: str, *, alone: bool) -> tuple[str, str]:
    """Split the last text into material and message."""
    lines = text.split("\n")
    headings = [(i, title) for i, title in _headings(lines) if "".join(lines[i + 1 :]).strip()]
    announcing = [(i, title) for i, title in headings if _ANNOUNCES_MESSAGE.search(title)]
    for i, title in reversed(announcing or headings[-1:]):
        if announcing or _section(title) is None:
            end = next((j for j, _ in _headings(lines) if j > i), len(lines)) if announcing else len(lines)
            rest = lines[:i] + (lines[end:] if _section_at(lines, end) else [])
            return "\n".join(rest), _untagged(lines[i + 1 : end])
    inline = [i for i, line in enumerate(lines) if _INLINE_MESSAGE.match(line)]
    if inline:
        first = _INLINE_MESSAGE.sub("", lines[inline[-1]])
        return "\n".join(lines[: inline[-1]]), _untagged([first, *lines[inline[-1] + 1 :]])
    if not alone and not headings:
        return "", text.strip()
    paragraphs = _PARAGRAPH.split(text.strip())
    return "\n\n".join(paragraphs[:-1]), paragraphs[-1].strip()


def _section_at(lines: Sequence[str], index: int) -> bool:
    """Whether a heading that announces material stands there."""
    match = _HEADING.match(lines[index]) if index < len(lines) else None
    return bool(match and _section(_title(match)))


def _headings(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    fenced = False
    for i, line in enumerate(lines):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif not fenced and (match := _HEADING.match(line)) and (match["g"] is None or _known(match["g"])):
            yield i, _title(match)


def _title(match: re.Match[str]) -> str:
    return next(group for group in match.groups() if group is not None).strip()


def _known(title: str) -> bool:
    """A line ending in a colon is a heading only if its words say so: prose ends in colons as well."""
    return len(title.split()) <= 4 and bool(_ANNOUNCES_MESSAGE.search(title) or _section(title))


def _section(title: str) -> Source | None:
    return next((source for source, pattern in _SECTIONS if pattern.search(title)), None)


def _untagged(lines: Sequence[str]) -> str:
    return "\n".join(line for line in lines if not _CLOSING_TAG.match(line)).strip()


def _passages(text: str, source: Source) -> Iterator[Passage]:
    """Cut a text at headings and speaker labels."""
    current, kept, fenced = source, list[str](), False
    for line in text.split("\n"):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        found = None if fenced else _source_of(line)
        if found:
            yield from _flush(current, kept)
            current, kept = found[0], [found[1]]
        elif not _CLOSING_TAG.match(line):
            kept.append(line)
    yield from _flush(current, kept)


def _flush(source: Source, lines: Sequence[str]) -> Iterator[Passage]:
    text = "\n".join(lines).strip("\n")
    if text.strip():
        yield Passage(source=source, text=text)


def _source_of(line: str) -> tuple[Source, str] | None:
    """Return the source that a line announces, and what else stands on the line."""
    if label := _LABEL.match(line):
        return (Source.MENTEE if label["mentee"] else Source.MENTOR), line[label.end() :]
    heading = _HEADING.match(line)
    if heading and (heading["g"] is None or _known(heading["g"])):
        return _section(_title(heading)) or Source.RECORD, ""
    return None
