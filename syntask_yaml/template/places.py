"""Find templates in a value, and replace them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from syntask_yaml.diagnostics import Path
from syntask_yaml.model.value import MAPPINGS, SCALARS, Value

# The texts in a value that may contain a template, with their paths.
Texts: TypeAlias = list[tuple[Path, str]]

# Marks a value to be left out with its key.
NOTHING: Any = object()


def texts_in(value: Value) -> Texts:
    """Return every text in *value* that contains `{{`."""
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
    """Return *value* with the values at the paths of *changed* replaced; the rest is shared, not copied.

    A key whose new value is `NOTHING` is left out; an item of a list keeps its old value.
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
