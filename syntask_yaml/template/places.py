"""Find templates in a value, and replace them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from syntask_yaml.diagnostics import Path
from syntask_yaml.model.value import MAPPINGS, SCALARS, Value

# Each text in a value that may hold a template, with the path to it.
Texts: TypeAlias = list[tuple[Path, str]]

# In the place of a value: nothing, not even the key that would hold it.
NOTHING: Any = object()


def texts_in(value: Value) -> Texts:
    """Find every text in *value* with a `{{`."""
    found: Texts = []
    if isinstance(value, str):
        if "{{" in value:
            found.append(((), value))
    else:
        _find(value, (), found)
    return found


def _find(value: Value, path: Path, found: Texts) -> None:
    for step, item in _items(value):
        if isinstance(item, str):
            if "{{" in item:
                found.append(((*path, step), item))
        elif not isinstance(item, SCALARS):
            _find(item, (*path, step), found)


def _items(value: Value) -> Iterable[tuple[Any, Value]]:
    if isinstance(value, (list, tuple)):
        return enumerate(value)
    return value.items() if isinstance(value, MAPPINGS) else ()


def with_values(value: Value, changed: Mapping[Path, Value]) -> Value:
    """*value* with other values at the paths of *changed*; all else of it is as it was, and is not copied.

    A key that would hold `NOTHING` is left out, and an item of a list that would be that stays.
    """
    whole = [value]
    copies: set[int] = set()
    for path, new in changed.items():
        holder: Any = whole
        last: Any = 0
        for step in path:
            inner = holder[last]
            if id(inner) not in copies:
                inner = holder[last] = dict(inner) if isinstance(inner, MAPPINGS) else list(inner)
                copies.add(id(inner))
            holder, last = inner, step
        if new is not NOTHING:
            holder[last] = new
        elif isinstance(holder, dict):
            del holder[last]
    return whole[0]
