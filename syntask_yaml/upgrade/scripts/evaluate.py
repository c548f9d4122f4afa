"""Static evaluation of expressions, with the locations of the parts of a value."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from syntask_yaml.document.location import Location, MappingLocation
from syntask_yaml.pysource.scope import NameScope
from syntask_yaml.pysource.symbols import External, Unknowable
from syntask_yaml.upgrade.scripts.constants import Dynamic, imported_constant
from syntask_yaml.upgrade.scripts.places import Places
from syntask_yaml.upgrade.scripts.reach import Closure, Frame, reach

_MAX_DEPTH = 60


@dataclass(frozen=True, slots=True)
class Found:
    """A value and its location."""

    value: Any
    location: Location


Call = Callable[["Evaluator", ast.Call, Frame], Found]
Handler = Callable[["Evaluator", ast.expr, Frame], Found]


@dataclass(slots=True)
class Evaluator:
    """An evaluator of expressions in the module that ends at *scope*.

    *calls* returns the handler for calls of an imported function, None if it is unknown, and *handlers* has
    one for each class of expression. *left* are the expressions that are left out of mappings; *ends* maps
    the start of expressions to their end.
    """

    scope: NameScope
    places: Places
    calls: Callable[[str], Call | None]
    handlers: Mapping[type[ast.expr], Handler]
    left: list[ast.expr] = field(default_factory=list)
    ends: dict[int, int] = field(default_factory=dict)
    depth: int = 0

    def evaluate(self, node: ast.expr, frame: Frame) -> Found:
        """Return the value of *node*. Raises Dynamic."""
        self.depth += 1
        try:
            if self.depth > _MAX_DEPTH:
                raise Dynamic(node)
            return self._reached(node, frame)
        except (Unknowable, RecursionError, ArithmeticError, TypeError, ValueError):
            raise Dynamic(node) from None
        finally:
            self.depth -= 1

    def _reached(self, node: ast.expr, frame: Frame) -> Found:
        match reach(node, frame):
            case Closure(node=inner, frame=inner_frame) if inner_frame.scope.module is self.scope.module:
                return self._expression(inner, inner_frame)
            case Closure(node=inner, frame=inner_frame):
                return self._elsewhere(inner, inner_frame, node, frame)
            case External(name=name):
                return Found(imported_constant(name, node), self.start(node, frame))
        raise Dynamic(node)

    def _elsewhere(self, inner: ast.expr, inner_frame: Frame, node: ast.expr, frame: Frame) -> Found:
        """Return the value of an expression in another file, at the location of its reference *node*."""
        known = len(self.left)
        try:
            value = self._expression(inner, inner_frame).value
        except Dynamic:
            raise Dynamic(node) from None
        if len(self.left) > known:
            self.left[known:] = [node]
        return Found(value, self.start(node, frame))

    def standing_for(self, closure: Closure, node: ast.expr, frame: Frame) -> Found:
        """Return the value of *closure*, to which *node* refers in *frame*. Raises Dynamic."""
        if closure.frame.scope.module is frame.scope.module:
            return self.evaluate(closure.node, closure.frame)
        known = len(self.left)
        try:
            value = self.evaluate(closure.node, closure.frame).value
        except Dynamic:
            raise Dynamic(node) from None
        if len(self.left) > known:
            self.left[known:] = [node]
        return Found(value, self.start(node, frame))

    def _expression(self, node: ast.expr, frame: Frame) -> Found:
        handler = self.handlers.get(type(node))
        if handler is None:
            raise Dynamic(node)
        return handler(self, node, frame)

    def start(self, node: ast.expr | ast.keyword, frame: Frame) -> int:
        """Return the position of *node*; 0 in another file, where the position of the reference counts."""
        if frame.scope.module is not self.scope.module:
            return 0
        start = self.places.start(node)
        self.ends[start] = self.places.end(node)
        return start

    def mapping(self, pairs: Sequence[tuple[str, int, ast.expr]], start: int, frame: Frame) -> Found:
        """Return a mapping of *pairs*: key, its position and the value. Dynamic values are left out."""
        value: dict[str, Any] = {}
        location = MappingLocation(start)
        children: list[Location] = []
        order: dict[str, int] = {}
        for key, at, node in pairs:
            try:
                found = self.evaluate(node, frame)
            except Dynamic as error:
                self.left.append(error.node)
                continue
            value[key] = found.value
            order[key] = len(location.keys)
            location.keys.append(at)
            children.append(found.location)
        location.children, location.order = children, order
        return Found(value, location)
