"""The value of an expression and where its parts are written, as far as its text tells."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from syntask_yaml.document.location import Location, MappingLocation, SequenceLocation
from syntask_yaml.pysource.scope import NameScope
from syntask_yaml.pysource.symbols import External, Unknowable
from syntask_yaml.upgrade.scripts.constants import (
    Dynamic,
    combined,
    imported_constant,
    joined,
    method_result,
)
from syntask_yaml.upgrade.scripts.flow_names import name_of_flow
from syntask_yaml.upgrade.scripts.places import Places
from syntask_yaml.upgrade.scripts.reach import Closure, Frame, external_name, reach, returned_by
from syntask_yaml.upgrade.template_text import TemplateText
from syntask_yaml.upgrade.text_methods import is_method

_MAX_DEPTH = 60
_PLAIN = (str, int, float, bool, type(None))


@dataclass(frozen=True, slots=True)
class Found:
    """A value, and where it is written."""

    value: Any
    location: Location


Call = Callable[["Evaluator", ast.Call, Frame], Found]


@dataclass(slots=True)
class Evaluator:
    """Evaluates expressions of the module that ends at *scope*. *calls* answers what a call of an imported
    function comes to, None where it does not know it. What is left out of mappings is in *left*; *ends* are
    the places behind expressions, by where these begin."""

    scope: NameScope
    places: Places
    calls: Callable[[str], Call | None]
    left: list[ast.expr] = field(default_factory=list)
    ends: dict[int, int] = field(default_factory=dict)
    depth: int = 0

    def evaluate(self, node: ast.expr, frame: Frame) -> Found:
        """The value of *node*. Raises Dynamic."""
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
            case Closure(node=inner, frame=there) if there.scope.module is self.scope.module:
                return self._expression(inner, there)
            case Closure(node=inner, frame=there):
                return self._elsewhere(inner, there, node)
            case External(name=name):
                return Found(imported_constant(name, node), self.places.start(node))
        raise Dynamic(node)

    def _elsewhere(self, inner: ast.expr, there: Frame, node: ast.expr) -> Found:
        """The value of an expression in another file; *node*, which refers to it, is its place."""
        known = len(self.left)
        try:
            value = self._expression(inner, there).value
        except Dynamic:
            raise Dynamic(node) from None
        if len(self.left) > known:
            self.left[known:] = [node]
        return Found(value, self.places.start(node))

    def _expression(self, node: ast.expr, frame: Frame) -> Found:
        handler = _HANDLERS.get(type(node))
        if handler is None:
            raise Dynamic(node)
        return handler(self, node, frame)

    def start(self, node: ast.expr, frame: Frame) -> int:
        """Where *node* is written; 0 in another file, whose reference counts."""
        if frame.scope.module is not self.scope.module:
            return 0
        start = self.places.start(node)
        self.ends[start] = self.places.end(node)
        return start

    def mapping(self, pairs: Sequence[tuple[str, int, ast.expr]], start: int, frame: Frame) -> Found:
        """A mapping of *pairs*: key, its place and the value. Values that are dynamic are left out."""
        value: dict[str, Any] = {}
        location = MappingLocation(start)
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
            location.children.append(found.location)
        location.order = order
        return Found(value, location)


def _literal(evaluator: Evaluator, node: ast.expr, frame: Frame) -> Found:
    assert isinstance(node, ast.Constant)
    if not isinstance(node.value, _PLAIN):
        raise Dynamic(node)
    return Found(node.value, evaluator.start(node, frame))


def _sequence(evaluator: Evaluator, node: ast.expr, frame: Frame) -> Found:
    assert isinstance(node, (ast.List, ast.Tuple, ast.Set))
    values: list[Any] = []
    location = SequenceLocation(evaluator.start(node, frame))
    for item in node.elts:
        inner = item.value if isinstance(item, ast.Starred) else item
        found = evaluator.evaluate(inner, frame)
        if inner is item:
            values.append(found.value)
            location.children.append(found.location)
        elif isinstance(found.value, list):
            values += found.value
            location.children += [evaluator.start(inner, frame)] * len(found.value)
        else:
            raise Dynamic(inner)
    return Found(values, location)


def _dict(evaluator: Evaluator, node: ast.expr, frame: Frame) -> Found:
    assert isinstance(node, ast.Dict)
    if None in node.keys:
        return _merged(evaluator, node, frame)
    pairs: list[tuple[str, int, ast.expr]] = []
    for key, value in zip(node.keys, node.values, strict=True):
        assert key is not None
        name = evaluator.evaluate(key, frame).value
        if isinstance(name, TemplateText) or not isinstance(name, (str, int)):
            raise Dynamic(key)
        pairs.append((str(name), evaluator.start(key, frame), value))
    return evaluator.mapping(pairs, evaluator.start(node, frame), frame)


def _merged(evaluator: Evaluator, node: ast.Dict, frame: Frame) -> Found:
    """A mapping with others in it: each of their values has the place of the reference."""
    value: dict[str, Any] = {}
    for key, item in zip(node.keys, node.values, strict=True):
        found = evaluator.evaluate(item, frame).value
        if key is not None:
            value[str(evaluator.evaluate(key, frame).value)] = found
        elif isinstance(found, dict):
            value |= found
        else:
            raise Dynamic(item)
    return Found(value, evaluator.start(node, frame))


def _text(evaluator: Evaluator, node: ast.expr, frame: Frame) -> Found:
    assert isinstance(node, ast.JoinedStr)
    parts = []
    for part in node.values:
        inner = part
        if isinstance(part, ast.FormattedValue):
            if part.format_spec is not None or part.conversion not in (-1, 115):
                raise Dynamic(part.value)
            inner = part.value
        parts.append(evaluator.evaluate(inner, frame).value)
    return Found(joined(parts, node), evaluator.start(node, frame))


def _operation(evaluator: Evaluator, node: ast.expr, frame: Frame) -> Found:
    assert isinstance(node, ast.BinOp)
    left, right = (evaluator.evaluate(each, frame).value for each in (node.left, node.right))
    return Found(combined(left, right, node), evaluator.start(node, frame))


def _negative(evaluator: Evaluator, node: ast.expr, frame: Frame) -> Found:
    assert isinstance(node, ast.UnaryOp)
    found = evaluator.evaluate(node.operand, frame)
    if isinstance(node.op, ast.Not) and isinstance(found.value, bool):
        return Found(not found.value, evaluator.start(node, frame))
    if isinstance(node.op, ast.USub) and isinstance(found.value, (int, float)):
        return Found(-found.value, evaluator.start(node, frame))
    raise Dynamic(node)


def _subscript(evaluator: Evaluator, node: ast.expr, frame: Frame) -> Found:
    """`os.environ["NAME"]`; items of what is written out are reached without it."""
    assert isinstance(node, ast.Subscript)
    if external_name(node.value, frame) != "os.environ":
        raise Dynamic(node)
    name = evaluator.evaluate(node.slice, frame).value
    return Found(TemplateText.of_variable(name), evaluator.start(node, frame))


def _call(evaluator: Evaluator, node: ast.expr, frame: Frame) -> Found:
    assert isinstance(node, ast.Call)
    name = external_name(node.func, frame)
    handler = evaluator.calls(name) if name else None
    if handler is not None:
        return handler(evaluator, node, frame)
    returned = returned_by(node, frame)
    if returned is None:
        return _method(evaluator, node, frame)
    found = evaluator.evaluate(returned.node, returned.frame)
    return Found(found.value, evaluator.start(node, frame))


def _attribute(evaluator: Evaluator, node: ast.expr, frame: Frame) -> Found:
    """`main.name` of a flow; other attributes of what is written out are reached without it."""
    assert isinstance(node, ast.Attribute)
    name = name_of_flow(node, frame)
    if not name:
        raise Dynamic(node)
    return Found(name, evaluator.start(node, frame))


def _method(evaluator: Evaluator, node: ast.Call, frame: Frame) -> Found:
    """`"A b".lower()`: a text of a text."""
    called = node.func
    if not isinstance(called, ast.Attribute) or not is_method(called.attr) or node.keywords:
        raise Dynamic(node)
    text, *arguments = (evaluator.evaluate(each, frame).value for each in (called.value, *node.args))
    return Found(method_result(text, called.attr, arguments, node), evaluator.start(node, frame))


_HANDLERS: Mapping[type[ast.expr], Callable[[Evaluator, ast.expr, Frame], Found]] = {
    ast.Constant: _literal,
    ast.List: _sequence,
    ast.Tuple: _sequence,
    ast.Set: _sequence,
    ast.Dict: _dict,
    ast.JoinedStr: _text,
    ast.BinOp: _operation,
    ast.UnaryOp: _negative,
    ast.Subscript: _subscript,
    ast.Call: _call,
    ast.Attribute: _attribute,
}
