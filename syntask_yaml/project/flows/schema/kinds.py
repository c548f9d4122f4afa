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
DECORATORS: Mapping[str, Kind] = {
    "dataclasses.dataclass": Kind.DATACLASS,
    "enum.unique": Kind.PLAIN,
    "functools.total_ordering": Kind.PLAIN,
    "pydantic.dataclasses.dataclass": Kind.DATACLASS,
    "typing.final": Kind.PLAIN,
}
# What the decorator of a dataclass may say without a schema showing it; `kw_only` moves fields about.
OPTIONS = frozenset(
    {"eq", "frozen", "init", "match_args", "order", "repr", "slots", "unsafe_hash", "weakref_slot"}
)
# With one of these a class has a schema of its own making.
OWN_SCHEMA = frozenset(
    {"__class_getitem__", "__get_pydantic_core_schema__", "__get_pydantic_json_schema__"}
    | {"__get_validators__", "__modify_schema__", "__pydantic_init_subclass__"}
)


def kind_of(definition: Definition) -> Kind:
    """The kind of a class; raises `Unknowable` where a base or a decorator is not known."""
    node = class_of(definition)
    _check(node, definition.scope)
    decorated = {_of_decorator(item, definition.scope) for item in node.decorator_list}
    inherited = {_of_base(base, definition.scope) for base in node.bases}
    kinds = (decorated | inherited) - {Kind.PLAIN}
    if len(kinds) > 1:
        raise Unknowable(f"`{node.name}` is of several kinds at once")
    if Kind.DATACLASS in inherited - decorated:
        raise Unknowable(f"`{node.name}` inherits from a dataclass without being one")
    kind = kinds.pop() if kinds else Kind.PLAIN
    if kind in (Kind.PLAIN, Kind.ENUM) and any(keyword.arg != "metaclass" for keyword in node.keywords):
        raise Unknowable(f"how `{node.name}` is made is not known from the source")
    return kind


def bases(definition: Definition) -> Iterator[Symbol]:
    """What a class inherits from."""
    for base in class_of(definition).bases:
        yield definition.scope.resolve(base)


def is_of_pydantic_1(symbol: Symbol) -> bool:
    """Whether *symbol* is of the old pydantic inside the new one, which makes all of a signature old."""
    if isinstance(symbol, External):
        return symbol.name.startswith("pydantic.v1.")
    if isinstance(symbol, Definition) and isinstance(symbol.node, ast.ClassDef):
        return any(is_of_pydantic_1(base) for base in bases(symbol))
    return False


def class_of(definition: Definition) -> ast.ClassDef:
    if isinstance(definition.node, ast.ClassDef):
        return definition.node
    raise Unknowable(f"`{definition.name}` is a function, and not a type")


def _check(node: ast.ClassDef, scope: Scope) -> None:
    if getattr(node, "type_params", ()):
        raise Unknowable(f"`{node.name}` is generic")
    if node.name in scope.module.altered:
        raise Unknowable(f"`{node.name}` is changed after it is defined")
    for statement in node.body:
        if isinstance(statement, ast.FunctionDef) and statement.name in OWN_SCHEMA:
            raise Unknowable(f"`{node.name}` makes its own schema")


def _of_decorator(node: ast.expr, scope: Scope) -> Kind:
    symbol = scope.resolve(node.func if isinstance(node, ast.Call) else node)
    says = {keyword.arg for keyword in node.keywords} if isinstance(node, ast.Call) else set()
    if isinstance(symbol, External) and symbol.name in DECORATORS and says <= OPTIONS:
        return DECORATORS[symbol.name]
    raise Unknowable(f"what `@{ast.unparse(node)}` makes of a class is not known from the source")


def _of_base(node: ast.expr, scope: Scope) -> Kind:
    symbol = scope.resolve(node)
    if isinstance(symbol, Definition):
        return kind_of(symbol)
    if isinstance(symbol, External) and symbol.name in BASES:
        return BASES[symbol.name]
    if isinstance(symbol, External) and symbol.name.startswith("builtins."):
        return Kind.PLAIN
    raise Unknowable(f"what `{ast.unparse(node)}` makes of its subclasses is not known from the source")
