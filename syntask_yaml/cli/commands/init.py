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
    help="How runs get the code: local, git, docker, s3 … Default: chosen from the repository.",
)
@click.option("--name", help="Name of the project. Default: the name of the directory.")
@click.option(
    "--field", "fields", multiple=True, metavar="KEY=VALUE", help="Value for the recipe. Repeatable."
)
@pass_context
def command(context: Context, /, *, recipe: str | None, name: str | None, fields: tuple[str, ...]) -> None:
    """Create a commented project file with an entry for each flow in the repository."""
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

    named = find_recipe(name).name if name else None
    suggested = suggest_recipe(context.directory)
    chosen = answers_to(context, lambda: ask_recipe(recipes(), suggested, named, fields))
    return chosen.recipe, dict(chosen.fields)


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"`--field {text}` is not a KEY=VALUE pair.", hint="Write `--field KEY=VALUE`.")
    return key, value
