"""--help: every command has examples, and each one means something to the program."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from evalharness.cli.main import COMMANDS, SECTIONS, cli

CODE = re.compile(r"^ {4,7}(?:[A-Z_]+=\S+ )*(evalharness (?:.*\\\n)*.*)$", re.MULTILINE)
"""A command line in a document's indented code."""
SIGNS = (" | ", "…", "...")


def commands(group: click.Group = cli, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        yield (*path, name)
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


EVERY = sorted(commands())


def contexts(words: list[str]) -> tuple[list[str], click.Context]:
    """Parse a command line without doing what it says; returns the command's path and its context."""
    path: list[str] = []
    context = cli.make_context("evalharness", list(words))
    while isinstance(context.command, click.Group):
        rest = [*context._protected_args, *context.args]
        name, command, rest = context.command.resolve_command(context, rest)
        assert command is not None and name is not None
        path.append(name)
        context = command.make_context(name, rest, parent=context)
    return path, context


def words_of(line: str) -> list[str]:
    """Split a line as a shell would, up to a comment, a pipe or what it redirects."""
    words = shlex.split(line.replace("\\\n", " "), comments=True)
    assert words[0] == "evalharness"
    ends = [words.index(stop) for stop in (">", ">>", "&&", "||", "&", "|") if stop in words]
    return words[1 : min(ends, default=len(words))]


def shown(path: tuple[str, ...]) -> str:
    context = click.Context(cli, info_name="evalharness")
    for name in path:
        assert isinstance(context.command, click.Group)
        command = context.command.get_command(context, name)
        assert command is not None
        context = click.Context(command, info_name=name, parent=context)
    return context.get_help()


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_every_command_shows_one_or_two_examples_that_parse(path: tuple[str, ...]) -> None:
    text = shown(path).partition("Example")[2]
    lines = re.findall(r"^ +(evalharness (?:.*\\\n)*.*)$", text, flags=re.MULTILINE)
    assert 1 <= len(lines) <= 2
    for line in lines:
        found, _ = contexts(words_of(line))
        assert tuple(found[: len(path)]) == path


@pytest.mark.parametrize("path", [(), *EVERY], ids=" ".join)
def test_no_line_of_help_is_cut_off_or_too_wide(path: tuple[str, ...]) -> None:
    lines = shown(path).splitlines()
    assert [line for line in lines if line.endswith("...") and "Usage:" not in line] == []
    assert [line for line in lines if len(line) > 100] == []


def test_an_example_with_a_wrong_option_would_be_found() -> None:
    with pytest.raises(click.NoSuchOption):
        contexts(words_of("evalharness analyze prompts/experiment.toml --mood live"))


def test_the_commands_of_documents_parse(root: Path) -> None:
    """What stands for a choice (a | b) or is left out (…) is no line to copy."""
    files = [root / "README.md", root / "prompts" / "starter" / "README.md", *(root / "docs").glob("*.md")]
    lines = [line for file in files for line in CODE.findall(file.read_text(encoding="utf-8"))]
    copied = [line for line in lines if not any(sign in line for sign in SIGNS)]
    assert len(copied) > 20
    for line in copied:
        assert contexts(words_of(line))[0]


def test_every_command_stands_in_one_section() -> None:
    assert sum(len(section) for section in SECTIONS.values()) == len(COMMANDS)
    assert all(f"\n  {name} " in shown(()) for name in COMMANDS)
