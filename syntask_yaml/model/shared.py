"""Values that many deployments share, and what is found out about each of them once."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

_T = TypeVar("_T")
_R = TypeVar("_R")
_MOST = 4096


def once_per_object(function: Callable[[_T], _R]) -> Callable[[_T], _R]:
    """Return *function* with a memory of what it returned for each object.

    For objects that never change, such as the schema of a flow: that they are the same is seen without
    comparing them. The last few thousand are kept alive.
    """
    found: dict[int, tuple[_T, _R]] = {}

    @wraps(function)
    def remembered(value: _T) -> _R:
        known = found.get(id(value))
        if known is None:
            if len(found) >= _MOST:
                found.clear()
            known = found[id(value)] = value, function(value)
        return known[1]

    return remembered
