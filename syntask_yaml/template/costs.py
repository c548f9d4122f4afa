"""Limits for the evaluation of expressions.

One step is about one character copied, or one value visited. `budget` gives an expression its steps,
`charged` deducts the cost of a filter before it runs, and the size of its result afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from math import isfinite
from typing import Any

from jinja2.exceptions import SecurityError

MAX_STEPS = 4_000_000
MAX_RESULT = 1_000_000
MAX_DIGITS = 300
_MAX_PRECISION = 100

_left: ContextVar[int] = ContextVar("steps left", default=MAX_STEPS)


@contextmanager
def budget() -> Iterator[None]:
    """Limit the evaluation inside the block to `MAX_STEPS` steps."""
    token = _left.set(MAX_STEPS)
    try:
        yield
    finally:
        _left.reset(token)


def spend(steps: int) -> None:
    """Deduct *steps* from the budget. Raises SecurityError when it is used up."""
    _left.set(_left.get() - steps)
    if _left.get() < 0:
        raise SecurityError(f"The expression takes more than {MAX_STEPS:,} steps.")


def size(value: Any) -> int:
    """Return the length of a text; for a container, the sizes of its values plus one for each."""
    total, remaining = 0, [value]
    while remaining:
        each = remaining.pop()
        if isinstance(each, Mapping):
            remaining += each.values()
            total += len(each)
        elif isinstance(each, (list, tuple)):
            remaining += each
            total += len(each)
        else:
            total += len(each) if isinstance(each, str) else 1
    return total


def bounded(value: Any) -> Any:
    """Return *value*. Raises SecurityError for a number that JSON cannot represent or that is too long."""
    if isinstance(value, float) and not isfinite(value):
        raise SecurityError("A number would be too large for a float.")
    if isinstance(value, int) and abs(value) >= 10**MAX_DIGITS:
        raise SecurityError(f"A number would have more than {MAX_DIGITS} digits.")
    return value


def charged(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the filter *function*, called *name*, with its cost deducted; lazy results become lists."""
    cost = _COSTS.get(name, _sum)

    @wraps(function)
    def checked(*args: Any, **options: Any) -> Any:
        # Filters that take the context or environment have it as the first argument.
        spend(cost([each for each in (*args, *options.values()) if _is_value(each)]))
        result = function(*args, **options)
        result = list(result) if isinstance(result, Iterator) else bounded(result)
        spend(size(result))
        return result

    return checked


def _is_value(value: Any) -> bool:
    return isinstance(value, (str, int, float, list, tuple, Mapping))


def _sum(values: Sequence[Any]) -> int:
    return sum(map(size, values))


def _product(values: Sequence[Any]) -> int:
    steps = 1
    for value in values:
        steps *= max(size(value), 1)
    return steps


def _sorting(values: Sequence[Any]) -> int:
    return _product(values) * max(size(value) for value in values).bit_length() if values else 1


def _replacing(values: Sequence[Any]) -> int:
    text, _old, new = (*map(size, values[:3]), *(0,) * (3 - len(values[:3])))
    return (text + 1) * (new + 1)


def _rounding(values: Sequence[Any]) -> int:
    if any(isinstance(each, (int, float)) and abs(each) > _MAX_PRECISION for each in values[1:]):
        raise SecurityError(f"Numbers can be rounded to at most {_MAX_PRECISION} digits.")
    return 1


def _adding(values: Sequence[Any]) -> int:
    items = values[0] if values and isinstance(values[0], (list, tuple)) else ()
    if any(isinstance(each, (str, list, tuple, Mapping)) for each in (*items, *values[1:])):
        raise SecurityError("Only numbers can be summed; use `join` for text.")
    return len(items)


# The cost of every other filter is one step for each value.
_COSTS: Mapping[str, Callable[[Sequence[Any]], int]] = {
    **dict.fromkeys(("join", "select", "reject", "trim"), _product),
    **dict.fromkeys(("sort", "dictsort", "unique", "min", "max"), _sorting),
    "replace": _replacing,
    "round": _rounding,
    "sum": _adding,
}
