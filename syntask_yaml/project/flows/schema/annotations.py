"""From an annotation to the shape that it asks for."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from syntask_yaml.project.flows.schema import known
from syntask_yaml.project.flows.schema.fields import about, arguments, called, limits
from syntask_yaml.project.flows.schema.kinds import Kind, kind_of
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
from syntask_yaml.project.flows.source.values import evaluate

CONSTRAINED: Mapping[str, Shape] = {
    "pydantic.conbytes": known.BYTES,
    "pydantic.condate": known.DATE,
    "pydantic.condecimal": known.DECIMAL,
    "pydantic.confloat": known.NUMBER,
    "pydantic.conint": known.INTEGER,
    "pydantic.constr": known.TEXT,
}

# Whether the items of each are all different.
CONTAINERS: Mapping[str, bool] = {
    "pydantic.confrozenset": True,
    "pydantic.conlist": False,
    "pydantic.conset": True,
}


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
            case ast.Constant(value=None):
                return NULL
            case ast.Constant(value=str(text)):
                return replace(self, scope=self.quoted, is_quoted=True).shape(expression(text))
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                return choice(self._side(left), self._side(right))
            case ast.Subscript(value=value, slice=inside):
                return self._in_brackets(self.symbol(value), inside)
            case ast.Name() | ast.Attribute():
                return self._of_symbol(self.symbol(node))
            case ast.Call():
                return self._of_call(node, "")
        raise Unknowable(f"`{ast.unparse(node)}` is not a type")

    def _side(self, node: ast.expr) -> Shape:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            raise Unknowable("a text stands beside `|`")
        return self.shape(node)

    def symbol(self, node: ast.expr) -> Symbol:
        try:
            return self.scope.resolve(node)
        except Undefined as error:
            if self.is_quoted:
                raise Unresolved(str(error)) from error
            raise

    def _of_symbol(self, symbol: Symbol) -> Shape:
        match symbol:
            case External(name=name):
                return self._external(name)
            case Definition():
                return OPAQUE if kind_of(symbol) is Kind.PLAIN else Reference(symbol)
            case Expression(is_alias=True):
                return Reference(symbol)
            case Expression(node=ast.Call() as node, scope=scope, name=name):
                return replace(self, scope=scope, is_quoted=False)._of_call(node, name)
            case Expression(node=ast.Subscript() | ast.BinOp() as node, scope=scope):
                return replace(self, scope=scope, is_quoted=False).shape(node)
        raise Unknowable("it is not a type")

    def _external(self, name: str) -> Shape:
        if name in ("builtins.tuple", "typing.Callable"):
            return Row(rest=ANYTHING) if name == "builtins.tuple" else Inexpressible()
        shape = known.fixed(name)
        if shape is None:
            raise Unknowable(f"the type `{name}` is not defined in this project")
        return shape

    def _in_brackets(self, symbol: Symbol, inside: ast.expr) -> Shape:
        if not isinstance(symbol, External):
            raise Unknowable("a generic type of the project is not known from the source")
        name = symbol.name
        if name in _SPECIAL:
            return _SPECIAL[name](self, inside)
        if name in known.OPAQUE_TYPES or name in known.UNINTERESTED:
            return known.fixed(name) or ANYTHING
        return known.generic(name, [self.shape(item) for item in _items(inside)])

    def _of_call(self, node: ast.Call, name: str) -> Shape:
        function = called(node, self.scope)
        if function in CONSTRAINED:
            return limited(CONSTRAINED[function], limits(arguments(node), self.scope))
        if function in CONTAINERS:
            item, said = _first(node)
            return limited(Array(self.shape(item), CONTAINERS[function]), limits(said, self.scope))
        if function in _MAKING and name:
            return _MAKING[function](self, node, name)
        raise Unknowable(f"`{ast.unparse(node)}` makes a type that is not known from the source")


def _annotated(reader: Reader, inside: ast.expr) -> Shape:
    first, *others = _items(inside)
    said = about(others, reader.scope)
    shape = reader.shape(first)
    if isinstance(shape, Described):
        if shape.about.is_validated and said.limits:
            raise Unknowable("a limit stands behind a validator")
        return Described(limited(shape.inner, said.limits), shape.about.then(said))
    return Described(limited(shape, said.limits), said) if said != NOTHING_SAID else shape


def _literal(reader: Reader, inside: ast.expr) -> Shape:
    values: list[object] = []
    for item in _items(inside):
        match item:
            case ast.Subscript():
                shape = reader.shape(item)
                if not isinstance(shape, OneOf):
                    raise Unknowable("something else than a value stands in `Literal`")
                values += shape.values
            case _:
                values.append(evaluate(item, reader.scope))
    return OneOf(tuple(_distinct(values)))


def _distinct(values: Sequence[object]) -> Iterator[object]:
    for index, value in enumerate(values):
        if not any(type(value) is type(other) and value == other for other in values[:index]):
            yield value


def _tuple(reader: Reader, inside: ast.expr) -> Shape:
    match list(_items(inside)):
        case [ast.Tuple(elts=[])] | []:
            return Row()
        case [item, ast.Constant(value=value)] if value is ...:
            return Row(rest=reader.shape(item))
        case items:
            return Row(tuple(reader.shape(item) for item in items))


def _defaulting(reader: Reader, inside: ast.expr) -> Shape:
    key, value = map(reader.shape, _items(inside))
    if isinstance(value, (Array, Table)) or (isinstance(value, Fixed) and value.family in known.WITH_DEFAULT):
        return Table(key, value)
    raise Unknowable("what a `defaultdict` starts with is not known from the source")


def _new_type(reader: Reader, node: ast.Call, _name: str) -> Shape:
    _, base = _two(node)
    return reader.shape(base)


def _variable(reader: Reader, node: ast.Call, _name: str) -> Shape:
    _, *constraints = node.args
    named = {keyword.arg: keyword.value for keyword in node.keywords}
    if "default" in named:
        raise Unknowable("a type variable has a default")
    if constraints:
        return choice(*map(reader.shape, constraints))
    return reader.shape(named["bound"]) if "bound" in named else ANYTHING


def _alias(_reader: Reader, node: ast.Call, name: str) -> Shape:
    _, value = _two(node)
    if node.keywords:
        raise Unknowable(f"`{name}` is generic")
    return Reference(Expression(value, _reader.scope.deferred(), name, is_alias=True))


_SPECIAL: Mapping[str, Callable[[Reader, ast.expr], Shape]] = {
    "builtins.tuple": _tuple,
    "builtins.type": lambda _reader, _inside: ANYTHING,
    "collections.defaultdict": _defaulting,
    "typing.Annotated": _annotated,
    "typing.Callable": lambda _reader, inside: Inexpressible(ast.unparse(inside)),
    "typing.Literal": _literal,
}
_MAKING: Mapping[str, Callable[[Reader, ast.Call, str], Shape]] = {
    "typing.NewType": _new_type,
    "typing.TypeAliasType": _alias,
    "typing.TypeVar": _variable,
}


def _items(inside: ast.expr) -> Sequence[ast.expr]:
    return inside.elts if isinstance(inside, ast.Tuple) and inside.elts else [inside]


def _first(node: ast.Call) -> tuple[ast.expr, Mapping[str, ast.expr]]:
    said = arguments(node, ("item_type",))
    item = said.pop("item_type", None)
    if item is None:
        raise Unknowable(f"`{ast.unparse(node)}` is not written as usual")
    return item, said


def _two(node: ast.Call) -> tuple[ast.expr, ast.expr]:
    match node.args:
        case [first, second]:
            return first, second
    raise Unknowable(f"`{ast.unparse(node)}` is not written as usual")


@lru_cache(maxsize=4096)
def expression(text: str) -> ast.expr:
    """The expression that *text* is; raises `Unknowable`."""
    try:
        match parse(f"({text}\n)").body:
            case [ast.Expr(value=value)]:
                return value
    except SourceUnreadable:
        pass
    raise Unknowable(f"`{text}` is not an expression")
