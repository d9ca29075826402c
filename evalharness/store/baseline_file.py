"""A baseline on disk: JSON for reviewers, sealed against slips, and the answers' texts beside it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from evalharness.core.errors import BadInput, BaselineDamaged, IntegrityError
from evalharness.core.gate import BASELINE_FORMAT, Baseline
from evalharness.core.plain import from_plain, to_plain
from evalharness.disk import open_regular, read_bounded
from evalharness.store.jsonlines import encode, write_atomically

_WIDTH = 320
"""Columns up to which an object stands on one line: one line a cell, so that a diff shows cells."""
_LARGEST_BYTES = 64 * 1024 * 1024
_SEAL = "sha256"


def texts_path(file: Path) -> Path:
    """Return where the answers of a baseline are kept."""
    return file.with_name(f"{file.stem}.answers.jsonl")


def dump_texts(texts: Mapping[str, str]) -> str:
    """Return answers as JSON Lines, one a line, sorted by digest."""
    lines = [json.dumps({"answer": key, "text": texts[key]}, ensure_ascii=False) for key in sorted(texts)]
    return "".join(line + "\n" for line in lines)


def digest_of(text: str) -> str:
    """Return the SHA-256 of a text as it is written."""
    return hashlib.sha256(encode(text)).hexdigest()


def write_baseline(file: Path, baseline: Baseline, texts: str | None) -> None:
    """Write a baseline, its answers first, each whole or not at all.

    Args:
        file: Where.
        baseline: What; it names the answers' file and their SHA-256.
        texts: The answers as `dump_texts` writes them; None to leave them out, which removes older ones.

    Raises:
        IntegrityError: If the disk does not take it.
    """
    beside = texts_path(file)
    if texts is not None:
        write_atomically(beside, texts)
    write_atomically(file, dump_baseline(baseline))
    if texts is None:
        try:
            beside.unlink(missing_ok=True)
        except OSError as error:
            raise IntegrityError(f"cannot be removed: {error.strerror or error}", file=beside) from None


def dump_baseline(baseline: Baseline) -> str:
    """Return a baseline as sorted JSON, one cell a line, with a seal over all that it says."""
    plain = to_plain(baseline)
    return _lines({**plain, _SEAL: _seal(plain)}, 0) + "\n"


def read_baseline(file: Path) -> Baseline:
    """Read a baseline.

    Raises:
        BadInput: If there is none.
        BaselineDamaged: If it does not parse, is of another format or was edited.
    """
    data = _parse(file)
    found = data.get("format")
    if found != BASELINE_FORMAT:
        raise BaselineDamaged(
            f"baseline has format {found!r}, this version reads {BASELINE_FORMAT}: bless again", file=file
        )
    seal = data.pop(_SEAL, None)
    if seal != _seal(data):
        raise BaselineDamaged(
            "was changed by hand or by a merge, its seal does not match: restore it, or bless a run again",
            file=file,
        )
    try:
        baseline: Baseline = from_plain(data, Baseline, "baseline")
    except IntegrityError as error:
        raise BaselineDamaged(f"{error.message}: bless again", file=file) from None
    return baseline


def read_texts(file: Path, baseline: Baseline) -> dict[str, str]:
    """Return a baseline's answers by digest; empty if it has none or they are not there.

    Raises:
        BaselineDamaged: If they are there and not what was blessed.
    """
    if baseline.texts is None:
        return {}
    beside = texts_path(file)
    try:
        with open_regular(beside) as stream:
            content = stream.read()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise BaselineDamaged(f"cannot be read: {error.strerror or error}", file=beside) from None
    if hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest() != baseline.texts_sha256:
        raise BaselineDamaged("is not what was blessed: restore it, or bless a run again", file=beside)
    rows = [json.loads(line) for line in content.decode("utf-8").split("\n") if line.strip()]
    return {row["answer"]: row["text"] for row in rows}


def _parse(file: Path) -> dict[str, Any]:
    try:
        content = read_bounded(file, _LARGEST_BYTES)
    except FileNotFoundError:
        raise BadInput("no such baseline; `evalharness bless RUN --out` writes one", file=file) from None
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror or error}", file=file) from None
    if content is None:
        raise BaselineDamaged(f"is larger than {_LARGEST_BYTES // 2**20} MiB", file=file)
    try:
        data = json.loads(content.decode("utf-8-sig"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else None
        raise BaselineDamaged("is not JSON: restore it, or bless a run again", file=file, line=line) from None
    if not isinstance(data, dict):
        raise BaselineDamaged("is not a baseline: restore it, or bless a run again", file=file)
    return data


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _seal(plain: Mapping[str, Any]) -> str:
    return digest_of(json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")))


def _lines(value: Any, depth: int) -> str:
    """Return sorted JSON that is broken where a line would be too long, one item a line."""
    short = json.dumps(value, ensure_ascii=False, sort_keys=True)
    if not isinstance(value, dict | list) or not value or (depth and len(short) <= _WIDTH):
        return short
    inner, outer = "  " * (depth + 1), "  " * depth
    if isinstance(value, dict):
        items = [
            f"{json.dumps(key, ensure_ascii=False)}: {_lines(value[key], depth + 1)}" for key in sorted(value)
        ]
        return "{\n" + ",\n".join(inner + item for item in items) + f"\n{outer}}}"
    items = [_lines(item, depth + 1) for item in value]
    return "[\n" + ",\n".join(inner + item for item in items) + f"\n{outer}]"
