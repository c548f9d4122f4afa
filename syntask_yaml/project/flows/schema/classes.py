"""The fields of a class of the project, read from its body and from those of its bases."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from syntask_yaml.project.flows.schema.annotations import Reader, Unresolved
from syntask_yaml.project.flows.schema.config import config_of
from syntask_yaml.project.flows.schema.fields import arguments, called, field_call, together
from syntask_yaml.project.flows.schema.kinds import Kind, bases, class_of, kind_of
from syntask_yaml.project.flows.schema.limits import limited
from syntask_yaml.project.flows.schema.qualifiers import ALLOWED, Qualifier, unqualified
from syntask_yaml.project.flows.schema.shape import MISSING, NOTHING_SAID, About, Described, Shape
from syntask_yaml.project.flows.source.scope import Scope
from syntask_yaml.project.flows.source.symbol import Definition, Expression, Unknowable
from syntask_yaml.project.flows.source.values import Value, evaluate

# What `dataclasses.field` may say besides a default without a schema showing it.
FIELD_OPTIONS = frozenset({"compare", "hash", "init", "repr"})


@dataclass(frozen=True, slots=True)
class Property:
    """One field of a class. *is_required* unless it can be left out."""

    name: str
    shape: Shape
    about: About
    is_required: bool

    @property
    def key(self) -> str:
        """Its name for whoever fills it in."""
        return self.about.alias or self.name


@dataclass(frozen=True, slots=True)
class Fields:
    """A class that its fields describe; *config* is what a model says of itself."""

    kind: Kind
    title: str
    description: str | None
    properties: Sequence[Property]
    config: Mapping[str, Value] = field(default_factory=dict)


def fields_of(definition: Definition, kind: Kind) -> Fields:
    """The fields of a class of *kind*, inherited ones first; raises `Unknowable`."""
    node = class_of(definition)
    config: dict[str, Value] = {}
    properties: dict[str, Property] = {}
    for base in _bases(definition, kind):
        inherited = fields_of(base, kind)
        config |= inherited.config
        properties |= {item.name: item for item in inherited.properties}
    config |= config_of(definition) if kind is Kind.MODEL else {}
    properties |= {item.name: item for item in _own(definition, kind)}
    return Fields(kind, node.name, _description(node, kind), tuple(properties.values()), config)


def docstring(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> str | None:
    """The documentation of a definition, without its indentation."""
    text = ast.get_docstring(node, clean=False)
    return inspect.cleandoc(text) if text else None


def _description(node: ast.ClassDef, kind: Kind) -> str | None:
    text = docstring(node)
    # Python documents a dataclass by its signature, and pydantic takes such a text for that.
    is_signature = text is not None and text.startswith(f"{node.name}(")
    return None if kind is Kind.DATACLASS and is_signature else text


def _bases(definition: Definition, kind: Kind) -> Sequence[Definition]:
    found = [base for base in bases(definition) if isinstance(base, Definition)]
    same = [base for base in found if kind_of(base) is kind]
    for base in found:
        if base not in same and any(isinstance(part, ast.AnnAssign) for part in class_of(base).body):
            raise Unknowable(f"`{definition.name}` inherits fields from a class of another kind")
    if (kind is Kind.NAMED_TUPLE and same) or (kind is Kind.MODEL and len(same) > 1):
        raise Unknowable(f"what `{definition.name}` inherits is not known from the source")
    return same


def _own(definition: Definition, kind: Kind) -> Iterator[Property]:
    for statement in class_of(definition).body:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name)):
                if kind is not Kind.MODEL or not _is_private(name):
                    yield from _property(name, statement, definition, kind)
            case ast.FunctionDef():
                _check_validators(statement, definition.scope)
            case ast.AsyncFunctionDef() | ast.ClassDef() | ast.Pass() | ast.Expr():
                pass
            case ast.Assign(targets=[ast.Name(id=name)]) if _is_aside(name, kind):
                pass
            case _:
                raise Unknowable(f"the body of `{definition.name}` is not plain")


def _is_aside(name: str, kind: Kind) -> bool:
    """Whether an assignment to *name*, without a type, changes nothing of the fields."""
    if kind is Kind.DATACLASS:
        return not name.startswith("__")
    return kind is Kind.MODEL and _is_private(name) and not name.startswith("__")


def _is_private(name: str) -> bool:
    return name == "model_config" or name.startswith("_")


def _check_validators(function: ast.FunctionDef, scope: Scope) -> None:
    """Refuse a method that makes a field accept something else than its annotation says."""
    for node in function.decorator_list:
        if isinstance(node, ast.Call) and called(node, scope) == "pydantic.field_validator":
            said = {keyword.arg: keyword.value for keyword in node.keywords}
            mode = said.get("mode", ast.Constant("after"))
            is_plain = not isinstance(mode, ast.Constant) or mode.value == "plain"
            if is_plain or "json_schema_input_type" in said:
                raise Unknowable(f"what `{function.name}` makes a field accept is not known")


def _property(name: str, statement: ast.AnnAssign, definition: Definition, kind: Kind) -> Iterator[Property]:
    scope = definition.scope.within(class_of(definition))
    reader, annotation, qualifiers = unqualified(statement.annotation, _reader(scope, statement.lineno))
    has_value = statement.value is not None
    if qualifiers - ALLOWED[kind] or (
        has_value and (kind is Kind.TYPED_DICT or Qualifier.FINAL in qualifiers)
    ):
        raise Unknowable(f"what `{name}` of `{definition.name}` is, is not known from the source")
    if Qualifier.CLASS in qualifiers:
        _check_resolved(reader, annotation)
        return
    said = _assigned(statement.value, scope.at(statement.lineno), kind)
    shape, said = _joined(reader.shape(annotation), said)
    is_required = said.default is MISSING and said.factory is None
    if kind is Kind.TYPED_DICT:
        is_required = _is_in_total(definition, qualifiers)
    yield Property(name, shape, said, is_required)


def _check_resolved(reader: Reader, annotation: ast.expr) -> None:
    try:
        reader.glance(annotation)
    except Unresolved as error:
        raise Unknowable(str(error)) from error


def _reader(scope: Scope, line: int) -> Reader:
    deferred = scope.deferred()
    if scope.module.defers_annotations:
        return Reader(deferred, deferred, is_quoted=True)
    return Reader(scope.at(line), deferred)


def _is_in_total(definition: Definition, qualifiers: frozenset[Qualifier]) -> bool:
    is_total = True
    for keyword in class_of(definition).keywords:
        if keyword.arg != "total":
            raise Unknowable(f"what `{keyword.arg}` makes of `{definition.name}` is not known")
        is_total = bool(evaluate(keyword.value, definition.scope))
    return Qualifier.OPTIONAL not in qualifiers and (is_total or Qualifier.REQUIRED in qualifiers)


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


def _joined(shape: Shape, said: About) -> tuple[Shape, About]:
    """What the annotation and the right side say of a field; its limits are those of the annotation."""
    annotated = shape.about if isinstance(shape, Described) else NOTHING_SAID
    inner = shape.inner if isinstance(shape, Described) else shape
    fresh = {name: value for name, value in said.limits.items() if name not in annotated.limits}
    return limited(inner, fresh), together(annotated, said)
