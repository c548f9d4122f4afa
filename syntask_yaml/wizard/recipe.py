"""The interview of `syntask init`: the recipe, its fields, and schedules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from syntask_yaml.operations.init import Recipe
from syntask_yaml.wizard.prompts.schedules import ScheduleContext, ask_for_schedules
from syntask_yaml.wizard.questions import Choice, Interview, Select, Text


@dataclass(frozen=True, slots=True)
class RecipeChoice:
    """A recipe, the values of its fields, and the *schedules* of each entry."""

    recipe: Recipe
    fields: Mapping[str, str]
    schedules: Sequence[Mapping[str, Any]] = ()


def ask_recipe(
    recipes: Mapping[str, Recipe],
    suggested: str,
    given: str | None,
    fields: Mapping[str, str],
    context: ScheduleContext | None,
) -> Interview[RecipeChoice]:
    """Ask for one of *recipes* unless it is *given*; then for its fields that are not in *fields*.

    With a *context*, also ask for schedules.
    """
    name = given or (yield from _which(recipes, suggested).ask())
    recipe = recipes[name]
    values = dict(fields)
    for field, about in recipe.fields.items():
        if field not in values:
            question = Text(f"field {field}", about, option=f"--field {field}=VALUE", takes_templates=False)
            values[field] = yield from question.ask()
    schedules = (yield from ask_for_schedules(context)) if context is not None else None
    return RecipeChoice(recipe, values, schedules or ())


def _which(recipes: Mapping[str, Recipe], suggested: str) -> Select:
    width = max(map(len, recipes))
    ordered = sorted(recipes.values(), key=lambda recipe: recipe.name != suggested)
    return Select(
        "recipe",
        "How do runs get the code?",
        option="--recipe NAME",
        choices=tuple(Choice(each.name, f"{each.name:<{width}}  {each.about}") for each in ordered),
        default=suggested,
    )
