"""JSON values, which may be partly unknown or secret."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, TypeAlias, TypeVar

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that depends on a build or push step; *name* is the template that refers to it."""

    name: str

    def __str__(self) -> str:
        return "(known after build)"


# A resolved template: JSON that may contain `Unknown` and `Secret` values.
Value: TypeAlias = Any

# For `isinstance`, which takes ten times as long for an abstract class such as `Mapping` alone: the concrete
# types come first.
SCALARS = (str, int, float, type(None))
MAPPINGS = (dict, Mapping)


def holds_unknown(value: Value) -> bool:
    """Return whether any part of *value* is `Unknown`."""
    if isinstance(value, SCALARS):
        return False
    if isinstance(value, (list, tuple)):
        return any(map(holds_unknown, value))
    if isinstance(value, MAPPINGS):
        return any(map(holds_unknown, value.values()))
    return isinstance(value, Unknown)


# The JSON encoder walks a value many times faster than Python code.
_as_json = json.JSONEncoder(check_circular=False, ensure_ascii=False).encode


def json_text(value: Value) -> str | None:
    """Return *value* as one line of JSON; None if it is not JSON, such as an `Unknown` or a `Secret`."""
    try:
        return _as_json(value)
    except (TypeError, ValueError):
        return None


def is_same_json(one: Value, other: Value) -> bool:
    """Return whether two values are known to be equal without a full comparison; False may be wrong.

    True differs from 1, 1 from 1.0, and a list from a tuple.
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
    """Return the value of JSON *text*. Raises ValueError for invalid or too deeply nested text.

    Infinite numbers such as `1e999` are invalid: a server would store null.
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
    """Return whether lists and mappings are nested more than *depth* deep in *value*."""
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
    """Return a truth value of a project file, which is a string if it comes from a template."""
    return value if isinstance(value, bool) else value.strip().lower() in _TRUE


T = TypeVar("T")
Maybe: TypeAlias = T | Unknown


def known(value: Maybe[T]) -> T:
    """Return *value*, which has to be known. Raises TypeError otherwise, which is a bug."""
    if isinstance(value, Unknown):
        raise TypeError(f"{value.name} is not known yet")
    return value
