"""What the classes of a project hold, read from their bodies."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from syntask_yaml.project.flows.schema.annotations import Reader, expression
from syntask_yaml.project.flows.schema.config import config_of, is_config
from syntask_yaml.project.flows.schema.fields import arguments, called, field_call
from syntask_yaml.project.flows.schema.kinds import Kind, bases, kind_of
from syntask_yaml.project.flows.schema.limits import limited
from syntask_yaml.project.flows.schema.shape import MISSING, NOTHING_SAID, About, Described, Shape
from syntask_yaml.project.flows.source.scope import Scope
from syntask_yaml.project.flows.source.symbol import Definition, Expression, External, Unknowable
from syntask_yaml.project.flows.source.values import Value, evaluate

QUALIFIERS: Mapping[str, str] = {
    "dataclasses.InitVar": "init",
    "dataclasses.KW_ONLY": "class",
    "typing.ClassVar": "class",
    "typing.Final": "final",
    "typing.NotRequired": "optional",
    "typing.ReadOnly": "read only",
    "typing.Required": "required",
}
# What `dataclasses.field` may say besides a default without a schema showing it.
FIELD_OPTIONS = frozenset({"init", "repr", "hash", "compare", "kw_only"})


@dataclass(frozen=True, slots=True)
class Property:
    """One field of a class. *is_required* unless it can be left out."""

    name: str
    shape: Shape
    about: About
    is_required: bool


@dataclass(frozen=True, slots=True)
class Fields:
    """A class that is described by its fields."""

    kind: Kind
    properties: Sequence[Property]
    title: str
    description: str | None
    config: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Written:
    """A field as it stands in the body of a class."""

    name: str
    annotation: ast.expr
    value: ast.expr | None
    line: int


def fields_of(definition: Definition, kind: Kind) -> Fields:
    """The fields of a class of *kind*, inherited ones first."""
    node = _class(definition)
    config: dict[str, Value] = {}
    properties: dict[str, Property] = {}
    for base in _bases(definition, kind):
        inherited = fields_of(base, kind)
        config |= inherited.config
        properties |= {item.name: item for item in inherited.properties}
    config |= config_of(definition) if kind is Kind.MODEL else {}
    properties |= {item.name: item for item in _own(definition, kind)}
    return Fields(kind, tuple(properties.values()), node.name, _description(node, kind), config)


def _class(definition: Definition) -> ast.ClassDef:
    assert isinstance(definition.node, ast.ClassDef)
    return definition.node


def _bases(definition: Definition, kind: Kind) -> Sequence[Definition]:
    found = [base for base in bases(definition) if isinstance(base, Definition)]
    same = [base for base in found if kind_of(base) is kind]
    mixed_in = [base for base in found if base not in same]
    if any(isinstance(part, ast.AnnAssign) for base in mixed_in for part in _class(base).body):
        raise Unknowable(f"`{definition.name}` inherits fields from a class of another kind")
    if (kind is Kind.NAMED_TUPLE and same) or (kind is Kind.MODEL and len(same) > 1):
        raise Unknowable(f"what `{definition.name}` inherits is not known from the source")
    return same


def docstring(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> str | None:
    """The documentation of a definition, without its indentation."""
    text = ast.get_docstring(node, clean=False)
    return inspect.cleandoc(text) if text else None


def _description(node: ast.ClassDef, kind: Kind) -> str | None:
    text = docstring(node)
    return None if text and kind is Kind.DATACLASS and text.startswith(f"{node.name}(") else text


def _own(definition: Definition, kind: Kind) -> Iterator[Property]:
    for written in _written(definition, kind):
        found = _property(written, definition, kind)
        if found is not None:
            yield found


def _written(definition: Definition, kind: Kind) -> Iterator[_Written]:
    for statement in _class(definition).body:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=value):
                if kind is not Kind.MODEL or not (name.startswith("_") or is_config(statement)):
                    yield _Written(name, annotation, value, statement.lineno)
            case ast.FunctionDef():
                _check_validators(statement, definition.scope)
            case ast.AsyncFunctionDef() | ast.ClassDef() | ast.Pass() | ast.Expr():
                pass
            case ast.Assign(targets=[ast.Name(id=name)]):
                if name.startswith("__") or not (_is_ignored(name, kind) or is_config(statement)):
                    raise Unknowable(f"what `{definition.name}.{name}` does is not known from the source")
            case _:
                raise Unknowable(f"the body of `{definition.name}` is not plain")


def _is_ignored(name: str, kind: Kind) -> bool:
    return kind is Kind.DATACLASS or (kind is Kind.MODEL and name.startswith("_"))


def _check_validators(function: ast.FunctionDef, scope: Scope) -> None:
    """Refuse a method that makes a field accept something else than its annotation says."""
    for node in function.decorator_list:
        if isinstance(node, ast.Call) and called(node, scope) == "pydantic.field_validator":
            for keyword in node.keywords:
                is_plain = isinstance(keyword.value, ast.Constant) and keyword.value.value != "plain"
                if keyword.arg == "json_schema_input_type" or (keyword.arg == "mode" and not is_plain):
                    raise Unknowable(f"what `{function.name}` makes a field accept is not known")


def _property(written: _Written, definition: Definition, kind: Kind) -> Property | None:
    scope = definition.scope.within(_class(definition))
    qualifiers, annotation, reader = _unqualified(written, scope)
    if "class" in qualifiers or (kind is Kind.MODEL and "final" in qualifiers and written.value is not None):
        return None
    if "final" in qualifiers and kind is not Kind.MODEL:
        raise Unknowable(f"what `Final` makes of `{written.name}` is not known from the source")
    shape = reader.shape(annotation)
    said = _assigned(written.value, scope.at(written.line), kind)
    shape, said = _together(shape, said)
    if kind is Kind.TYPED_DICT:
        return Property(written.name, shape, said, _is_in_total(definition, qualifiers))
    return Property(written.name, shape, said, said.default is MISSING and said.factory is None)


def _unqualified(written: _Written, scope: Scope) -> tuple[set[str], ast.expr, Reader]:
    """The annotation without `ClassVar`, `Final` … around it, and who reads the rest."""
    node, deferred = written.annotation, scope.deferred()
    reader = Reader(scope.at(written.line), deferred)
    if scope.module.defers_annotations:
        reader = Reader(deferred, deferred, is_quoted=True)
    qualifiers: set[str] = set()
    while True:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node, reader = expression(node.value), Reader(deferred, deferred, is_quoted=True)
        outer = node.value if isinstance(node, ast.Subscript) else node
        symbol = reader.symbol(outer) if isinstance(outer, (ast.Name, ast.Attribute)) else None
        name = symbol.name if isinstance(symbol, External) else ""
        if name not in QUALIFIERS:
            return qualifiers, node, reader
        qualifiers.add(QUALIFIERS[name])
        if not isinstance(node, ast.Subscript):
            return qualifiers | {"class"}, node, reader
        node = node.slice


def _is_in_total(definition: Definition, qualifiers: set[str]) -> bool:
    is_total = True
    for keyword in _class(definition).keywords:
        if keyword.arg != "total":
            raise Unknowable(f"what `{keyword.arg}` makes of `{definition.name}` is not known")
        is_total = bool(evaluate(keyword.value, definition.scope))
    return "optional" not in qualifiers and ("required" in qualifiers or is_total)


def _assigned(node: ast.expr | None, scope: Scope, kind: Kind) -> About:
    """What the right side of a field says: its default, or all that `Field(…)` can."""
    if node is None:
        return NOTHING_SAID
    said = field_call(node, scope)
    if said is not None and kind in (Kind.MODEL, Kind.DATACLASS):
        return said
    if isinstance(node, ast.Call) and called(node, scope) == "dataclasses.field":
        return _dataclass_field(node, scope)
    value = evaluate(node, scope)
    return About(default=MISSING if value is ... else value)


def _dataclass_field(node: ast.Call, scope: Scope) -> About:
    said = arguments(node)
    factory = said.pop("default_factory", None)
    default = said.pop("default", None)
    if unknown := said.keys() - FIELD_OPTIONS:
        raise Unknowable(f"what `{min(unknown)}` of `field(…)` does is not known from the source")
    return About(
        default=MISSING if default is None else evaluate(default, scope),
        factory=None if factory is None else Expression(factory, scope),
    )


def _together(shape: Shape, said: About) -> tuple[Shape, About]:
    """What the annotation and the right side say of a field; limits in the annotation come first."""
    annotated = shape.about if isinstance(shape, Described) else NOTHING_SAID
    inner = shape.inner if isinstance(shape, Described) else shape
    fresh = {name: value for name, value in said.limits.items() if name not in annotated.limits}
    if annotated.is_validated and fresh:
        raise Unknowable("a limit stands behind a validator")
    return limited(inner, fresh), annotated.then(said)
