"""The page's scripts and styles: modules on disk, one block of each in the page, named by its hash."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files
from typing import Final

MODULES: Final = (
    "special", "design", "labels", "money", "chance", "rules", "pull", "format", "dom", "overflow", "diff",
    "list", "tips", "levers_view", "condition_rows", "what_if", "case_view", "explorer", "main",
)  # fmt: skip
"""In the order in which they use each other: what a module imports stands before it."""
SHEETS: Final = ("base", "report", "panel", "explorer", "cards", "print")
_PAGE = files("evalharness.render.page")
# A line break, which is looked for fast, and not the beginning of a line.
_IMPORT: Final = re.compile(r'\nimport (\{[^}]*\}) from "\./(\w+)\.js";')
_EXPORT: Final = re.compile(r"\nexport (?=(?:async )?function (\w+)|const (\w+)|class (\w+))")


@cache
def script() -> str:
    """Return all modules as one script, each in a scope of its own, as a bundler would write them."""
    bodies = "\n".join(_module(name, _read("js", f"{name}.js")) for name in MODULES)
    return f'"use strict";\n(() => {{\nconst modules = {{}};\n{bodies}}})();\n'


def _module(name: str, text: str) -> str:
    text = f"\n{text}"
    exported = [next(filter(None, match.groups())) for match in _EXPORT.finditer(text)]
    body = _EXPORT.sub("\n", _IMPORT.sub(r"\nconst \1 = modules.\2;", text)).removeprefix("\n")
    return f"modules.{name} = (() => {{\n{body}return {{ {', '.join(exported)} }};\n}})();\n"


@cache
def plot_style() -> str:
    """Return the style sheet of the pictures, which a picture in a file of its own carries."""
    return (files("evalharness.render.plots") / "plot.css").read_text(encoding="utf-8")


@cache
def style() -> str:
    """Return all style sheets, that of the pictures included."""
    return "\n".join((plot_style(), *(_read("css", f"{name}.css") for name in SHEETS)))


@cache
def policy() -> str:
    """Return the content security policy: these two blocks run and apply, and nothing loads from anywhere.

    No string ever becomes markup or code either: browsers that know trusted types refuse it.
    """
    return (
        f"default-src 'none'; script-src '{_hash(script())}'; style-src '{_hash(style())}'; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def _read(folder: str, name: str) -> str:
    return (_PAGE / folder / name).read_text(encoding="utf-8")
