"""The JSON Schema of a function's parameters, as Prefect would make it of the function itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from syntask_yaml.project.flows.schema.annotations import Reader, Unresolved, expression
from syntask_yaml.project.flows.schema.definitions import TITLE, Definitions
from syntask_yaml.project.flows.schema.fields import field_call
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
from syntask_yaml.project.flows.source.library import Library
from syntask_yaml.project.flows.source.module import Module, parse
from syntask_yaml.project.flows.source.scope import Scope, first_line
from syntask_yaml.project.flows.source.symbol import Definition, Undefined, Unknowable
from syntask_yaml.project.flows.source.values import evaluate

IMPLICIT = frozenset({"self", "cls"})

# Prefect makes its schema in a module with these names; what is quoted inside an annotation is
# looked up among them, and not where the function stands.
_THERE = """
import inspect, typing, pydantic
import typing as t
from pydantic import ConfigDict, PydanticUndefinedAnnotation, TypeAdapter, create_model
"""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a function as it is written, its *position* counted from 0."""

    name: str
    position: int
    annotation: ast.expr | None
    default: ast.expr | None


def parameters(arguments: ast.arguments) -> Iterator[Parameter]:
    """The parameters in the order of a signature."""
    positional = [*arguments.posonlyargs, *arguments.args]
    none: list[ast.expr | None] = [None]
    defaults = none * (len(positional) - len(arguments.defaults)) + list(arguments.defaults)
    listed = list(zip(positional, defaults, strict=True))
    listed += [(arguments.vararg, None)] if arguments.vararg else []
    listed += list(zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True))
    listed += [(arguments.kwarg, None)] if arguments.kwarg else []
    for position, (argument, default) in enumerate(listed):
        yield Parameter(argument.arg, position, argument.annotation, default)


def parameter_schema(function: Definition, descriptions: Mapping[str, str]) -> Schema:
    """The schema of the parameters of *function*; raises `Unknowable` where the source does not tell."""
    reading = _Reading.of(function)
    definitions = Definitions()
    properties: dict[str, Schema] = {}
    required: list[str] = []
    for parameter in parameters(reading.node.args):
        if parameter.name in IMPLICIT:
            continue
        schema, about = _property(definitions, reading, parameter, descriptions.get(parameter.name))
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
    definitions: Definitions, reading: _Reading, parameter: Parameter, description: str | None
) -> tuple[Schema, About]:
    if parameter.name.startswith("_"):
        raise Unknowable(f"the name of the parameter `{parameter.name}` begins with an underscore")
    given = reading.given(parameter.default)
    try:
        shape = reading.shape(parameter.annotation)
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
    updates = {
        name: annotated.updates[name] for name in annotated.updates.keys() & {"examples", "deprecated"}
    }
    updates |= {"title": parameter.name} | ({"description": told} if told else {})
    return About(
        updates,
        {**annotated.extra, "position": parameter.position, **given.extra},
        default=annotated.default if given.default is MISSING else given.default,
        factory=annotated.factory,
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    """How the annotations of one function are read.

    *eager* reads those that Python evaluates with the definition, *late* those that are texts.
    """

    node: ast.FunctionDef | ast.AsyncFunctionDef
    scope: Scope
    eager: Reader
    late: Reader

    @classmethod
    def of(cls, function: Definition) -> _Reading:
        node, scope = function.node, function.scope
        assert not isinstance(node, ast.ClassDef)
        if getattr(node, "type_params", ()):
            raise Unknowable(f"`{node.name}` is generic")
        outside = scope.deferred().outside()
        late = Reader(outside, _there())
        if any(_has_undefined(text, outside) for text in _texts(node, scope)):
            late = Reader(_there(), _there(), is_quoted=True)
        return cls(node, scope.at(first_line(node)), Reader(scope.at(first_line(node)), _there()), late)

    def shape(self, node: ast.expr | None) -> Shape:
        if node is None:
            return ANYTHING
        text = _text(node, self.scope)
        return self.eager.shape(node) if text is None else self.late.shape(text)

    def given(self, node: ast.expr | None) -> About:
        """What the default says: a value, or all of `Field(…)` that Prefect takes over."""
        if node is None:
            return NOTHING_SAID
        said = field_call(node, self.scope)
        if said is not None:
            return said
        value = evaluate(node, self.scope)
        return About(default=MISSING if value is ... else value)


def _texts(node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> Iterator[ast.expr]:
    annotations = [parameter.annotation for parameter in parameters(node.args)]
    for annotation in (*annotations, node.returns):
        text = None if annotation is None else _text(annotation, scope)
        if text is not None:
            yield text


def _text(node: ast.expr, scope: Scope) -> ast.expr | None:
    """What is inside an annotation that is a text at first, or None for one that is not."""
    if scope.module.defers_annotations:
        return node
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return expression(node.value)
    return None


def _has_undefined(text: ast.expr, scope: Scope) -> bool:
    return any(_is_undefined(part.id, scope) for part in ast.walk(text) if isinstance(part, ast.Name))


def _is_undefined(name: str, scope: Scope) -> bool:
    try:
        scope.lookup(name)
    except Undefined:
        return True
    except Unknowable:
        return False
    return False


@cache
def _there() -> Scope:
    return Scope(Library(Path()), Module(Path("there.py"), parse(_THERE)))
