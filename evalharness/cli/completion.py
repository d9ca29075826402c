"""`evalharness completion`: the script that lets a shell complete commands."""

from __future__ import annotations

import click

from evalharness.cli.examples import examples

_VARIABLE = "_EVALHARNESS_COMPLETE"
"""What Click looks for in the environment of a program of this name."""


@click.command(
    epilog=examples(
        "evalharness completion bash >> ~/.bashrc",
        "evalharness completion fish > ~/.config/fish/completions/evalharness.fish",
        note="For zsh: >> ~/.zshrc, after the line with compinit. Then open a new shell.",
    )
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script that completes commands, options and paths in SHELL."""
    from click.shell_completion import get_completion_class

    from evalharness.cli.main import cli

    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101 - the choices are Click's own
    click.echo(kind(cli, {}, "evalharness", _VARIABLE).source())
