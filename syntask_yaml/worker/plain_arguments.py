"""Conversion of parameters of common types without pydantic."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from enum import Enum
from pathlib import PurePath
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints


def convert(value: Any, annotation: Any) -> Any:
    """Return the JSON *value* converted to *annotation*; unchanged for other annotations.

    Raises ValueError or TypeError for a value that does not match.
    """
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return convert(value, arguments[0])
    if origin in (Union, types.UnionType):
        return _convert_union(value, arguments)
    if origin is Literal or annotation is Any or value is None:
        return value
    if isinstance(value, list) and origin in (list, set, frozenset, tuple):
        return _convert_items(value, origin, arguments)
    if isinstance(value, dict) and origin is dict:
        return {key: convert(item, arguments[1]) for key, item in value.items()}
    return _convert_plain(value, origin or annotation)


def _convert_union(value: Any, choices: tuple[Any, ...]) -> Any:
    """Return the value in the first alternative that accepts it unchanged, or else with conversion."""
    plain = (str, int, float, bool, list, dict, type(None))
    if any(type(value) is choice for choice in choices if choice in plain):
        return value
    for choice in choices:
        try:
            return convert(value, choice)
        except (ValueError, TypeError, AttributeError):
            continue
    raise ValueError(f"{value!r} fits none of {', '.join(map(str, choices))}")


def _convert_items(value: list[Any], kind: Any, arguments: tuple[Any, ...]) -> Any:
    if kind is tuple and arguments and arguments[-1] is not Ellipsis:
        return tuple(convert(item, each) for item, each in zip(value, arguments, strict=True))
    each = arguments[0] if arguments else Any
    return kind(convert(item, each) for item in value)


def _convert_plain(value: Any, kind: Any) -> Any:
    if not isinstance(kind, type) or isinstance(value, kind):
        return value
    if kind is type(None):
        raise ValueError(f"{value!r} is not None")
    if issubclass(kind, (Enum, PurePath)):
        return kind(value)
    if hasattr(kind, "parse_obj"):  # a model of pydantic 1
        return kind.parse_obj(value)
    if isinstance(value, dict) and is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{name: convert(item, hints.get(name, Any)) for name, item in value.items()})
    conversion = _CONVERSIONS.get(f"{kind.__module__}.{kind.__qualname__}")
    return value if conversion is None else conversion(kind, value)


def _moment(_kind: Any, text: str) -> Any:
    from datetime import datetime

    from syntask_yaml.model.timing import parse_moment

    return parse_moment(text) if "T" in text or " " in text else datetime.fromisoformat(text)


def _duration(kind: Any, value: float | str) -> Any:
    from syntask_yaml.model.timing import parse_interval

    return kind(seconds=parse_interval(value))


# By name: an annotation implies that its module is imported; other runs need not import it.
_CONVERSIONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "datetime.datetime": _moment,
    "datetime.date": lambda kind, value: kind.fromisoformat(value),
    "datetime.time": lambda kind, value: kind.fromisoformat(value),
    "datetime.timedelta": _duration,
    "decimal.Decimal": lambda kind, value: kind(str(value)),
    "builtins.bytes": lambda _kind, value: value.encode(),
    **dict.fromkeys(
        ("uuid.UUID", "builtins.float", "builtins.set", "builtins.frozenset", "builtins.tuple"),
        lambda kind, value: kind(value),
    ),
}
