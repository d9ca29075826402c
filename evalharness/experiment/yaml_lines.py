"""YAML in which every scalar is text, and where a key stands in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from evalharness.core.errors import BadInput

Where = tuple[str | int, ...]


class _TextLoader(yaml.CSafeLoader):
    """YAML in which every scalar is text (no guessed dates, booleans or floats)."""


_TextLoader.yaml_implicit_resolvers = {}


def parse_yaml(text: str, file: Path) -> Any:
    """Return what a YAML text says: mappings with unique keys, lists and text.

    Raises:
        BadInput: Naming file and line.
    """
    try:
        data = _read(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise BadInput(f"bad YAML: {error.problem or error.context}", file=file, line=line) from None
    except yaml.YAMLError as error:
        raise BadInput(f"bad YAML: {' '.join(str(error).split())}", file=file) from None
    return data


def _read(text: str) -> Any:
    loader = _TextLoader(text)
    try:
        node = loader.get_single_node()
        _refuse_duplicate_keys(node)
        return None if node is None else loader.construct_document(node)
    finally:
        loader.dispose()


def line_in_yaml(text: str, where: Where) -> int | None:
    """Return the one-based line of a key or element in valid YAML text, or of the nearest above it."""
    node = _compose(text)
    for part in where:
        found = _child(node, part)
        if found is None:
            break
        node = found
    return None if node is None else node.start_mark.line + 1


def _compose(text: str) -> yaml.Node | None:
    node: yaml.Node | None = yaml.compose(text, Loader=_TextLoader)
    return node


def _refuse_duplicate_keys(node: yaml.Node | None) -> None:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"duplicate key {key.value!r}", problem_mark=key.start_mark
                )
            seen.add(key.value)
            _refuse_duplicate_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_duplicate_keys(item)


def _child(node: yaml.Node | None, part: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == str(part)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        item: yaml.Node = node.value[part]
        return item
    return None
