"""The interview of `syntask init`: which recipe, and what it must be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from syntask_yaml.operations.init import Recipe
from syntask_yaml.wizard.questions import Answer, Choice, Interview, Kind, Question


@dataclass(frozen=True, slots=True)
class RecipeChoice:
    """A recipe, and the values of its fields."""

    recipe: Recipe
    fields: Mapping[str, str]


def ask_recipe(
    recipes: Mapping[str, Recipe], suggested: str, given: str | None, fields: Mapping[str, str]
) -> Interview[RecipeChoice]:
    """The recipe that is *given*, or one of *recipes*; then its fields that are not in *fields*."""
    name = given or (yield from _ask(_which(recipes, suggested)))
    recipe = recipes[name]
    values = dict(fields)
    for field, about in recipe.fields.items():
        if field not in values:
            question = Question(
                key=f"field {field}", text=about, option=f"--field {field}=VALUE", check=_needed
            )
            values[field] = yield from _ask(question)
    return RecipeChoice(recipe, values)


def _which(recipes: Mapping[str, Recipe], suggested: str) -> Question:
    width = max(map(len, recipes))
    ordered = sorted(recipes.values(), key=lambda recipe: recipe.name != suggested)
    return Question(
        key="recipe",
        text="How do runs get the code?",
        option="--recipe NAME",
        kind=Kind.CHOICE,
        choices=tuple(Choice(each.name, f"{each.name:<{width}}  {each.about}") for each in ordered),
        default=suggested,
    )


def _ask(question: Question) -> Interview[str]:
    answer: Answer = yield question
    assert isinstance(answer, str)
    return answer


def _needed(text: str) -> str:
    return "" if text else "Something must be written here."
