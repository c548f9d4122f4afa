"""The text formats that pydantic accepts for dates, durations, UUIDs and similar types."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cache, partial
from typing import Any

# The modules are imported when the first text of the format is checked.
_TYPES: Mapping[str, str] = {
    "date": "datetime.date",
    "date-time": "datetime.datetime",
    "time": "datetime.time",
    "duration": "datetime.timedelta",
    "uuid": "uuid.UUID",
    **{f"uuid{version}": f"pydantic.UUID{version}" for version in (1, 3, 4, 5, 6, 7, 8)},
    "ipv4": "ipaddress.IPv4Address",
    "ipv6": "ipaddress.IPv6Address",
    "ipv4network": "ipaddress.IPv4Network",
    "ipv6network": "ipaddress.IPv6Network",
    "ipv4interface": "ipaddress.IPv4Interface",
    "ipv6interface": "ipaddress.IPv6Interface",
    "ipvanyaddress": "pydantic.IPvAnyAddress",
    "ipvanynetwork": "pydantic.IPvAnyNetwork",
    "ipvanyinterface": "pydantic.IPvAnyInterface",
    "uri": "pydantic.AnyUrl",
    "multi-host-uri": "pydantic_core.MultiHostUrl",
    "regex": "re.Pattern",
    "base64": "pydantic.Base64Bytes",
    "base64url": "pydantic.Base64UrlBytes",
    "fraction": "fractions.Fraction",
    "zoneinfo": "zoneinfo.ZoneInfo",
    "python-aware-datetime": "pydantic.AwareDatetime",
    "python-complex": "builtins.complex",
    "python-decimal": "decimal.Decimal",
    "python-http-url": "pydantic.HttpUrl",
    "python-json": "pydantic.Json",
    "python-naive-datetime": "pydantic.NaiveDatetime",
}


# The types to which pydantic converts texts.
_MADE_OF_TEXT = {"integer": "builtins.int", "number": "builtins.float", "boolean": "builtins.bool"}


def is_made_of_text(text: str, choices: Collection[Mapping[str, Any]]) -> bool:
    """Return whether pydantic converts *text* to a number or boolean for one of the schemas in *choices*."""
    types = [each.get("type") for each in choices]
    if any(each.get("format") == "python-decimal" for each in choices):
        types = [each for each in types if each != "number"]  # a `Decimal` accepts numbers besides its text
    return any(name in types and _fits(type_, text) for name, type_ in _MADE_OF_TEXT.items())


def _fits(type_: str, text: object) -> bool:
    from pydantic import ValidationError

    try:
        _adapter(type_).validate_python(text)
    except ValidationError:
        return not isinstance(text, str)
    return True


@cache
def _adapter(type_: str) -> Any:
    from pydantic import ImportString, TypeAdapter

    return TypeAdapter(TypeAdapter(ImportString[Any]).validate_python(type_))


def _anything(_text: object) -> bool:
    return True


# Formats that the validator would check, and that pydantic leaves to other packages or to the worker.
_LEFT = ("email", "idn-email", "hostname", "iri", "json-pointer", "uri-reference")

FORMATS: Mapping[str, Callable[[object], bool]] = {
    **dict.fromkeys(_LEFT, _anything),
    **{name: partial(_fits, type_) for name, type_ in _TYPES.items()},
}
