"""Package data of the reports, read once and kept: rendering itself opens no file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from jinja2 import DictLoader, Environment, StrictUndefined, Template

from evalharness.render.escape import Markdown, cells, finalize, rule
from evalharness.render.numbers import Numerals

LANGUAGES: Final = ("en", "ko")
_LOCALES: Final = {"en": "en_US", "ko": "ko_KR"}
_TEMPLATES = ("document.md.j2", "table.md.j2")
_FOLDER = files("evalharness.render") / "templates"


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """All that a language is made of."""

    code: str
    messages: Mapping[str, str]
    """`group.name` to text."""
    numerals: Numerals
    particles: bool
    """Whether messages write Korean particles in both forms, to be fitted once they are filled."""


@cache
def language(code: str) -> Language:
    """Load a language: its messages, its way of writing numbers.

    Raises:
        KeyError: If there is no such language.
    """
    messages = _messages(code)
    percent, between = messages["number.percent"], messages["number.between"]
    numerals = Numerals(_LOCALES[code], percent=percent, between=between)
    document_template()
    return Language(code=code, messages=messages, numerals=numerals, particles=code == "ko")


@cache
def document_template() -> Template:
    """Return the one template that writes a document as Markdown."""
    environment = Environment(
        loader=DictLoader({name: _read(name) for name in _TEMPLATES}),
        autoescape=False,  # noqa: S701 (Markdown, not HTML: finalize escapes whatever a template prints)
        undefined=StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"cells": cells, "rule": rule, "written": Markdown}
    environment.filters |= {"heading": _heading, "reference": _reference}
    environment.globals["hard_break"] = Markdown("\\")
    environment.get_template("table.md.j2")  # compiled now, since rendering compiles nothing
    return environment.get_template("document.md.j2")


def _heading(level: int) -> Markdown:
    return Markdown("#" * level)


def _reference(text: str) -> Markdown:
    # A link definition that nothing links to: GitHub shows nothing, and it is no HTML.
    return Markdown(f'[//]: # "{text}"')


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _messages(code: str) -> dict[str, str]:
    groups = [tomllib.loads(_read(name)) for name in (f"{code}.toml", f"{code}.page.toml")]
    return {
        f"{group}.{name}": text
        for part in groups
        for group, texts in part.items()
        for name, text in texts.items()
    }
