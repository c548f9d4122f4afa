"""JSON values that a project and a backend exchange, including unknown ones."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, TypeAlias, TypeVar

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that a build or push step will decide; *name* is the template that asks for it."""

    name: str

    def __str__(self) -> str:
        return "(known after build)"


# What a template may leave in a resolved value: JSON with an `Unknown` or a `Secret` in places.
Value: TypeAlias = Any

# What values are asked whether they are: of what most of them are, `isinstance` sees it at once, and to ask
# only for `Mapping` takes ten times as long. So a list is asked last whether it is a mapping.
SCALARS = (str, int, float, type(None))
MAPPINGS = (dict, Mapping)


def holds_unknown(value: Value) -> bool:
    """Return whether any part of *value* is not known yet."""
    if isinstance(value, SCALARS):
        return False
    if isinstance(value, (list, tuple)):
        return any(map(holds_unknown, value))
    if isinstance(value, MAPPINGS):
        return any(map(holds_unknown, value.values()))
    return isinstance(value, Unknown)


# JSON's own writer looks through a value many times faster than Python does.
_as_json = json.JSONEncoder(check_circular=False, ensure_ascii=False).encode


def json_text(value: Value) -> str | None:
    """Return *value* as one line of JSON; None for what is no JSON, such as an `Unknown` or a `Secret`."""
    try:
        return _as_json(value)
    except (TypeError, ValueError):
        return None


def is_same_json(one: Value, other: Value) -> bool:
    """Whether two values are the same, as far as can be seen at once: false does not mean that they differ.

    True is not 1, 1 is not 1.0, and a list is no tuple.
    """
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        are_keys_same = one.keys() == other.keys()
        return are_keys_same and all(map(is_same_json, one.values(), map(other.__getitem__, one)))
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(is_same_json, one, other))
    return bool(one == other)


MAX_DEPTH = 100


def read_json(text: str) -> Any:
    """The value of a JSON *text*. Raises ValueError for a text that is none, or nested too deep.

    JSON has no infinity, also none that is written as `1e999`: a server stores null for it.
    """
    too_deep = ValueError(f"values are nested more than {MAX_DEPTH} levels deep")
    try:
        value = json.loads(text, parse_float=_finite, parse_constant=_finite)
    except RecursionError as error:
        raise too_deep from error
    if is_deeper(value, MAX_DEPTH):
        raise too_deep
    return value


def _finite(text: str) -> float:
    if not isfinite(number := float(text)):
        raise ValueError(f"`{text[:40]}` is not a number that JSON has")
    return number


def is_deeper(value: Any, depth: int) -> bool:
    """Return whether lists and mappings are nested in *value* more than *depth* deep."""
    level = [value]
    for _ in range(depth):
        level = [item for each in level for item in _items(each) if isinstance(item, (dict, list))]
        if not level:
            return False
    return True


def _items(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


_TRUE = frozenset({"true", "yes", "on", "1", "t", "y"})


def flag(value: bool | str) -> bool:
    """Return the truth value that a project file gives as such or, from a template, as text."""
    return value if isinstance(value, bool) else value.strip().lower() in _TRUE


T = TypeVar("T")
Maybe: TypeAlias = T | Unknown


def known(value: Maybe[T]) -> T:
    """*value*, where everything is known; a bug if it is not."""
    if isinstance(value, Unknown):
        raise TypeError(f"{value.name} is not known yet")
    return value
