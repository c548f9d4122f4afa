"""Values of built-in types that are known without executing code of a project."""

from __future__ import annotations

import ast
import datetime
import decimal
import math
import operator
import pathlib
import sys
import uuid
from collections.abc import Callable, Mapping
from typing import Any


def _int(*values: Any, **named: Any) -> int:
    # A short decimal literal can have a billion digits.
    if any(isinstance(value, decimal.Decimal) and value.adjusted() > MAX_EXPONENT for value in values):
        raise OverflowError("a number has too many digits")
    return int(*values, **named)


CONSTANTS: Mapping[str, Any] = {
    "builtins.Ellipsis": ...,
    "datetime.date.max": datetime.date.max,
    "datetime.date.min": datetime.date.min,
    "datetime.datetime.max": datetime.datetime.max,
    "datetime.datetime.min": datetime.datetime.min,
    "datetime.timezone.utc": datetime.UTC,
    "math.e": math.e,
    "math.inf": math.inf,
    "math.pi": math.pi,
    "sys.maxsize": sys.maxsize,
}

_MAKERS: tuple[Callable[..., Any], ...] = (
    *(abs, bool, dict, float, frozenset, len, list, max, min, round, set, sorted, str, sum, tuple),
    *(datetime.date, datetime.datetime, datetime.time, datetime.timedelta, datetime.timezone),
    *(decimal.Decimal, uuid.UUID),
)
# The functions that compute the result of a call with known arguments.
MAKERS: Mapping[str, Callable[..., Any]] = {
    **{f"{made.__module__}.{made.__name__}": made for made in _MAKERS},
    "builtins.int": _int,
    "datetime.date.fromisoformat": datetime.date.fromisoformat,
    "datetime.datetime.fromisoformat": datetime.datetime.fromisoformat,
    "pathlib.Path": pathlib.Path,
}

# Calls whose result contains no information.
OPAQUE_MAKERS = frozenset({"builtins.object", "builtins.range"})

BINARY: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Mult: operator.mul,
    ast.Pow: operator.pow,
    ast.Sub: operator.sub,
}

MAX_LENGTH, MAX_BASE, MAX_EXPONENT, MAX_BITS = 100_000, 10_000, 1_000, 10_000


def is_huge(sign: ast.operator, left: Any, right: Any) -> bool:
    """Return whether `left sign right` could take much time or memory."""
    match sign, left, right:
        case ast.Pow(), int(), int():
            return abs(int(left)) > MAX_BASE or abs(int(right)) > MAX_EXPONENT
        case ast.Mult(), int(), int():
            return max(left.bit_length(), right.bit_length()) > MAX_BITS
        case ast.Mult(), int(), (str() | bytes() | list() | tuple()):
            return len(right) * int(left) > MAX_LENGTH
        case ast.Mult(), (str() | bytes() | list() | tuple()), int():
            return len(left) * int(right) > MAX_LENGTH
        case ast.Add(), (str() | bytes() | list() | tuple()), (str() | bytes() | list() | tuple()):
            return len(left) + len(right) > MAX_LENGTH
        case ast.Mod(), (str() | bytes()), _:
            return True  # a width of a few digits creates a text of any length
    return False
