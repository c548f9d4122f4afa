"""Python values as JSON with type information, to restore them unchanged."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from syntask._exceptions import SerializationError

_TYPE = "$type"
_PLAIN = frozenset({str, int, float, bool, type(None)})

Encode = Callable[[Any], Any]
Other = Callable[[Any, Encode], Any]


def dumps(value: Any) -> str:
    """Return *value* as JSON. Raises SerializationError if it cannot be represented."""
    return _text(_Writer(_refused, has_order=True).encode, value)


def canonical(value: Any, other: Other) -> str:
    """Return *value* as JSON that is the same for equal values, regardless of the order of keys.

    *other* converts values of other types, and takes a function to convert their parts. Raises
    SerializationError for a value that contains itself, or if *other* does.
    """
    return _text(_Writer(other, has_order=False).encode, value)


def _text(encode: Encode, value: Any) -> str:
    try:
        return json.dumps(encode(value), separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        raise SerializationError(f"JSON cannot hold the value: {error}.") from error


def _refused(value: Any, _encode: Encode) -> Any:
    raise SerializationError(f"JSON cannot hold a value of type {type(value).__qualname__}.")


def loads(text: str) -> Any:
    """Return the value of *text*, a result of `dumps`. Raises ValueError for other text."""
    try:
        return json.loads(text, object_hook=_decoded)
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"this is no value: {error}") from error


@dataclass(frozen=True, slots=True)
class _Writer:
    """Converts values to JSON types. *has_order* keeps the order of keys."""

    other: Other
    has_order: bool

    def encode(self, value: Any) -> Any:
        kind = type(value)
        if kind in _PLAIN:
            return value
        if kind is list:
            return [self.encode(each) for each in value]
        if kind is dict:
            return self._encoded_dict(value)
        name = name_of(kind)
        if name in _ITEMS:
            return {_TYPE: name, "value": _ITEMS[name]([self.encode(each) for each in value])}
        if name in _FORMS:
            return {_TYPE: name, "value": _FORMS[name][0](value)}
        return self.other(value, self.encode)

    def _encoded_dict(self, value: dict[Any, Any]) -> Any:
        if _TYPE not in value and all(type(key) is str for key in value):
            keys = value if self.has_order else sorted(value)
            return {key: self.encode(value[key]) for key in keys}
        pairs = [[self.encode(key), self.encode(each)] for key, each in value.items()]
        return {_TYPE: "builtins.dict", "value": pairs if self.has_order else _in_order(pairs)}


def name_of(kind: type) -> str:
    """Return the import path of *kind*. Python 3.13 has the classes of paths in `pathlib._local`."""
    return f"{kind.__module__}.{kind.__qualname__}".replace("pathlib._local.", "pathlib.")


def _decoded(found: dict[str, Any]) -> Any:
    if _TYPE not in found:
        return found
    name: str = found[_TYPE]
    if name == "builtins.dict":
        return {_key(k): v for k, v in found["value"]}
    decode = _made if name in _ITEMS else _FORMS[name][1]
    module, _, kind = name.rpartition(".")
    return decode(getattr(import_module(module), kind), found["value"])


def _key(key: Any) -> Any:
    return tuple(key) if isinstance(key, list) else key


def _in_order(items: list[Any]) -> list[Any]:
    return sorted(items, key=lambda each: json.dumps(each, sort_keys=True))


def _text_of_bytes(value: Any) -> str:
    from base64 import b64encode

    return b64encode(value).decode()


def _bytes_of_text(kind: Any, text: str) -> Any:
    from base64 import b64decode

    return kind(b64decode(text, validate=True))


def _made(kind: Any, value: Any) -> Any:
    return kind(value)


def _from_iso(kind: Any, text: str) -> Any:
    return kind.fromisoformat(text)


def _iso(value: Any) -> str:
    return str(value.isoformat())


# Encodings of collections.
_ITEMS: Mapping[str, Callable[[list[Any]], list[Any]]] = {
    "builtins.tuple": list,
    "builtins.set": _in_order,
    "builtins.frozenset": _in_order,
}
_Form = tuple[Callable[[Any], Any], Callable[[Any, Any], Any]]
# By name, because the types need not be imported: a value exists only if its type is.
_FORMS: Mapping[str, _Form] = {
    "builtins.bytes": (_text_of_bytes, _bytes_of_text),
    "builtins.bytearray": (_text_of_bytes, _bytes_of_text),
    "builtins.complex": (str, _made),
    "datetime.datetime": (_iso, _from_iso),
    "datetime.date": (_iso, _from_iso),
    "datetime.time": (_iso, _from_iso),
    "datetime.timedelta": (
        lambda value: [value.days, value.seconds, value.microseconds],
        lambda kind, parts: kind(*parts),
    ),
    "decimal.Decimal": (str, _made),
    "fractions.Fraction": (str, _made),
    "uuid.UUID": (str, _made),
    "pathlib.PosixPath": (str, _made),
    "pathlib.PurePosixPath": (str, _made),
}
