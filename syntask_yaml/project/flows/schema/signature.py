"""The parameters of a function as they are written, and who reads their annotations."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from syntask_yaml.project.flows.schema.annotations import Reader, expression
from syntask_yaml.project.flows.schema.fields import field_call
from syntask_yaml.project.flows.schema.shape import ANYTHING, MISSING, NOTHING_SAID, About, Shape
from syntask_yaml.project.flows.source.library import Library
from syntask_yaml.project.flows.source.module import Module, parse
from syntask_yaml.project.flows.source.scope import Scope, first_line
from syntask_yaml.project.flows.source.symbol import Definition, Undefined, Unknowable
from syntask_yaml.project.flows.source.values import evaluate

# Prefect makes its schema in a module with these names; what is quoted inside an annotation is
# looked up among them, and not where the function stands.
_THERE = """
import inspect, typing, pydantic
import typing as t
from pydantic import BaseModel as V2BaseModel
from pydantic import ConfigDict, PydanticUndefinedAnnotation, TypeAdapter, create_model
from pydantic.errors import PydanticUserError
from pydantic.fields import FieldInfo
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


@dataclass(frozen=True, slots=True)
class Signature:
    """The signature of a function, whose defaults are worked out in *scope*.

    *eager* reads the annotations that Python evaluates with the definition, *late* those that are texts.
    """

    arguments: ast.arguments
    scope: Scope
    eager: Reader
    late: Reader

    @classmethod
    def of(cls, function: Definition) -> Signature:
        """The signature of *function*; raises `Unknowable` if its annotations cannot be taken apart."""
        node, scope = function.node, function.scope
        assert not isinstance(node, ast.ClassDef)
        if getattr(node, "type_params", ()):
            raise Unknowable(f"`{node.name}` is generic")
        outside = scope.deferred().outside()
        late = Reader(outside, _there())
        if any(_has_undefined(text, outside) for text in _texts(node, scope)):
            late = Reader(_there(), _there(), is_quoted=True)
        there = scope.at(first_line(node))
        return cls(node.args, there, Reader(there, _there()), late)

    def shape(self, node: ast.expr | None) -> Shape:
        """The shape that an annotation asks for; raises `Unknowable`, or `Unresolved`."""
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
