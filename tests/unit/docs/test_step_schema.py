"""What a declared step says of itself, from its signature and its docstring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import pytest

from docs.step_schema import declared_steps, index_of, schema_of, with_steps
from syntask_yaml.model.builtin import BUILTINS, Builtin
from syntask_yaml.steps.base import Outputs, StepContext, StepFunction
from syntask_yaml.steps.declare import DeclaredStep, FromTemplate

_TEMPLATE = {"$ref": "#/$defs/template"}
_NULL = {"type": "null"}


def bake(
    context: StepContext,
    *,
    flour: str,
    water: str | None,
    salt: str = "sea",
    minutes: int = 30,
    heat: Literal["low", "high"] = "high",
    is_sweet: bool = False,
    fillings: Sequence[str] | None = None,
    labels: Mapping[str, Any] | str | None = None,
    key: Mapping[str, Any] | FromTemplate,
    **options: Any,
) -> Outputs:
    """Bake a loaf,
    and wrap it.

    How is nobody's business.

    Args:
        flour: The flour. Example: `rye`.
        water: The water. Example: `1`.
        salt: The salt. Example: `rock`.
        minutes: How long
            it bakes. Example: `45`.
        heat: The heat. Example: `low`.
        is_sweet: Whether there is sugar. Example: `true`.
        fillings: What is in it.
            Example: `["nuts", "figs"]`.
        labels: What is on it. Example: `{"for": "{{ $NAME }}"}`.
        key: The key of the oven. Example: `{{ syntask.blocks.secret.oven }}`.
        **options: Further keys are buttons of the oven.

    Not an argument: this line.
    """
    return {"loaf": flour, "crumbs": water}


def declared(function: StepFunction) -> DeclaredStep:
    builtin = Builtin("bake", ("loaf", "crumbs"), "bakery", "bakery:bake", ("bake_bread",))
    return DeclaredStep(builtin, function)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("flour", {"description": "The flour.", "type": "string", "examples": ["rye"]}),
        ("water", {"description": "The water.", "type": ["string", "null"], "examples": ["1"]}),
        ("salt", {"description": "The salt.", "type": ["string", "null"],
                  "default": "sea", "examples": ["rock"]}),
        ("minutes", {"description": "How long it bakes.", "anyOf": [{"type": "integer"}, _TEMPLATE, _NULL],
                     "default": 30, "examples": [45]}),
        ("heat", {"description": "The heat.", "anyOf": [{"enum": ["low", "high"]}, _TEMPLATE, _NULL],
                  "default": "high", "examples": ["low"]}),
        ("is_sweet", {"description": "Whether there is sugar.",
                      "anyOf": [{"type": "boolean"}, _TEMPLATE, _NULL],
                      "default": False, "examples": [True]}),
        ("fillings", {"description": "What is in it.",
                      "anyOf": [{"type": "array", "items": {"type": "string"}}, _TEMPLATE, _NULL],
                      "default": None, "examples": [["nuts", "figs"]]}),
        ("labels", {"description": "What is on it.", "anyOf": [{"type": "object"}, {"type": "string"}, _NULL],
                    "default": None, "examples": ['{"for": "{{ $NAME }}"}']}),
        ("key", {"description": "The key of the oven.", "anyOf": [{"type": "object"}, _TEMPLATE],
                 "examples": ["{{ syntask.blocks.secret.oven }}"]}),
    ],
)  # fmt: skip
def test_an_input(name: str, expected: dict[str, Any]) -> None:
    """A template may stand for what is no text, and null for what may be left out."""
    assert schema_of(declared(bake))["properties"][name] == expected


def test_a_step() -> None:
    """Its first paragraph, what its further keys are, and its outputs; every step has three keys more."""
    schema = schema_of(declared(bake))

    assert schema["description"] == (
        "Bake a loaf, and wrap it. Further keys are buttons of the oven. Outputs: `loaf`, `crumbs`."
    )
    assert list(schema["properties"])[:4] == ["id", "requires", "timeout", "flour"]
    assert schema["required"] == ["flour", "water", "key"]
    assert schema["additionalProperties"] is True


def test_the_schema_of_a_project_has_the_steps_that_are_declared() -> None:
    """Under each of their names; those that are no longer declared are gone, and the rest stays."""
    before = {
        "title": "A project",
        "$defs": {
            "tags": {},
            "step": {"type": "object", "then": {"properties": {"old": {}}, "additionalProperties": False}},
            "step_old": {},
        },
    }
    after = with_steps(before, [declared(bake)])
    then = after["$defs"]["step"]["then"]

    assert list(after["$defs"]) == ["tags", "step", "step_bake"]
    assert then["additionalProperties"] is False
    assert list(then["properties"]) == ["syntask_bakery.deployments.steps.bake"]
    assert list(then["patternProperties"]) == [
        r"^(prefect|syntask)_bakery\.(deployments|projects)\.steps\.(\w+\.)?(bake|bake_bread)$"
    ]


def test_a_row_of_the_index_has_what_is_not_the_usual() -> None:
    assert index_of([declared(bake)]) == [
        {
            "name": "bake",
            "outputs": ("loaf", "crumbs"),
            "package": "bakery",
            "home": "bakery:bake",
            "aliases": ("bake_bread",),
        }
    ]


def test_what_commands_know_is_what_the_steps_declare() -> None:
    """The index is read without importing a step."""
    assert tuple(BUILTINS.values()) == tuple(each.builtin for each in declared_steps())


def undescribed(context: StepContext, *, flour: str) -> None:
    """Bake."""


def without_example(context: StepContext, *, flour: str) -> None:
    """Bake.

    Args:
        flour: The flour.
    """


def of_no_type(context: StepContext, *, flour: bytes) -> None:
    """Bake.

    Args:
        flour: The flour. Example: `rye`.
    """


@pytest.mark.parametrize(
    ("function", "error"),
    [(undescribed, KeyError), (without_example, KeyError), (of_no_type, TypeError)],
)
def test_what_says_too_little_of_itself_is_refused(function: StepFunction, error: type[Exception]) -> None:
    with pytest.raises(error):
        schema_of(declared(function))
