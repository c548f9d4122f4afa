"""Cache what is computed from values that many deployments share."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from syntask_yaml.model.value import json_text

_T = TypeVar("_T")
_R = TypeVar("_R")
_MOST = 4096


def once_per_content(function: Callable[[_T], _R]) -> Callable[[_T], _R]:
    """Return *function* with a memory of what it returned for values that are the same as JSON.

    Many deployments write the same, such as their schedules: what is made of it is one object for all. What
    is no JSON is not remembered, and of the rest the last few thousand.
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
