"""`syntask init`: a project file for a repository that has none."""

from __future__ import annotations

import click

from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.views.output import say
from syntask_yaml.errors import UsageError
from syntask_yaml.operations.init import SCHEMA_NAME, find_recipe, init_project, suggest_recipe


@click.command("init")
@click.option("--recipe", help="How code reaches the runs: local, git, docker, s3 …; by default what fits.")
@click.option("--name", help="The project's name; by default the folder's.")
@click.option(
    "--field", "fields", multiple=True, metavar="KEY=VALUE", help="What the recipe needs; may be repeated."
)
@pass_context
def command(context: Context, /, *, recipe: str | None, name: str | None, fields: tuple[str, ...]) -> None:
    """Write a project file with comments, and an entry for each flow that is found."""
    chosen = find_recipe(recipe or suggest_recipe(context.directory))
    path = init_project(context.directory, chosen, dict(map(_pair, fields)), name=name)
    say(f"Wrote `{path.name}` with the recipe `{chosen.name}`, and `{SCHEMA_NAME}` for your editor.")
    say("Next: `syntask validate`, then `syntask deploy --all`.")


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"`--field {text}` is no pair.", hint="Write `--field KEY=VALUE`.")
    return key, value
