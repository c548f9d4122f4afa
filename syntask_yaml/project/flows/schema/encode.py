"""The JSON form of a value, as pydantic writes it."""

from __future__ import annotations

import ast
import datetime
import decimal
import math
import pathlib
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from syntask_yaml.project.flows.schema.enums import members_of
from syntask_yaml.project.flows.schema.instances import held, is_opaque
from syntask_yaml.project.flows.schema.kinds import Kind, class_of, kind_of
from syntask_yaml.project.flows.source.symbol import Definition, Member, Unknowable
from syntask_yaml.project.flows.source.values import Called, Thing, Value, evaluate

YEAR = 365


class NoJson(Exception):
    """A value that has no JSON form: a schema leaves it out."""


def encode(value: Value) -> Any:
    """The JSON form of *value*; raises `NoJson`, or `Unknowable`."""
    work = _ENCODERS.get(type(value)) or (str if isinstance(value, pathlib.PurePath) else None)
    if work is None:
        raise Unknowable(f"the JSON form of a {type(value).__name__} is not known")
    return work(value)


def encode_default(value: Value) -> Any:
    """The JSON form of *value* where it is a default: the members of a set are in order there."""
    if isinstance(value, (set, frozenset)) and len(value) > 1:
        try:
            value = sorted(value)
        except TypeError as error:
            raise Unknowable("the order of a set is not known from the source") from error
    return encode(value)


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _bytes(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise NoJson from error


def _list(value: Iterable[Value]) -> list[Any]:
    return [encode(item) for item in value]


def _set(value: Iterable[Value]) -> list[Any]:
    items = list(value)
    if len(items) > 1:
        raise Unknowable("the order of a set is not known from the source")
    return _list(items)


def _mapping(value: Mapping[Value, Value]) -> dict[str, Any]:
    return {_key(key): encode(item) for key, item in value.items()}


def _key(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    encoded = encode(value)
    if encoded is None or isinstance(encoded, (int, float, str)):
        return str(encoded)
    raise Unknowable("a key of a mapping is not plain")


def _moment(value: datetime.datetime | datetime.time) -> str:
    offset = value.utcoffset()
    if offset is not None and offset.total_seconds() % 60:
        raise Unknowable("a time zone is not a whole number of minutes away")
    text = value.isoformat()
    return f"{text[:-6]}Z" if offset is not None and not offset else text


def _length_of_time(value: datetime.timedelta) -> str:
    sign, value = ("-", -value) if value.days < 0 else ("", value)
    years, days = divmod(value.days, YEAR)
    minutes, seconds = divmod(value.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{value.microseconds:06}".rstrip("0") if value.microseconds else ""
    date = _parts((years, "Y"), (days, "D"))
    time = _parts((hours, "H"), (minutes, "M"))
    time += f"{seconds}{fraction}S" if seconds or fraction else ""
    if time:
        return f"{sign}P{date}T{time}"
    return f"{sign}P{date}" if date else "PT0S"


def _parts(*parts: tuple[int, str]) -> str:
    return "".join(f"{number}{unit}" for number, unit in parts if number)


def _member(value: Member) -> Any:
    if kind_of(value.owner) is Kind.ENUM:
        members = members_of(value.owner)
        if value.attribute not in members:
            raise Unknowable(f"`{value.owner.name}` has no member `{value.attribute}`")
        return encode(members[value.attribute])
    inside = value.owner.scope.within(class_of(value.owner))
    return encode(evaluate(ast.Name(value.attribute, ast.Load()), inside))


def _called(value: Called) -> Any:
    if is_opaque(value):
        raise NoJson
    return encode(held(value))


def _none(_value: object) -> Any:
    raise NoJson


def _itself(value: Any) -> Any:
    return value


_ENCODERS: Mapping[type, Callable[[Any], Any]] = {
    type(None): _itself,
    bool: _itself,
    int: _itself,
    float: _number,
    str: _itself,
    bytes: _bytes,
    tuple: _list,
    list: _list,
    set: _set,
    frozenset: _set,
    dict: _mapping,
    datetime.datetime: _moment,
    datetime.time: _moment,
    datetime.date: datetime.date.isoformat,
    datetime.timedelta: _length_of_time,
    decimal.Decimal: str,
    uuid.UUID: str,
    Called: _called,
    Member: _member,
    Definition: _none,
    Thing: _none,
    datetime.timezone: _none,
}
