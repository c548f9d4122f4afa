"""`syntask init`: a project file for a repository that has none."""

from __future__ import annotations

from collections.abc import Mapping

import click

from syntask_yaml.cli.completion import complete_recipe
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.views.output import say
from syntask_yaml.errors import UsageError
from syntask_yaml.operations.init import (
    SCHEMA_NAME,
    Recipe,
    check_free,
    find_recipe,
    init_project,
    recipes,
    suggest_recipe,
)


@click.command("init")
@click.option(
    "--recipe",
    shell_complete=complete_recipe,
    help="How code reaches the runs: local, git, docker, s3 …; by default what fits.",
)
@click.option("--name", help="The project's name; by default the folder's.")
@click.option(
    "--field", "fields", multiple=True, metavar="KEY=VALUE", help="What the recipe needs; may be repeated."
)
@pass_context
def command(context: Context, /, *, recipe: str | None, name: str | None, fields: tuple[str, ...]) -> None:
    """Write a project file with comments, and an entry for each flow that is found."""
    values = dict(map(_pair, fields))
    check_free(context.directory)
    chosen, values = (
        _asked(context, recipe, values) if context.may_prompt else (_chosen(context, recipe), values)
    )
    path = init_project(context.directory, chosen, values, name=name)
    say(f"Wrote `{path.name}` with the recipe `{chosen.name}`, and `{SCHEMA_NAME}` for your editor.")
    say("Next: `syntask validate`, then `syntask deploy --all`.")


def _chosen(context: Context, name: str | None) -> Recipe:
    return find_recipe(name or suggest_recipe(context.directory))


def _asked(context: Context, name: str | None, fields: Mapping[str, str]) -> tuple[Recipe, dict[str, str]]:
    """The recipe, and its fields, with what was not said asked for."""
    from syntask_yaml.cli.interview import answers_to
    from syntask_yaml.wizard.recipe import ask_recipe

    said = find_recipe(name).name if name else None
    suggested = suggest_recipe(context.directory)
    chosen = answers_to(context, lambda: ask_recipe(recipes(), suggested, said, fields))
    return chosen.recipe, dict(chosen.fields)


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"`--field {text}` is no pair.", hint="Write `--field KEY=VALUE`.")
    return key, value
