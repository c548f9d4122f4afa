"""`syntask completion`: scripts for shells."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(*, shell: str) -> None:
    """Print a completion script for a shell.

    For bash: eval "$(syntask completion bash)"
    """
    from syntask_yaml.cli.main import cli

    completion = get_completion_class(shell)
    if completion is None:
        raise click.ClickException(f"Completion is not supported for {shell}.")
    click.echo(completion(cli, {}, "syntask", "_SYNTASK_COMPLETE").source())
