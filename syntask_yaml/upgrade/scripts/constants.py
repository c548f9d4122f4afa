"""Operations on constants: concatenation, arithmetic and comparison."""

from __future__ import annotations

import ast
import csv
import logging
import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from syntask_yaml.upgrade.template_text import TemplateText, as_template
from syntask_yaml.upgrade.text_methods import MAX_LENGTH, result_of

_NUMBERS: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
}
_COMPARISONS: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda one, several: one in several,
    ast.NotIn: lambda one, several: one not in several,
}
# Numbers of the standard library that are used as parameters of flows, by qualified name.
_NUMBERED: Mapping[str, int] = {
    f"{module.__name__}.{name}": getattr(module, name)
    for module, names in (
        (csv, "QUOTE_ALL QUOTE_MINIMAL QUOTE_NONE QUOTE_NONNUMERIC"),
        (logging, "DEBUG INFO WARNING ERROR CRITICAL"),
    )
    for name in names.split()
}
_SINGLE = (str, int, float, type(None))


class Dynamic(Exception):
    """An expression whose value is only known at run time; *node* is the part that causes this."""

    def __init__(self, node: ast.expr) -> None:
        super().__init__("the value is known only when the script runs")
        self.node = node


def imported_constant(name: str, node: ast.expr) -> Any:
    """Return the value of an imported object: a time zone, a number, or a member of an enum of Prefect."""
    if name in _NUMBERED:
        return _NUMBERED[name]
    if name in ("datetime.timezone.utc", "pytz.UTC", "pytz.utc", "pendulum.UTC"):
        return "UTC"
    owner, _, member = name.rpartition(".")
    if owner.startswith("prefect") and member.isupper():
        return member
    raise Dynamic(node)


def joined(parts: Sequence[Any], node: ast.expr) -> str:
    if not all(isinstance(part, (str, int, float)) for part in parts):
        raise Dynamic(node)
    if any(isinstance(part, TemplateText) and part.secrets for part in parts):
        raise Dynamic(node)  # a reference to a secret must be the whole value
    if any(isinstance(part, TemplateText) for part in parts):
        return TemplateText("".join(map(as_template, parts)))
    text = "".join(map(str, parts))
    if len(text) > MAX_LENGTH:
        raise Dynamic(node)
    return text


def combined(left: Any, right: Any, node: ast.BinOp) -> Any:
    match left, node.op, right:
        case str(), ast.Add(), str():
            return joined([left, right], node)
        case list(), ast.Add(), list():
            return [*left, *right]
        case dict(), ast.BitOr(), dict():
            return left | right
        case ((int() | float() | timedelta() | datetime()), _, (int() | float() | timedelta())):
            if type(node.op) in _NUMBERS:
                return _NUMBERS[type(node.op)](left, right)
    raise Dynamic(node)


def truth_of(value: Any, node: ast.expr) -> bool:
    """Return the truth value of *value*. Raises Dynamic if it depends on the environment."""
    if isinstance(value, TemplateText):
        raise Dynamic(node)
    return bool(value)


def compared(left: Any, comparison: ast.cmpop, right: Any, node: ast.expr) -> bool:
    """Return the result of the comparison. Raises Dynamic if it depends on the environment."""
    compare = _COMPARISONS.get(type(comparison))
    parts = [each for side in (left, right) for each in (side if isinstance(side, list) else [side])]
    if compare is None or not all(isinstance(each, _SINGLE) for each in parts):
        raise Dynamic(node)
    if any(isinstance(each, TemplateText) for each in parts):
        raise Dynamic(node)
    return compare(left, right)


def method_result(text: Any, name: str, arguments: Sequence[Any], node: ast.expr) -> str:
    """Return the result of the method *name* of *text*. Raises Dynamic unless all arguments are plain."""
    try:
        return result_of(text, name, arguments)
    except ValueError:
        raise Dynamic(node) from None
