"""Package data of the reports, read once when the package is imported: rendering itself opens no file."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Final

from jinja2 import DictLoader, Environment, StrictUndefined, Template

from evalharness.render.escape import cells, finalize, rule

_TEMPLATES = ("report.md.j2", "table.md.j2")
_FOLDER = files("evalharness.render") / "templates"


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _messages(language: str) -> dict[str, str]:
    groups = tomllib.loads(_read(f"{language}.toml"))
    return {f"{group}.{name}": text for group, texts in groups.items() for name, text in texts.items()}


def _report_template() -> Template:
    environment = Environment(
        loader=DictLoader({name: _read(name) for name in _TEMPLATES}),
        autoescape=False,  # noqa: S701 (Markdown, not HTML: finalize escapes whatever a template prints)
        undefined=StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"cells": cells, "rule": rule}
    return environment.get_template("report.md.j2")


ENGLISH: Final = _messages("en")
"""The message catalogue: `group.name` to text."""

REPORT: Final = _report_template()
