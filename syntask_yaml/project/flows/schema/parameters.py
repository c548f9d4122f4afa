"""The JSON Schema of a function's parameters, as Prefect would make it of the function itself."""

from __future__ import annotations

from collections.abc import Mapping

from syntask_yaml.project.flows.schema.annotations import Unresolved
from syntask_yaml.project.flows.schema.definitions import TITLE, Definitions
from syntask_yaml.project.flows.schema.render import CannotExpress
from syntask_yaml.project.flows.schema.shape import (
    ANYTHING,
    MISSING,
    NOTHING_SAID,
    About,
    Described,
    Schema,
    Shape,
)
from syntask_yaml.project.flows.schema.signature import Parameter, Signature, parameters
from syntask_yaml.project.flows.source.symbol import Definition, Unknowable

# Given by Python, and not by whoever runs a flow; they count as positions all the same.
IMPLICIT = frozenset({"cls", "self"})
# What an annotation says of a parameter that nothing else can.
KEPT = frozenset({"deprecated", "examples"})


def parameter_schema(function: Definition, descriptions: Mapping[str, str]) -> Schema:
    """The schema of the parameters of *function*; raises `Unknowable` where the source does not tell."""
    signature = Signature.of(function)
    definitions = Definitions()
    properties: dict[str, Schema] = {}
    required: list[str] = []
    for parameter in parameters(signature.arguments):
        if parameter.name in IMPLICIT:
            continue
        schema, about = _property(definitions, signature, parameter, descriptions.get(parameter.name))
        properties[parameter.name] = schema
        if about.default is MISSING and about.factory is None:
            required.append(parameter.name)
    return {
        "title": TITLE,
        "type": "object",
        "properties": properties,
        **({"required": required} if required else {}),
        "definitions": definitions.reached(properties),
    }


def _property(
    definitions: Definitions, signature: Signature, parameter: Parameter, description: str | None
) -> tuple[Schema, About]:
    if parameter.name.startswith("_"):
        raise Unknowable(f"the name of the parameter `{parameter.name}` begins with an underscore")
    given = signature.given(parameter.default)
    try:
        shape = signature.shape(parameter.annotation)
        about = _about(parameter, shape, given, description)
        return _render(definitions, shape, about), about
    except (CannotExpress, Unresolved):
        about = _about(parameter, ANYTHING, given, description)
        return _render(definitions, ANYTHING, about), about


def _render(definitions: Definitions, shape: Shape, about: About) -> Schema:
    inner = shape.inner if isinstance(shape, Described) else shape
    return definitions.without_repetition(definitions.renderer.described(inner, about))


def _about(parameter: Parameter, shape: Shape, given: About, description: str | None) -> About:
    """What is said of a parameter, by its annotation, by its default and by the documentation.

    Its title and description are never those of the annotation.
    """
    annotated = shape.about if isinstance(shape, Described) else NOTHING_SAID
    if annotated.factory is not None and given.default is not MISSING:
        raise Unknowable(f"the parameter `{parameter.name}` has two defaults")
    told = given.updates.get("description") or description
    kept = {name: said for name, said in annotated.updates.items() if name in KEPT}
    return About(
        {**kept, "title": parameter.name, **({"description": told} if told else {})},
        {**annotated.extra, "position": parameter.position, **given.extra},
        default=annotated.default if given.default is MISSING else given.default,
        factory=annotated.factory,
    )
