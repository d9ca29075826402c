"""What a table's cell says in plain text: notes, transcripts, key facts and must-not claims."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evalharness.experiment.mapping_file import TurnsTable

_KINDS = ("outdated", "contradicted", "injected", "unsupported")


def notes(cell: Any) -> list[str]:
    """Return notes: a list, or text with one note a line.

    Raises:
        ValueError: If it is neither.
    """
    if isinstance(cell, list):
        return [str(note) for note in cell]
    return [line.removeprefix("-").strip() for line in _lines(cell, "notes")]


def transcript(cell: Any, turns: TurnsTable) -> list[dict[str, str]]:
    """Return turns: a list of records, or text in which a line with a speaker's name begins a turn.

    Args:
        cell: `[{"role": …, "text": …}]` under the mapping's names, or "mentee: …" lines; further lines
            belong to the turn before.
        turns: The mapping's names of speakers and keys.

    Raises:
        ValueError: If a speaker is unknown or the text does not begin with one.
    """
    speakers = {turns.mentee.casefold(): "mentee", turns.mentor.casefold(): "mentor"}
    if isinstance(cell, list):
        return [_turn(item, speakers, turns) for item in cell]
    found: list[dict[str, str]] = []
    for line in _lines(cell, "turns", strip=False):
        name, colon, said = line.partition(":")
        role = speakers.get(name.strip().casefold())
        if colon and role:
            found.append({"role": role, "text": said.strip()})
        elif found:
            found[-1]["text"] += f"\n{line}"
        else:
            raise ValueError(f"does not begin with {turns.mentee!r} or {turns.mentor!r} and a colon")
    return found


def key_facts(cell: Any) -> list[dict[str, Any]]:
    """Return key facts: a list of records, or text with one a line: `fact = form | form | part + part`.

    Parts joined by + must all occur. Ids are made up (f1, f2, …) where there are none.

    Raises:
        ValueError: If a line has no forms, or a record lacks fact or forms.
    """
    facts = (
        _records(cell, "fact") if isinstance(cell, list) else [_claim(line) for line in _lines(cell, "facts")]
    )
    return [{"id": f"f{i}", **fact} for i, fact in enumerate(facts, start=1)]


def must_nots(cell: Any) -> list[dict[str, Any]]:
    """Return must-not claims: a list of records, or text with one a line: `kind: claim = form | form`.

    Raises:
        ValueError: If a line has no kind or no forms.
    """
    if isinstance(cell, list):
        return _records(cell, "claim")
    found = []
    for line in _lines(cell, "must_not"):
        kind, colon, rest = line.partition(":")
        if not colon or kind.strip() not in _KINDS:
            raise ValueError(f"{line!r} does not begin with a kind and a colon; kinds: {', '.join(_KINDS)}")
        claim = _claim(rest)
        found.append({"claim": claim["fact"], "forms": claim["forms"], "kind": kind.strip()})
    return found


def _lines(cell: Any, name: str, *, strip: bool = True) -> list[str]:
    if not isinstance(cell, str):
        raise ValueError(f"{name} are text or a list, got {type(cell).__name__}")
    lines = [line.strip() if strip else line.rstrip() for line in cell.strip().splitlines()]
    return [line for line in lines if line] if strip else lines


def _turn(item: Any, speakers: Mapping[str, str], turns: TurnsTable) -> dict[str, str]:
    if not isinstance(item, dict) or turns.role not in item or turns.text not in item:
        raise ValueError(f"a turn has {turns.role!r} and {turns.text!r}, got {item!r}")
    role = speakers.get(str(item[turns.role]).casefold())
    if role is None:
        raise ValueError(f"speaker {item[turns.role]!r} is neither {turns.mentee!r} nor {turns.mentor!r}")
    return {"role": role, "text": str(item[turns.text])}


def _records(cell: list[Any], what: str) -> list[dict[str, Any]]:
    for item in cell:
        if not isinstance(item, dict) or not item.get(what) or not item.get("forms"):
            raise ValueError(f"a record has {what!r} and 'forms', got {item!r}")
    return cell


def _claim(line: str) -> dict[str, Any]:
    fact, equals, written = line.partition("=")
    forms = [_form(form) for form in written.split("|") if form.strip()]
    if not equals or not fact.strip() or not forms:
        raise ValueError(f"{line.strip()!r} is not `fact = form | form`")
    return {"fact": fact.strip(), "forms": forms}


def _form(text: str) -> str | list[str]:
    parts = [part.strip() for part in text.split(" + ")]
    return parts if len(parts) > 1 else parts[0]
