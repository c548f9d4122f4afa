"""Resolution of names to expressions, through loop variables, parameters, variables and imports."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from syntask_yaml.pysource.bindings import Assigned, Binding
from syntask_yaml.pysource.lookup import resolve
from syntask_yaml.pysource.scope import NameScope
from syntask_yaml.pysource.symbols import Definition, External, Member, Package, SourceExpression, Unknowable

_MAX_HOPS = 30


@dataclass(frozen=True, slots=True)
class Frame:
    """A scope with the expressions of loop variables and parameters; None if only a run knows the value."""

    scope: NameScope
    names: Mapping[str, Closure | None] = field(default_factory=dict)

    def of(self, scope: NameScope) -> Frame:
        """Return the frame of an expression that was found from this one."""
        is_near = scope.module is self.scope.module and scope.around is self.scope.around
        return Frame(scope, self.names if is_near else {})

    def binding(self, names: Mapping[str, Closure | None]) -> Frame:
        """Return the same frame with *names* bound to other values."""
        return replace(self, names={**self.names, **names})


@dataclass(frozen=True, slots=True)
class Closure:
    """An expression, and the frame in which its names are resolved."""

    node: ast.expr
    frame: Frame


Reached: TypeAlias = Closure | External | Definition | Member | Package


def reach(node: ast.expr, frame: Frame, hops: int = 0) -> Reached:
    """Return the expression, definition or import that *node* refers to. Raises Unknowable."""
    if hops > _MAX_HOPS:
        raise Unknowable("the value goes through too many names")
    match node:
        case ast.Await(value=value):
            return reach(value, frame, hops + 1)
        case ast.Name(id=name) if name in frame.names:
            held = frame.names[name]
            if held is None:
                raise Unknowable(f"`{name}` is only known when the script runs")
            return reach(held.node, held.frame, hops + 1)
        case ast.Name() | ast.Attribute():
            return _named(node, frame, hops)
        case ast.Subscript(value=value, slice=ast.Constant() | ast.Name() | ast.Attribute() as key):
            item = _item(value, key, frame, hops)
            return reach(item.node, item.frame, hops + 1) if item else Closure(node, frame)
    return Closure(node, frame)


def _named(node: ast.Name | ast.Attribute, frame: Frame, hops: int) -> Reached:
    if _root(node) in frame.names:
        return Closure(node, frame)
    try:
        symbol = resolve(node, frame.scope)
    except Unknowable:
        asked = _name_attribute(node, frame)
        if asked is None:
            raise
        return Closure(asked, frame)
    if isinstance(symbol, Member):
        return _class_attribute(symbol, frame, hops)
    if not isinstance(symbol, SourceExpression):
        return symbol
    if symbol.node is node:
        return Closure(node, frame)
    if symbol.name in symbol.scope.module.altered and not isinstance(symbol.node, ast.Constant):
        raise Unknowable(f"`{symbol.name}` is modified after it is assigned")
    return reach(symbol.node, frame.of(symbol.scope), hops + 1)


def _class_attribute(symbol: Member, frame: Frame, hops: int) -> Reached:
    """Resolve `Settings.QUEUE`, an attribute that a plain class sets once in its body."""
    node = symbol.owner.node
    if not isinstance(node, ast.ClassDef) or node.bases or node.keywords or node.decorator_list:
        return symbol
    scope = symbol.owner.scope.deferred().within(node)
    match scope.around.names.get(symbol.attribute, ()):
        case [Binding(origin=Assigned(value=value), is_certain=True)]:
            if node.name not in scope.module.altered:
                return reach(value, frame.of(replace(scope, line=math.inf)), hops + 1)
    return symbol


def _name_attribute(node: ast.Name | ast.Attribute, frame: Frame) -> ast.expr | None:
    """Return `main.name`, possibly the name of a flow, given directly or by a module-level variable."""
    if isinstance(node, ast.Attribute):
        return node if node.attr == "name" else None
    match frame.scope.module.names.names.get(node.id, ()):
        case [Binding(origin=Assigned(value=ast.Attribute(attr="name") as value), is_certain=True)]:
            return value
    return None


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _item(container: ast.expr, wanted: ast.expr, frame: Frame, hops: int) -> Closure | None:
    """Return the expression under the key *wanted* of a dict or list display."""
    reached = reach(wanted, frame, hops + 1)
    if not isinstance(reached, Closure) or not isinstance(reached.node, ast.Constant):
        return None
    key = reached.node.value
    match reach(container, frame, hops + 1):
        case Closure(node=ast.Dict(keys=keys, values=values), frame=inner_frame):
            for written, value in zip(reversed(keys), reversed(values), strict=True):
                if written is None:
                    return None
                if isinstance(written, ast.Constant) and written.value == key:
                    return Closure(value, inner_frame)
        case Closure(node=ast.List(elts=items) | ast.Tuple(elts=items), frame=inner_frame):
            if isinstance(key, int) and -len(items) <= key < len(items):
                return Closure(items[key], inner_frame)
    return None


def external_name(node: ast.expr, frame: Frame) -> str:
    """Return the qualified name of the import *node*, as in Prefect; empty for other expressions."""
    try:
        found = reach(node, frame)
    except Unknowable:
        return ""
    if not isinstance(found, External):
        return ""
    return f"prefect{found.name.removeprefix('syntask')}" if found.name.startswith("syntask.") else found.name
