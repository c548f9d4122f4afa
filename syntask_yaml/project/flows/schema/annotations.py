"""From an annotation to the shape that it asks for."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from syntask_yaml.project.flows.schema import known
from syntask_yaml.project.flows.schema.fields import about, arguments, called, limits, together
from syntask_yaml.project.flows.schema.kinds import Kind, is_of_pydantic_1, kind_of
from syntask_yaml.project.flows.schema.limits import limited
from syntask_yaml.project.flows.schema.shape import (
    ANYTHING,
    NOTHING_SAID,
    NULL,
    OPAQUE,
    Array,
    Described,
    Fixed,
    Inexpressible,
    OneOf,
    Reference,
    Row,
    Shape,
    Table,
    choice,
)
from syntask_yaml.project.flows.source.module import SourceUnreadable, parse
from syntask_yaml.project.flows.source.scope import Scope
from syntask_yaml.project.flows.source.symbol import (
    Definition,
    Expression,
    External,
    Symbol,
    Undefined,
    Unknowable,
)
from syntask_yaml.project.flows.source.values import Value, evaluate, shown


class Unresolved(Exception):
    """A quoted name stands for nothing: whoever makes a schema takes such a type for any."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads annotations that stand in *scope*; what is quoted inside them is looked up in *quoted*."""

    scope: Scope
    quoted: Scope
    is_quoted: bool = False

    def shape(self, node: ast.expr) -> Shape:
        """The shape that *node* asks for; raises `Unknowable`, or `Unresolved` for what is quoted."""
        match node:
            case ast.Name() | ast.Attribute():
                return self._named(self.symbol(node))
            case ast.Subscript(value=value, slice=inside):
                return self._in_brackets(self.symbol(value), inside)
            case ast.BinOp(left=left, op=ast.BitOr(), right=right) if not _are_values(left, right):
                return choice(self.shape(left), self.shape(right))
            case ast.Constant(value=None):
                return NULL
            case ast.Constant(value=str(text)):
                return replace(self, scope=self.quoted, is_quoted=True).shape(expression(text))
            case ast.Call():
                return self._made(node, "")
        raise Unknowable(f"`{shown(node)}` is not a type")

    def symbol(self, node: ast.expr) -> Symbol:
        """What *node* stands for."""
        try:
            return self.scope.resolve(node)
        except Undefined as error:
            if self.is_quoted:
                raise Unresolved(str(error)) from error
            raise

    def _named(self, symbol: Symbol) -> Shape:
        match symbol:
            case External(name="builtins.tuple"):
                return Row(rest=ANYTHING)
            case External(name="typing.Callable"):
                return Inexpressible()
            case External(name=name):
                return known.fixed(name)
            case Definition():
                return OPAQUE if kind_of(symbol) is Kind.PLAIN else Reference(symbol)
            case Expression(is_alias=True):
                return Reference(symbol)
            case Expression(node=ast.Call() as node, scope=scope, name=name):
                return replace(self, scope=scope, is_quoted=False)._made(node, name)
            case Expression(node=ast.Subscript() | ast.BinOp() as node, scope=scope):
                return replace(self, scope=scope, is_quoted=False).shape(node)
        raise Unknowable(f"`{symbol.name}` is not a type")

    def _in_brackets(self, symbol: Symbol, inside: ast.expr) -> Shape:
        if not isinstance(symbol, External):
            raise Unknowable(f"what `{symbol.name}` makes of the types in its brackets is not known")
        if symbol.name in _SPECIAL:
            return _SPECIAL[symbol.name](self, inside)
        if symbol.name in known.INDIFFERENT:
            self.glance(inside)
            return known.fixed(symbol.name)
        return known.generic(symbol.name, [self.shape(item) for item in _items(inside)])

    def glance(self, node: ast.expr) -> None:
        """Look at a type that nothing is made of: what is quoted in it has to be there all the same."""
        match node:
            case ast.Constant(value=str(text)):
                replace(self, scope=self.quoted, is_quoted=True).glance(expression(text))
            case ast.Name():
                self._glance_at(self.symbol(node))
            case ast.Subscript(value=value, slice=inside):
                self.glance(value)
                for item in _types_in(self.symbol(value), inside):
                    self.glance(item)
            case ast.BinOp(left=left, right=right):
                self.glance(left)
                self.glance(right)
            case ast.List(elts=items) | ast.Tuple(elts=items):
                for item in items:
                    self.glance(item)

    def _glance_at(self, symbol: Symbol) -> None:
        if is_of_pydantic_1(symbol):
            raise Unknowable("a type of pydantic 1 makes all of the signature one of pydantic 1")
        if isinstance(symbol, Expression) and isinstance(symbol.node, ast.Subscript):
            replace(self, scope=symbol.scope, is_quoted=False).glance(symbol.node)

    def _made(self, node: ast.Call, name: str) -> Shape:
        """The type that a call makes, which is assigned to *name*."""
        function = called(node, self.scope)
        if function in known.CONSTRAINED:
            return limited(known.CONSTRAINED[function], limits(arguments(node), self.scope))
        if function in known.CONTAINERS:
            said = arguments(node, ("item_type",))
            array = Array(self.shape(said.pop("item_type", node)), known.CONTAINERS[function])
            return limited(array, limits(said, self.scope))
        if function in _MAKING and name:
            return _MAKING[function](self, node, name)
        raise Unknowable(f"`{shown(node)}` makes a type that is not known from the source")


def _types_in(symbol: Symbol, inside: ast.expr) -> Sequence[ast.expr]:
    """Those of the things in brackets that are types."""
    match symbol:
        case External(name="typing.Literal"):
            return ()
        case External(name="typing.Annotated"):
            return _items(inside)[:1]
    return _items(inside)


def _annotated(reader: Reader, inside: ast.expr) -> Shape:
    first, *others = _items(inside)
    shape, said = reader.shape(first), about(others, reader.scope)
    earlier = shape.about if isinstance(shape, Described) else NOTHING_SAID
    inner = shape.inner if isinstance(shape, Described) else shape
    both = together(earlier, said)
    return Described(limited(inner, said.limits), both) if both != NOTHING_SAID else inner


def _literal(reader: Reader, inside: ast.expr) -> Shape:
    values: list[Value] = []
    for item in _items(inside):
        if isinstance(item, ast.Subscript):
            shape = reader.shape(item)
            values += shape.values if isinstance(shape, OneOf) else []
        else:
            values.append(evaluate(item, reader.scope))
    return OneOf(tuple(_distinct(values)))


def _distinct(values: Sequence[Value]) -> Iterator[Value]:
    for index, value in enumerate(values):
        if not any(type(value) is type(other) and value == other for other in values[:index]):
            yield value


def _tuple(reader: Reader, inside: ast.expr) -> Shape:
    match list(_items(inside)):
        case [ast.Tuple(elts=[])]:
            return Row()
        case [item, ast.Constant(value=value)] if value is ...:
            return Row(rest=reader.shape(item))
        case items:
            return Row(tuple(map(reader.shape, items)))


def _defaultdict(reader: Reader, inside: ast.expr) -> Shape:
    shapes = [reader.shape(item) for item in _items(inside)]
    match shapes:
        case [key, Array() | Table() as value]:
            return Table(key, value)
        case [key, Fixed(family="boolean" | "integer" | "number" | "string") as value]:
            return Table(key, value)
    raise Unknowable("what a `defaultdict` starts with is not known from the source")


def _callable(reader: Reader, inside: ast.expr) -> Shape:
    reader.glance(inside)
    return Inexpressible(ast.unparse(inside))


def _subclass(reader: Reader, inside: ast.expr) -> Shape:
    reader.glance(inside)
    match reader.symbol(inside) if isinstance(inside, (ast.Name, ast.Attribute)) else None:
        case Definition() | External(name="typing.Any"):
            return ANYTHING
        case External(name=name) if name.startswith("builtins."):
            return ANYTHING
    raise Unknowable(f"`{shown(inside)}` is no class that is known from the source")


def _new_type(reader: Reader, node: ast.Call, _name: str) -> Shape:
    base = arguments(node, ("name", "tp")).get("tp")
    if base is None or isinstance(base, ast.Constant):
        raise Unknowable(f"`{shown(node)}` is not written as usual")
    return reader.shape(base)


def _type_variable(reader: Reader, node: ast.Call, name: str) -> Shape:
    said = {keyword.arg: keyword.value for keyword in node.keywords}
    if "default" in said or any(
        isinstance(part, ast.Constant) for part in (*node.args[1:], said.get("bound"))
    ):
        raise Unknowable(f"what the type variable `{name}` stands for is not known from the source")
    if len(node.args) > 1:
        return choice(*map(reader.shape, node.args[1:]))
    return reader.shape(said["bound"]) if "bound" in said else ANYTHING


def _alias(reader: Reader, node: ast.Call, name: str) -> Shape:
    said = arguments(node, ("name", "value"))
    if "value" not in said or len(said) > 2:
        raise Unknowable(f"`{name}` is generic")
    return Reference(Expression(said["value"], reader.scope.deferred(), name, is_alias=True))


_SPECIAL: Mapping[str, Callable[[Reader, ast.expr], Shape]] = {
    "builtins.tuple": _tuple,
    "builtins.type": _subclass,
    "collections.defaultdict": _defaultdict,
    "typing.Annotated": _annotated,
    "typing.Callable": _callable,
    "typing.Literal": _literal,
}
_MAKING: Mapping[str, Callable[[Reader, ast.Call, str], Shape]] = {
    "typing.NewType": _new_type,
    "typing.TypeAliasType": _alias,
    "typing.TypeVar": _type_variable,
}


def _are_values(left: ast.expr, right: ast.expr) -> bool:
    """Whether `left | right` is no type to Python: it knows `|` of types alone, one of which may be None."""
    sides = [side.value for side in (left, right) if isinstance(side, ast.Constant)]
    return sides == [None, None] or any(isinstance(side, str) for side in sides)


def _items(inside: ast.expr) -> Sequence[ast.expr]:
    return inside.elts if isinstance(inside, ast.Tuple) and inside.elts else [inside]


@lru_cache(maxsize=4096)
def expression(text: str) -> ast.expr:
    """The expression that *text* is; raises `Unknowable`."""
    try:
        body = parse(f"({text}\n)").body
    except SourceUnreadable as error:
        raise Unknowable(f"`{text}` is not an expression") from error
    match body:
        case [ast.Expr(value=value)]:
            return value
    raise Unknowable(f"`{text}` is not an expression")
