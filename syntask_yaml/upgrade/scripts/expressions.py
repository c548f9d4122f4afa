"""Evaluation of expressions, by class of expression."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from syntask_yaml.document.location import Location, SequenceLocation
from syntask_yaml.project.spelling import block_name_problem
from syntask_yaml.upgrade.scripts.constants import (
    Dynamic,
    combined,
    compared,
    joined,
    method_result,
    truth_of,
)
from syntask_yaml.upgrade.scripts.evaluate import Evaluator, Found, Handler
from syntask_yaml.upgrade.scripts.flow_names import name_of_flow
from syntask_yaml.upgrade.scripts.frames import returned_by, rounds
from syntask_yaml.upgrade.scripts.reach import Frame, external_name
from syntask_yaml.upgrade.template_text import TemplateText, holds_template
from syntask_yaml.upgrade.text_methods import is_method

_PLAIN = (str, int, float, bool, type(None))


def _literal(evaluator: Evaluator, node: ast.expr, frame: Frame) -> Found:
    assert isinstance(node, ast.Constant)
    is_like_a_template = isinstance(node.value, str) and holds_template(node.value)
    if is_like_a_template or not isinstance(node.value, _PLAIN):
        raise Dynamic(node)
    return Found(node.value, evaluator.start(node, frame))


def _sequence(evaluator: Evaluator, node: ast.expr, frame: Frame) -> Found:
    assert isinstance(node, (ast.List, ast.Tuple, ast.Set))
    values: list[Any] = []
    places: list[Location] = []
    for item in node.elts:
        inner = item.value if isinstance(item, ast.Starred) else item
        found = evaluator.evaluate(inner, frame)
        if inner is item:
            values.append(found.value)
            places.append(found.location)
        elif isinstance(found.value, list):
            values += found.value
            places += [evaluator.start(inner, frame)] * len(found.value)
        else:
            raise Dynamic(inner)
    return Found(values, SequenceLocation(evaluator.start(node, frame), places))


def _dict(evaluator: Evaluator, node: ast.expr, frame: Frame) -> Found:
    assert isinstance(node, ast.Dict)
    if None in node.keys:
        return _unpacked_dict(evaluator, node, frame)
    pairs: list[tuple[str, int, ast.expr]] = []
    for key, value in zip(node.keys, node.values, strict=True):
        assert key is not None
        name = evaluator.evaluate(key, frame).value
        if isinstance(name, TemplateText) or not isinstance(name, (str, int)):
            raise Dynamic(key)
        pairs.append((str(name), evaluator.start(key, frame), value))
    return evaluator.mapping(pairs, evaluator.start(node, frame), frame)


def _unpacked_dict(evaluator: Evaluator, node: ast.Dict, frame: Frame) -> Found:
    """Evaluate `{**mapping}`; values of the inner mapping get the location of the reference."""
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
    """Evaluate `os.environ["NAME"]`; items of literal mappings and lists were resolved before."""
    assert isinstance(node, ast.Subscript)
    if external_name(node.value, frame) != "os.environ":
        raise Dynamic(node)
    name = evaluator.evaluate(node.slice, frame).value
    return Found(TemplateText.of_variable(name), evaluator.start(node, frame))


def _conditional(evaluator: Evaluator, node: ast.expr, frame: Frame) -> Found:
    """Evaluate `one if test else other`."""
    assert isinstance(node, ast.IfExp)
    holds = truth_of(evaluator.evaluate(node.test, frame).value, node.test)
    return evaluator.evaluate(node.body if holds else node.orelse, frame)


def _boolean_operation(evaluator: Evaluator, node: ast.expr, frame: Frame) -> Found:
    """Evaluate `one or other` and `one and other`: the first operand that decides, or the last."""
    assert isinstance(node, ast.BoolOp)
    *first, last = node.values
    for each in first:
        found = evaluator.evaluate(each, frame)
        if isinstance(found.value, TemplateText) and isinstance(node.op, ast.Or) and each is first[-1]:
            return Found(found.value.or_else(evaluator.evaluate(last, frame).value), found.location)
        if truth_of(found.value, each) is isinstance(node.op, ast.Or):
            return found
    return evaluator.evaluate(last, frame)


def _comparison(evaluator: Evaluator, node: ast.expr, frame: Frame) -> Found:
    assert isinstance(node, ast.Compare)
    if len(node.ops) > 1:
        raise Dynamic(node)
    left, right = (evaluator.evaluate(each, frame).value for each in (node.left, node.comparators[0]))
    return Found(compared(left, node.ops[0], right, node), evaluator.start(node, frame))


def _list_comprehension(evaluator: Evaluator, node: ast.expr, frame: Frame) -> Found:
    """Evaluate `[f(x) for x in items]`."""
    assert isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp))
    values = [evaluator.evaluate(node.elt, inner).value for inner in _iterations(evaluator, node, frame)]
    return Found(values, evaluator.start(node, frame))


def _dict_comprehension(evaluator: Evaluator, node: ast.expr, frame: Frame) -> Found:
    """Evaluate `{key: value for key, value in items}`."""
    assert isinstance(node, ast.DictComp)
    value: dict[str, Any] = {}
    for inner in _iterations(evaluator, node, frame):
        key = evaluator.evaluate(node.key, inner).value
        if isinstance(key, TemplateText) or not isinstance(key, (str, int)):
            raise Dynamic(node.key)
        value[str(key)] = evaluator.evaluate(node.value, inner).value
    return Found(value, evaluator.start(node, frame))


def _iterations(
    evaluator: Evaluator, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, frame: Frame
) -> Iterator[Frame]:
    """Yield the frames of a comprehension with one loop, for the iterations that pass its conditions."""
    if len(node.generators) > 1:
        raise Dynamic(node)
    (generator,) = node.generators
    every = rounds(generator.target, generator.iter, frame)
    if every is None:
        raise Dynamic(node)
    for names in every:
        inner = frame.binding(names)
        if all(truth_of(evaluator.evaluate(test, inner).value, test) for test in generator.ifs):
            yield inner


def _call(evaluator: Evaluator, node: ast.expr, frame: Frame) -> Found:
    assert isinstance(node, ast.Call)
    name = external_name(node.func, frame)
    handler = evaluator.calls(name) if name else None
    if handler is not None:
        return handler(evaluator, node, frame)
    returned = returned_by(node, frame)
    return evaluator.standing_for(returned, node, frame) if returned else _method(evaluator, node, frame)


def _attribute(evaluator: Evaluator, node: ast.expr, frame: Frame) -> Found:
    """Evaluate `main.name` of a flow; attributes of literal values were resolved before."""
    assert isinstance(node, ast.Attribute)
    if name := name_of_flow(node, frame):
        return Found(name, evaluator.start(node, frame))
    raise Dynamic(node)


def _method(evaluator: Evaluator, node: ast.Call, frame: Frame) -> Found:
    """Evaluate a method of a string, `"A b".lower()`, or of a mapping or a secret, `settings.get("name")`."""
    called = node.func
    if isinstance(called, ast.Attribute) and called.attr == "get" and not node.keywords:
        secret = None if node.args else _secret(evaluator, called.value, frame)
        return secret or _item(evaluator, called.value, node, frame)
    if not isinstance(called, ast.Attribute) or not is_method(called.attr) or node.keywords:
        raise Dynamic(node)
    text, *arguments = (evaluator.evaluate(each, frame).value for each in (called.value, *node.args))
    return Found(method_result(text, called.attr, arguments, node), evaluator.start(node, frame))


def _secret(evaluator: Evaluator, block: ast.expr, frame: Frame) -> Found | None:
    """Evaluate `Secret.load("name").get()` to a reference, as the block has the value."""
    value = evaluator.evaluate(block, frame).value
    if not isinstance(value, dict) or value.keys() != {"_block_type_slug", "_block_document_name"}:
        return None
    name = value["_block_document_name"]
    if value["_block_type_slug"] != "secret" or block_name_problem(name):
        return None
    return Found(TemplateText.of_secret(name), evaluator.start(block, frame))


def _item(evaluator: Evaluator, mapping: ast.expr, node: ast.Call, frame: Frame) -> Found:
    """Evaluate `mapping.get(key, default)` of a mapping that is known completely."""
    known = len(evaluator.left)
    value, *arguments = (evaluator.evaluate(each, frame).value for each in (mapping, *node.args))
    if not isinstance(value, dict) or len(evaluator.left) > known or not 1 <= len(arguments) <= 2:
        raise Dynamic(node)
    if isinstance(arguments[0], TemplateText):
        raise Dynamic(node.args[0])
    default = arguments[1] if len(arguments) > 1 else None
    return Found(value.get(str(arguments[0]), default), evaluator.start(node, frame))


# Evaluation functions, by class of expression.
EXPRESSIONS: Mapping[type[ast.expr], Handler] = {
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
    ast.IfExp: _conditional,
    ast.BoolOp: _boolean_operation,
    ast.Compare: _comparison,
    ast.ListComp: _list_comprehension,
    ast.SetComp: _list_comprehension,
    ast.GeneratorExp: _list_comprehension,
    ast.DictComp: _dict_comprehension,
}
