"""Which kind of class a class of the project is."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from enum import Enum

from syntask_yaml.project.flows.source.scope import Scope
from syntask_yaml.project.flows.source.symbol import Definition, External, Symbol, Unknowable


class Kind(Enum):
    """What a class is to whoever makes a schema of it."""

    PLAIN = "plain"
    ENUM = "enum"
    MODEL = "model"
    DATACLASS = "dataclass"
    TYPED_DICT = "typed dict"
    NAMED_TUPLE = "named tuple"


BASES: Mapping[str, Kind] = {
    "abc.ABC": Kind.PLAIN,
    "enum.Enum": Kind.ENUM,
    "enum.Flag": Kind.ENUM,
    "enum.IntEnum": Kind.ENUM,
    "enum.IntFlag": Kind.ENUM,
    "enum.StrEnum": Kind.ENUM,
    "pydantic.BaseModel": Kind.MODEL,
    "typing.NamedTuple": Kind.NAMED_TUPLE,
    "typing.TypedDict": Kind.TYPED_DICT,
}
DECORATORS: Mapping[str, Kind | None] = {
    "dataclasses.dataclass": Kind.DATACLASS,
    "pydantic.dataclasses.dataclass": Kind.DATACLASS,
    "enum.unique": None,
    "functools.total_ordering": None,
    "typing.final": None,
}
# With one of these a class has a schema of its own making.
OWN_SCHEMA = frozenset(
    {"__get_pydantic_core_schema__", "__get_pydantic_json_schema__", "__get_validators__"}
    | {"__modify_schema__", "__pydantic_init_subclass__", "__class_getitem__"}
)


def kind_of(definition: Definition) -> Kind:
    """The kind of a class; raises `Unknowable` where a base or a decorator is not known."""
    node, scope = _class(definition)
    if any(name in OWN_SCHEMA for name in _methods(node)):
        raise Unknowable(f"`{node.name}` makes its own schema")
    decorated = {kind for kind in (_of_decorator(item, scope) for item in node.decorator_list) if kind}
    kinds = {_of_base(base, scope) for base in node.bases} - {Kind.PLAIN} | decorated
    if len(kinds) > 1:
        raise Unknowable(f"`{node.name}` is of several kinds at once")
    kind = kinds.pop() if kinds else Kind.PLAIN
    if kind is Kind.DATACLASS and not decorated:
        raise Unknowable(f"`{node.name}` inherits from a dataclass without being one")
    if kind in (Kind.PLAIN, Kind.ENUM) and any(keyword.arg != "metaclass" for keyword in node.keywords):
        raise Unknowable(f"`{node.name}` is made in a way that is not known")
    return kind


def bases(definition: Definition) -> Iterator[Symbol]:
    """What a class inherits from; raises `Unknowable` for what is in brackets."""
    node, scope = _class(definition)
    for base in node.bases:
        if isinstance(base, ast.Subscript):
            raise Unknowable(f"`{node.name}` is generic")
        yield scope.resolve(base)


def _class(definition: Definition) -> tuple[ast.ClassDef, Scope]:
    if isinstance(definition.node, ast.ClassDef):
        return definition.node, definition.scope
    raise Unknowable(f"`{definition.name}` is a function, not a type")


def _methods(node: ast.ClassDef) -> Iterator[str]:
    for statement in node.body:
        if isinstance(statement, ast.FunctionDef):
            yield statement.name


def _of_decorator(node: ast.expr, scope: Scope) -> Kind | None:
    symbol = scope.resolve(node.func if isinstance(node, ast.Call) else node)
    if isinstance(symbol, External) and symbol.name in DECORATORS:
        return DECORATORS[symbol.name]
    raise Unknowable(f"what `@{ast.unparse(node)}` makes of a class is not known from the source")


def _of_base(node: ast.expr, scope: Scope) -> Kind:
    symbol = scope.resolve(node)
    if isinstance(symbol, Definition):
        return kind_of(symbol)
    if isinstance(symbol, External):
        name = symbol.name
        if name in BASES:
            return BASES[name]
        if name.startswith("builtins."):
            return Kind.PLAIN
    raise Unknowable(f"what `{ast.unparse(node)}` makes of its subclasses is not known from the source")
