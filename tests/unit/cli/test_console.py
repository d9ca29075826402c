"""What a provider or a model wrote cannot steer the terminal, whichever way it is printed."""

from __future__ import annotations

import json
import sys
import unicodedata
from pathlib import Path

import pytest
from click.testing import CliRunner

from evalharness.cli.console import Console
from evalharness.cli.main import cli, main
from evalharness.core.errors import ProviderError

CORPUS = Path(__file__).parents[2] / "data" / "hostile.jsonl"
HOSTILE = {row["id"]: row["answer"] for row in map(json.loads, CORPUS.read_text("ascii").splitlines())}


def hidden(text: str) -> set[str]:
    return {char for char in text if unicodedata.category(char).startswith("C")} - {"\n"}


@pytest.mark.parametrize("name", HOSTILE)
def test_messages_are_visible_text(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(verbose=True)
    console.say(HOSTILE[name])
    console.note(HOSTILE[name])
    console.detail(HOSTILE[name])
    shown = capsys.readouterr()
    assert hidden(shown.out + shown.err) == set()


@pytest.mark.parametrize("name", HOSTILE)
def test_an_error_is_one_visible_line(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Providers' error messages are printed as they came, but for what cannot be seen."""

    def refuse(*_arguments: object, **_options: object) -> None:
        raise ProviderError(HOSTILE[name])

    monkeypatch.setattr(cli, "main", refuse)
    monkeypatch.setattr(sys, "argv", ["evalharness"])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 4
    shown = capsys.readouterr().err
    assert shown.count("\n") == 1
    assert hidden(shown) == set()


def test_lines_of_our_own_drawing_keep_their_sequences() -> None:
    import click

    @click.command()
    def draw() -> None:
        Console().drawn("\x1b[9mstruck\x1b[0m")

    assert CliRunner().invoke(draw, color=True).output == "\x1b[9mstruck\x1b[0m\n"
