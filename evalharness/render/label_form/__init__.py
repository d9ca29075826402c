"""The sheet that raters fill in: a self-contained HTML form, and a CSV for spreadsheets."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from importlib.resources import files
from typing import Final

from jinja2 import Environment, StrictUndefined

from evalharness.core.csv_text import csv_text
from evalharness.core.labels import GRADES, SheetItem
from evalharness.render.escape import inline_json

_FOLDER = files("evalharness.render.label_form")


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


_ENVIRONMENT: Final = Environment(
    autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    keep_trailing_newline=True,
)  # fmt: skip
_PAGE: Final = _ENVIRONMENT.from_string(_read("form.html.j2"))
_STYLE: Final = _read("form.css")
_SCRIPT: Final = _read("form.js")
_WORDS: Final = _read("words.json")
SHEET_COLUMNS: Final = (
    "pair",
    "message",
    "history",
    "answer_a",
    "answer_b",
    "rater",
    "score_a",
    "score_b",
    "comment",
)


def label_form(items: Sequence[SheetItem], *, sheet: str, language: str) -> str:
    """Return the form: one HTML file that needs no network and cannot use one.

    Its content security policy allows the two inline blocks by their hashes and nothing else, so that an
    answer that smuggles in a script or an image would show as text and load nothing.

    Args:
        items: What raters see.
        sheet: Name of the sheet; progress is kept under it and the saved file carries it.
        language: en or ko: the words of the form to begin with.
    """
    words = json.loads(_WORDS)
    return _PAGE.render(
        items=items, sheet=sheet, language=language, words=words, said=words[language],
        words_json=inline_json(words), style=_STYLE, script=_SCRIPT, style_hash=_hash(_STYLE),
        script_hash=_hash(_SCRIPT), grades=range(GRADES[0], GRADES[1] + 1),
    )  # fmt: skip


def label_csv(items: Sequence[SheetItem]) -> str:
    """Return the same sheet for a spreadsheet: rater and scores are empty columns to fill in."""
    return csv_text(
        SHEET_COLUMNS,
        (
            (
                item.pair,
                item.message,
                "\n".join(f"{who}: {text}" for who, text in item.history),
                item.answer_a,
                item.answer_b,
                *[None] * 4,
            )
            for item in items
        ),
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
