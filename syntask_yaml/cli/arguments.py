"""Values as they are typed on the command line."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

from syntask_yaml.errors import UsageError
from syntask_yaml.model.value import read_json


def key_values(pairs: Iterable[str], option: str, *, is_text: bool = False) -> dict[str, Any]:
    """`KEY=VALUE` pairs; a VALUE that is JSON is read as such unless *is_text*, any other is text."""
    values: dict[str, Any] = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals or not key:
            raise UsageError(f"`{option} {pair}` is no pair.", hint=f"Write `{option} KEY=VALUE`.")
        values[key] = text if is_text else _value(text)
    return values


def _value(text: str) -> Any:
    try:
        return read_json(text)
    except ValueError:
        return text


def parse_json(text: str, option: str) -> dict[str, Any]:
    """A JSON mapping, from the text or, for `-`, from standard input."""
    try:
        values = read_json(sys.stdin.read() if text == "-" else text)
    except ValueError as error:
        raise UsageError(f"The value of `{option}` is not JSON: {error}.") from error
    if not isinstance(values, dict):
        raise UsageError(f"The value of `{option}` is no JSON mapping.", hint='Write `{"key": value}`.')
    return values
