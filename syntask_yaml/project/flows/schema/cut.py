"""What a signature needs, cut out of its source: definitions without bodies, values, aliases.

What is cut out is run, so each node is checked here: names and calls are of the closed list, no attribute
begins with an underscore, operators are replaced by bounded ones, and functions by ones that refuse.
A text that Python evaluates as an annotation is checked as the expression that it is.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TypeAlias

from syntask_yaml.project.flows.schema import allowed
from syntask_yaml.pysource.lookup import attribute, bound, has, is_of_class, lookup, resolve
from syntask_yaml.pysource.module import Module, SourceUnreadable, parse
from syntask_yaml.pysource.scope import NOTHING, Scope, first_line
from syntask_yaml.pysource.symbols import (
    Definition,
    Expression,
    External,
    Member,
    Package,
    Symbol,
    Undefined,
    Unknowable,
)
from syntask_yaml.pysource.values import shown

MAX_NODES = 50_000
FUNCTION = "__function__"
# What the code that is cut out calls, in place of what it may not.
OPERATE, JOIN, WEIGH, MAKE, REFUSE = "__operate__", "__join__", "__weigh__", "__make__", "__refuse__"
# Prefect evaluates the texts of annotations in a module of its own, if one of them names nothing here.
THERE = {"pydantic": "pydantic", "t": "typing", "typing": "typing"}
HIDDEN_THERE = frozenset({"inspect"})


@dataclass(frozen=True, slots=True)
class Handed:
    """`name = symbol`, or `name.path = symbol` for what is reached through modules."""

    name: str
    path: tuple[str, ...]
    symbol: Symbol


@dataclass(frozen=True, slots=True)
class Code:
    """A statement that defines *name*, written as *node*."""

    name: str
    node: ast.AST
    statement: ast.stmt


Step: TypeAlias = Handed | Code


@dataclass(slots=True)
class Part:
    """The steps of one module, by the line that they belong to."""

    module: Module
    steps: list[tuple[float, Step]] = field(default_factory=list)

    def in_order(self) -> list[Step]:
        """What is needed first comes first, and lines are in order."""
        return [step for _, step in sorted(self.steps, key=lambda pair: pair[0])]


@dataclass(frozen=True, slots=True)
class At:
    """Where an expression stands; *is_text* if Python evaluates it as text.

    *is_inside* if it stands in the body of a class, which is cut out with it.
    """

    scope: Scope
    is_text: bool = False
    is_inside: bool = False


class Cut:
    """Collects the parts that a function needs; raises `Unknowable` for what is not allowed."""

    def __init__(self, function: Definition) -> None:
        self.parts: dict[Module, Part] = {}
        self.imports = False
        self._done: set[object] = set()
        self._names: set[str] = {"Parameters"}
        self._nodes = 0
        self._function(function)

    def _function(self, function: Definition) -> None:
        node, scope = function.node, function.scope
        if isinstance(node, ast.ClassDef) or getattr(node, "type_params", None):
            raise Unknowable(f"`{node.name}` is generic")
        there = At(scope.at(first_line(node)))
        made = ast.FunctionDef(
            name=FUNCTION,
            args=self._arguments(node.args, there),
            body=[ast.Pass()],
            decorator_list=[],
            returns=self._returns(node.returns, there),
        )
        self._part(scope.module).steps.append((float("inf"), Code(FUNCTION, node, made)))

    def _arguments(self, args: ast.arguments, there: At) -> ast.arguments:
        def argument(item: ast.arg) -> ast.arg:
            return ast.arg(item.arg, item.annotation and self.annotation(item.annotation, annotating(there)))

        return ast.arguments(
            posonlyargs=[argument(item) for item in args.posonlyargs],
            args=[argument(item) for item in args.args],
            vararg=args.vararg and argument(args.vararg),
            kwonlyargs=[argument(item) for item in args.kwonlyargs],
            kw_defaults=[item and self.value(item, there) for item in args.kw_defaults],
            kwarg=args.kwarg and argument(args.kwarg),
            defaults=[self.value(item, there) for item in args.defaults],
        )

    def _returns(self, node: ast.expr | None, there: At) -> ast.expr | None:
        """A text that cannot be evaluated, if the annotation of what is returned is one: Prefect tells."""
        at = annotating(there)
        text = _text(node, at)
        if text is None or all(
            _is_defined(part.id, at.scope) for part in ast.walk(text) if isinstance(part, ast.Name)
        ):
            return None
        return (
            ast.Constant("__undefined__")
            if isinstance(node, ast.Constant)
            else ast.Name("__undefined__", ast.Load())
        )

    def _part(self, module: Module) -> Part:
        return self.parts.setdefault(module, Part(module))

    # Types

    def annotation(self, node: ast.expr, at: At) -> ast.expr:
        """*node*, checked as an annotation."""
        self._count()
        match node:
            case ast.Constant(value=str(text)):
                self.annotation(expression(text), replace(at, scope=at.scope.deferred(), is_text=True))
            case ast.Constant(value=value) if value is None or value is ...:
                pass
            case ast.Name() | ast.Attribute():
                self._type(self.refer(node, at), node)
            case ast.Subscript(value=value, slice=inside):
                return ast.Subscript(value, self._in_brackets(self.refer(value, at), inside, at), ast.Load())
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                return ast.BinOp(self.annotation(left, at), ast.BitOr(), self.annotation(right, at))
            case ast.List(elts=items):
                return ast.List([self.annotation(item, at) for item in items], ast.Load())
            case ast.Tuple(elts=items):
                return ast.Tuple([self.annotation(item, at) for item in items], ast.Load())
            case ast.Call():
                return self._type_made(node, at)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return ast.IfExp(self.value(test, at), self.annotation(body, at), self.annotation(orelse, at))
            case _:
                raise Unknowable(f"`{shown(node)}` is not a type")
        return node

    def _type(self, symbol: Symbol | None, node: ast.expr) -> None:
        match symbol:
            case External(name=name):
                allowed.named(name)
                self.imports |= name in allowed.IMPORTING
            case Expression():
                self._assigned(symbol, is_type=True)
            case None | Definition(node=ast.ClassDef()):
                pass
            case _:
                raise Unknowable(f"`{shown(node)}` is not a type")

    def _in_brackets(self, symbol: Symbol | None, inside: ast.expr, at: At) -> ast.expr:
        match symbol:
            case External(name="typing.Literal"):
                return self._each(inside, at, [])
            case External(name="typing.Annotated"):
                return self._each(inside, at, [0])
            case None | External():
                if isinstance(symbol, External):
                    self._type(symbol, inside)
                return self.annotation(inside, at)
            case Definition(node=ast.ClassDef()) if inherits(symbol, "typing.Generic"):
                return self.annotation(inside, at)
            case Expression(node=ast.Dict(values=types), scope=home) if (
                symbol.name not in home.module.altered
            ):
                for type_ in types:
                    self.annotation(type_, At(home))
                self._assigned(symbol, is_type=False)
                return self.value(inside, at)
        raise Unknowable(f"what `{symbol.name}` makes of the types in its brackets is not known")

    def _each(self, inside: ast.expr, at: At, types: Sequence[int]) -> ast.expr:
        """What stands in the brackets, of which those at *types* are types and the others values."""
        items = inside.elts if isinstance(inside, ast.Tuple) else [inside]
        made = [
            self.annotation(item, at)
            if number in types or isinstance(item, ast.Subscript)
            else self.value(item, at)
            for number, item in enumerate(items)
        ]
        return ast.Tuple(made, ast.Load()) if isinstance(inside, ast.Tuple) else made[0]

    def _type_made(self, node: ast.Call, at: At) -> ast.expr:
        """A call that makes a type."""
        symbol = self.refer(node.func, at)
        if not isinstance(symbol, External) or symbol.name not in allowed.TYPE_MAKERS:
            raise Unknowable(f"`{shown(node)}` makes a type that is not known from the source")
        types = allowed.TYPE_MAKERS[symbol.name]
        args = [
            self.annotation(item, at) if number in types else self.value(item, at)
            for number, item in enumerate(node.args)
        ]
        keywords = [
            ast.keyword(
                word.arg, self.annotation(word.value, at) if word.arg in types else self.value(word.value, at)
            )
            for word in node.keywords
        ]
        return ast.Call(node.func, args, keywords)

    # Values

    def value(self, node: ast.expr, at: At) -> ast.expr:
        """*node* as a value, with bounded operators."""
        self._count()
        match node:
            case ast.Constant():
                return node
            case ast.Name() | ast.Attribute():
                return self._value_of(node, at)
            case ast.Tuple() | ast.List() | ast.Set() | ast.Dict():
                return self._container(node, at)
            case ast.UnaryOp(op=op, operand=operand):
                return ast.UnaryOp(op, self.value(operand, at))
            case ast.Subscript(value=value, slice=inside):
                return ast.Subscript(self.value(value, at), self.value(inside, at), ast.Load())
            case ast.Call():
                return self._called(node, at)
        if at.is_text:
            raise Unknowable(f"`{shown(node)}` is worked out when the file runs")
        return self._worked_out(node, at)

    def _container(self, node: ast.Tuple | ast.List | ast.Set | ast.Dict, at: At) -> ast.expr:
        match node:
            case ast.Tuple(elts=items):
                return ast.Tuple([self._item(item, at) for item in items], ast.Load())
            case ast.List(elts=items):
                return ast.List([self._item(item, at) for item in items], ast.Load())
            case ast.Set(elts=items):
                return ast.Set([self._item(item, at) for item in items])
        pairs = list(zip(node.keys, node.values, strict=True))
        values = [self._weighed(item, at) if key is None else self.value(item, at) for key, item in pairs]
        return ast.Dict([key and self.value(key, at) for key in node.keys], values)

    def _worked_out(self, node: ast.expr, at: At) -> ast.expr:
        match node:
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                return ast.BinOp(self.value(left, at), ast.BitOr(), self.value(right, at))
            case ast.BinOp(left=left, op=op, right=right):
                return call(
                    OPERATE, ast.Constant(type(op).__name__), self.value(left, at), self.value(right, at)
                )
            case ast.JoinedStr(values=values):
                return call(JOIN, *(self._text_part(part, at) for part in values))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return ast.IfExp(self.value(test, at), self.value(body, at), self.value(orelse, at))
            case ast.Lambda():
                return ast.Name(REFUSE, ast.Load())
        raise Unknowable(f"`{shown(node)}` is worked out when the file runs")

    def _text_part(self, part: ast.expr, at: At) -> ast.expr:
        match part:
            case ast.Constant():
                return part
            case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
                return self.value(value, at)
        raise Unknowable(f"`{shown(part)}` is formatted when the file runs")

    def _item(self, node: ast.expr, at: At) -> ast.expr:
        if isinstance(node, ast.Starred):
            return ast.Starred(self._weighed(node.value, at), ast.Load())
        return self.value(node, at)

    def _weighed(self, node: ast.expr, at: At) -> ast.expr:
        return call(WEIGH, self.value(node, at))

    def _value_of(self, node: ast.Name | ast.Attribute, at: At) -> ast.expr:
        try:
            symbol = resolve(node, at.scope) if _is_chain(node) else None
        except Unknowable:
            if isinstance(node, ast.Name):
                raise
            symbol = None
        if isinstance(node, ast.Attribute) and (symbol is None or _is_attribute(symbol)):
            return self._attribute(node, at)
        self._check_value(symbol, node)
        self._need(node, at)
        return node

    def _check_value(self, symbol: Symbol | None, node: ast.expr) -> None:
        match symbol:
            case External(name=name):
                if not allowed.is_function(name):
                    allowed.named(name)
            case Expression(name=name, node=value, scope=home):
                if not isinstance(value, (ast.Constant, ast.Tuple)) and name in home.module.altered:
                    raise Unknowable(f"`{name}` is changed after it gets its value")
                self._assigned(symbol, is_type=False)
            case Definition(node=node_) if not isinstance(node_, ast.ClassDef) and node_.decorator_list:
                raise Unknowable(f"what `{symbol.name}` is, is not known from the source")
            case Package():
                raise Unknowable(f"`{shown(node)}` is a module")
            case Member(attribute=name) if name.startswith("_"):
                raise Unknowable(f"`{shown(node)}` is private")

    def _attribute(self, node: ast.Attribute, at: At) -> ast.expr:
        """An attribute of a value, such as `Color.RED.value`."""
        if node.attr.startswith("_") or at.is_text:
            raise Unknowable(f"`{shown(node)}` is not known from the source")
        return ast.Attribute(self.value(node.value, at), node.attr, ast.Load())

    def _called(self, node: ast.Call, at: At) -> ast.expr:
        if not isinstance(node.func, (ast.Name, ast.Attribute)):
            raise Unknowable(f"what `{shown(node.func)}(…)` returns is not known from the source")
        symbol = resolve(node.func, at.scope)
        args = [self._item(item, at) for item in node.args]
        keywords = [self._keyword(word, at) for word in node.keywords]
        match symbol:
            case External(name=name) if name in allowed.CALLED and all(word.arg for word in node.keywords):
                self._need(node.func, at)
                return ast.Call(node.func, args, keywords)
            case External(name=name) if allowed.maker(name) is not None and not at.is_text:
                return call(MAKE, ast.Constant(name), *args, keywords=keywords)
            case Definition(node=ast.ClassDef()) if not at.is_text:
                self._need(node.func, at)
                self._done.add("object")
                return call(WEIGH, ast.Call(node.func, args, keywords))
        if isinstance(symbol, External) and symbol.name in allowed.TYPE_MAKERS:
            return self._type_made(node, at)
        raise Unknowable(f"what `{shown(node.func)}(…)` returns is not known from the source")

    def _keyword(self, word: ast.keyword, at: At) -> ast.keyword:
        if word.arg is None:
            return ast.keyword(None, self._weighed(word.value, at))
        # What a class of the project makes is made where it is weighed, and nowhere else.
        if word.arg == "default_factory" and not _is_of_python(word.value, at.scope):
            return ast.keyword(word.arg, ast.Name(REFUSE, ast.Load()))
        return ast.keyword(word.arg, self.value(word.value, at))

    @property
    def makes_objects(self) -> bool:
        """Whether a class of the project is called."""
        return "object" in self._done

    # Names

    def refer(self, node: ast.expr, at: At) -> Symbol | None:
        """What a name of a type leads to; None for a text that names nothing here."""
        if not isinstance(node, (ast.Name, ast.Attribute)):
            raise Unknowable(f"`{shown(node)}` is not a type")
        if at.is_text:
            _check_there(node)
        try:
            symbol = resolve(node, at.scope)
        except Undefined:
            if at.is_text:
                return None
            raise
        self._need(node, at)
        return symbol

    def _need(self, node: ast.expr, at: At) -> None:
        """Collect what gives the first name of *node* its value."""
        first, *others = _chain(node)
        outside = at.scope.outside()
        if is_of_class(first, at.scope):
            if not at.is_inside:
                raise Unknowable(f"`{first}` belongs to a class")
            if not at.is_text or not has(first, outside):
                return
        line, found, path = bound(first, outside), lookup(first, outside), 0
        is_whole = isinstance(found, External) and found.name in allowed.WHOLE and len(others) == 1
        while path < len(others) and _is_module(found) and not is_whole:
            found, path = attribute(found, others[path], outside), path + 1
        if _is_module(found) and not is_whole:
            raise Unknowable(f"`{shown(node)}` is a module")
        self._add(outside.module, line or 0, Handed(first, tuple(others[:path]), found))

    def _add(self, module: Module, line: float, step: Handed) -> None:
        key = (module, line, step.name, step.path)
        if key in self._done:
            return
        self._done.add(key)
        match step.symbol:
            case Definition(node=ast.ClassDef()) as owner:
                self._class(owner)
        if not _is_home(step, module):
            self._part(module).steps.append((line, step))

    def _assigned(self, symbol: Expression, *, is_type: bool) -> None:
        key = (id(symbol.node), is_type)
        if key in self._done:
            return
        self._done |= {key}
        is_of_class = symbol.scope.around is not NOTHING
        at = At(symbol.scope, is_text=symbol.is_alias, is_inside=is_of_class)
        made = self.annotation(symbol.node, at) if is_type else self.value(symbol.node, at)
        if not is_of_class and id(symbol.node) not in self._done:
            self._done.add(id(symbol.node))
            line = symbol.node.end_lineno or symbol.node.lineno
            step = Code(symbol.name, symbol.node, _assignment(symbol, made))
            self._part(symbol.scope.module).steps.append((line, step))

    # Classes

    def _class(self, owner: Definition) -> None:
        if id(owner.node) in self._done or owner.scope.around is not NOTHING:
            return
        self._done.add(id(owner.node))
        from syntask_yaml.project.flows.schema.cut_class import ClassCut

        made = ClassCut(self, owner).made()
        line = owner.node.end_lineno or owner.node.lineno
        self._part(owner.scope.module).steps.append((line, Code(owner.name, owner.node, made)))

    def name_class(self, name: str) -> None:
        """Note that a class is called *name*; two of one name are told apart by where they stand."""
        if name in self._names:
            raise Unknowable(f"two types are called `{name}`")
        self._names.add(name)

    def _count(self) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise Unknowable("its signature is too large")


def annotating(there: At, *, keeps_class: bool = False) -> At:
    """Where the annotations of a function or of a class that stands *there* are evaluated."""
    if not there.scope.module.defers_annotations:
        return there
    later = there.scope.deferred()
    return At(later if keeps_class else later.outside(), is_text=True, is_inside=there.is_inside)


def _text(node: ast.expr | None, at: At) -> ast.expr | None:
    """The expression that an annotation is when it is a text at first."""
    if node is not None and at.is_text:
        return node
    return expression(node.value) if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


@lru_cache(maxsize=4096)
def expression(text: str) -> ast.expr:
    """Return the expression that *text* is; raise `Unknowable`."""
    try:
        body = parse(f"({text}\n)").body
    except SourceUnreadable as error:
        raise Unknowable(f"`{text}` is not an expression") from error
    match body:
        case [ast.Expr(value=value)]:
            return value
    raise Unknowable(f"`{text}` is not an expression")


def _is_defined(name: str, scope: Scope) -> bool:
    try:
        lookup(name, scope.deferred().outside())
    except Undefined:
        return False
    except Unknowable:
        return True
    return True


def _check_there(node: ast.expr) -> None:
    """Refuse a text that would lead elsewhere than to a type in the module where Prefect evaluates it."""
    first, *others = _chain(node)
    if others and first in THERE:
        allowed.named(".".join([THERE[first], *others]))
    elif first in HIDDEN_THERE:
        raise Unknowable(f"`{shown(node)}` is not a type")


def _is_of_python(node: ast.expr, scope: Scope) -> bool:
    try:
        symbol = resolve(node, scope)
    except Unknowable:
        return False
    return isinstance(symbol, External) and symbol.name.startswith("builtins.")


def _chain(node: ast.expr) -> list[str]:
    match node:
        case ast.Name(id=name):
            return [name]
        case ast.Attribute(value=value, attr=name) if not name.startswith("_"):
            return [*_chain(value), name]
    raise Unknowable(f"`{shown(node)}` is not a name")


def _is_chain(node: ast.expr) -> bool:
    """Whether *node* is a name, or attributes of one."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)


def _is_attribute(symbol: Symbol) -> bool:
    return isinstance(symbol, Expression) and isinstance(symbol.node, ast.Attribute)


def _is_module(symbol: Symbol) -> bool:
    return isinstance(symbol, Package) or (isinstance(symbol, External) and allowed.is_module(symbol.name))


def _is_home(step: Handed, module: Module) -> bool:
    """Whether the definition itself gives the name its value."""
    match step.symbol:
        case (Definition(node=ast.ClassDef()) | Expression()) as symbol if not step.path:
            return symbol.scope.module is module and symbol.name == step.name
    return False


def inherits(owner: Definition, prefix: str) -> bool:
    assert isinstance(owner.node, ast.ClassDef)
    for base in owner.node.bases:
        try:
            symbol = resolve(base.value if isinstance(base, ast.Subscript) else base, owner.scope)
        except Unknowable:
            continue
        if isinstance(symbol, External) and symbol.name.startswith(prefix):
            return True
        if (
            isinstance(symbol, Definition)
            and isinstance(symbol.node, ast.ClassDef)
            and inherits(symbol, prefix)
        ):
            return True
    return False


def _assignment(symbol: Expression, value: ast.expr) -> ast.stmt:
    if symbol.is_alias:  # a statement of Python 3.12
        made: ast.stmt = ast.TypeAlias(ast.Name(symbol.name, ast.Store()), [], value)  # type: ignore[attr-defined]
        return made
    return ast.Assign([ast.Name(symbol.name, ast.Store())], value)


def call(name: str, *args: ast.expr, keywords: Sequence[ast.keyword] = ()) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(args), list(keywords))
