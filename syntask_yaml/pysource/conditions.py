"""Evaluate conditions as of the import of a module."""

from __future__ import annotations

import ast
import operator
import sys
from collections.abc import Callable, Mapping
from typing import Any

_COMPARISONS: Mapping[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
}


def truth(test: ast.expr) -> bool | None:
    """Return whether *test* is true; None if that is not known statically."""
    match test:
        case ast.Constant(value=value):
            return bool(value)
        case ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING"):
            return False
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            inner = truth(operand)
            return None if inner is None else not inner
        case ast.Compare(left=ast.Name(id="__name__"), ops=[ast.Eq()]):
            return False
        case ast.Compare(
            left=ast.Attribute(value=ast.Name(id="sys"), attr="version_info"),
            ops=[comparison],
            comparators=[ast.Tuple(elts=parts)],
        ):
            return _compared(comparison, parts)
    return None


def _compared(comparison: ast.cmpop, parts: list[ast.expr]) -> bool | None:
    compare = _COMPARISONS.get(type(comparison))
    version = tuple(part.value for part in parts if isinstance(part, ast.Constant))
    if compare is None or len(version) < len(parts) or not all(isinstance(part, int) for part in version):
        return None
    return bool(compare(tuple(sys.version_info), version))
