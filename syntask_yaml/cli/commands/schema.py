"""`syntask schema`: the JSON Schema of the project file."""

from __future__ import annotations

import click

from syntask_yaml.assets import asset


@click.command("schema")
def command() -> None:
    """Print the JSON Schema of the project file, for editors and other tools."""
    click.echo(asset("schemas/editor.schema.json").read_text(encoding="utf-8"), nl=False)
