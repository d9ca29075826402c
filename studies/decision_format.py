"""Write docs/schema/decision.schema.json and docs/decision-format.md from the types of the decision.

    python studies/decision_format.py

A test fails when either is not what this writes.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from evalharness.core import decision, experiment, provenance, reporting
from evalharness.core.decision import FORMAT, SIGNIFICANT_DIGITS
from evalharness.core.decision.schema import decision_schema

ROOT = Path(__file__).parents[1]
SCHEMA = Path("docs/schema/decision.schema.json")
PAGE = Path("docs/decision-format.md")
_PARTS = (
    importlib.import_module(f"{decision.__name__}.{m.name}") for m in pkgutil.iter_modules(decision.__path__)
)
MODULES = (*_PARTS, experiment, provenance, reporting)

INTRODUCTION = f"""\
# decision.json

What `evalharness decide` writes into a run directory: every estimate, condition and verdict, as data.
`evalharness report` reads nothing else. This page and the JSON Schema
([schema/decision.schema.json](schema/decision.schema.json)) are made from the types in
`evalharness/core/decision/` by `python studies/decision_format.py`.

- `format` is {FORMAT}. Readers refuse any other number; it changes when a key is removed, renamed or means
  something else, or when a key is added (readers refuse unknown keys too).
- Floats are rounded to {SIGNIFICANT_DIGITS} significant digits, so that files are equal on every machine.
  Exact money is a string. Days are `YYYY-MM-DD`.
- There is no NaN: `null` means "not known" or "does not exist", and a reason nearby says why.
- Every estimate has `value`, `low`, `high`, `n`, `method` and `unit`. `low` and `high` are one-sided bounds,
  each at `confidence` (0.95 each make a two-sided interval of 90 %), dual to the tests that decide.
- "pro" is the treatment and "flash" the control. Differences are treatment - control, or sena - raw: positive
  quality is better, positive cost is dearer.
- Verdicts are codes with values, never sentences: a report can be written in any language. `reasons` say why,
  `caps` what lowered or forbade the ruling, `marks` what every reader must be told beside it.
"""


def outputs() -> dict[Path, str]:
    """Return the text of each generated file."""
    texts = dict(item for module in MODULES for item in _attribute_texts(module))
    schema = decision_schema(texts)
    return {
        SCHEMA: json.dumps(schema, ensure_ascii=False, indent=2) + "\n",
        PAGE: INTRODUCTION + "\n" + "\n".join(_sections(schema, texts)),
    }


def _attribute_texts(module: ModuleType) -> Iterator[tuple[str, str]]:
    """Yield ("Type.field", its docstring): the string that stands after a field, which Python drops."""
    tree = ast.parse(inspect.getsource(module))
    for node in tree.body:
        if not isinstance(node, ast.ClassDef):
            continue
        for field, after in zip(node.body, node.body[1:], strict=False):
            name = _name(field)
            if name and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
                yield f"{node.name}.{name}", " ".join(str(after.value.value).split())


def _name(node: ast.stmt) -> str | None:
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return node.target.id
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return None


def _sections(schema: dict[str, Any], texts: dict[str, str]) -> Iterator[str]:
    definitions = schema["$defs"]
    for name in _in_order(definitions, "Decision", []):
        part = definitions[name]
        yield f"## {name}\n\n{part['description']}\n"
        if "enum" in part:
            yield _enum_table(name, part["enum"], texts)
            continue
        rows = [
            f"| `{key}` | {_kind(p)} | {_cell(p.get('description', ''))} |"
            for key, p in part["properties"].items()
        ]
        yield "\n".join(["| key | type | meaning |", "|---|---|---|", *rows]) + "\n"


def _enum_table(name: str, values: list[str], texts: dict[str, str]) -> str:
    kind = next(getattr(module, name) for module in MODULES if hasattr(module, name))
    rows = [f"| `{value}` | {_cell(texts.get(f'{name}.{kind(value).name}', ''))} |" for value in values]
    return "\n".join(["| value | meaning, or the values that come with it |", "|---|---|", *rows]) + "\n"


def _in_order(definitions: dict[str, Any], name: str, seen: list[str]) -> list[str]:
    """Return the types in the order in which a reader meets them."""
    if name not in seen:
        seen.append(name)
        for inner in _references(definitions[name]):
            _in_order(definitions, inner, seen)
    return seen


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"].rpartition("/")[2]
        for value in part.values():
            yield from _references(value)
    elif isinstance(part, list):
        for value in part:
            yield from _references(value)


def _kind(part: dict[str, Any]) -> str:
    if "$ref" in part:
        name = part["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in part:
        return " or ".join(_kind(option) for option in part["anyOf"])
    if "prefixItems" in part:
        return f"({', '.join(_kind(item) for item in part['prefixItems'])})"
    if "items" in part:
        return f"list of {_kind(part['items'])}"
    return _scalar(part)


def _scalar(part: dict[str, Any]) -> str:
    if "const" in part:
        return f"{part['const']}"
    if part.get("format") == "date":
        return "day"
    return "exact number" if "pattern" in part else str(part["type"])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    for path, content in outputs().items():
        (ROOT / path).write_text(content, encoding="utf-8")
        print(path)
