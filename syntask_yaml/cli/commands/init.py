"""`syntask init`: a project file for a repository that has none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from syntask_yaml.cli.arguments import key_values
from syntask_yaml.cli.completion import complete_recipe
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.views.output import say
from syntask_yaml.operations.flows import list_flows
from syntask_yaml.operations.init import (
    SCHEMA_NAME,
    check_free,
    find_recipe,
    init_project,
    recipes,
    suggest_recipe,
)

if TYPE_CHECKING:
    from syntask_yaml.wizard.recipe import RecipeChoice


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
    values = key_values(fields, "--field", is_text=True)
    check_free(context.directory)
    if context.may_prompt:
        chosen = _ask_recipe_choice(context, recipe, values)
        named, values, schedules = chosen.recipe, dict(chosen.fields), chosen.schedules
    else:
        named, schedules = find_recipe(recipe or suggest_recipe(context.directory)), ()
    path = init_project(context.directory, named, values, name=name, schedules=schedules)
    say(f"Wrote `{path.name}` with the recipe `{named.name}`, and `{SCHEMA_NAME}` for your editor.")
    say("Next: `syntask validate`, then `syntask deploy --all`.")


def _ask_recipe_choice(context: Context, name: str | None, fields: Mapping[str, str]) -> RecipeChoice:
    """Return the recipe, its fields, and the schedules; ask for those that are not given."""
    from syntask_yaml.cli.interview import answers_to
    from syntask_yaml.wizard.gather import local_timezone
    from syntask_yaml.wizard.prompts.schedules import ScheduleContext
    from syntask_yaml.wizard.recipe import ask_recipe

    named = find_recipe(name).name if name else None
    suggested = suggest_recipe(context.directory)
    has_entries = name is None and bool(list_flows(context.directory))
    timing = ScheduleContext(datetime.now(UTC), local_timezone(context.environ)) if has_entries else None
    return answers_to(context, lambda: ask_recipe(recipes(), suggested, named, fields, timing))
