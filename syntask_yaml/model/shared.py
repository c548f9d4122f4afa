"""Cache results for values that many deployments share."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from syntask_yaml.model.value import json_text

_T = TypeVar("_T")
_R = TypeVar("_R")
_MOST = 4096


def once_per_content(function: Callable[[_T], _R]) -> Callable[[_T], _R]:
    """Return *function* with a cache by the JSON of its argument.

    Deployments with equal values, such as schedules, then share one object. Arguments that are not JSON are
    not cached. The cache keeps the last few thousand results.
    """
    found: dict[str, _R] = {}

    @wraps(function)
    def remembered(value: _T) -> _R:
        text = json_text(value)
        if text is None:
            return function(value)
        if text not in found:
            if len(found) >= _MOST:
                found.clear()
            found[text] = function(value)
        return found[text]

    return remembered


def once_per_object(function: Callable[[_T], _R]) -> Callable[[_T], _R]:
    """Return *function* with a cache by the identity of its argument.

    For objects that never change, such as the schema of a flow, and without comparing them. The cache keeps
    the last few thousand objects alive.
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
