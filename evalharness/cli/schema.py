"""`evalharness schema`: the JSON Schema of the experiment file."""

from __future__ import annotations

import json

import click

from evalharness.cli.examples import examples


@click.command(epilog=examples("evalharness schema > docs/schema/experiment.schema.json"))
def schema() -> None:
    """Print the JSON Schema of experiment.toml, for editors."""
    from evalharness.experiment.experiment_file import experiment_schema

    click.echo(json.dumps(experiment_schema(), ensure_ascii=False, indent=2))
