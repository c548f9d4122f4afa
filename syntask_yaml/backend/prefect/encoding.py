"""What is sent: names as parts of a path, and values as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from syntask_yaml.errors import BackendRefused


def part(name: str) -> str:
    """*name* as one part of a path. Raises BackendRefused for a text that cannot be sent."""
    try:
        return quote(name, safe="")
    except UnicodeEncodeError as error:
        raise _half(error) from error


def _half(error: UnicodeEncodeError) -> BackendRefused:
    return BackendRefused(
        f"A text holds {error.object[error.start]!a}, which is half a character and cannot be sent.",
        hint="Look for a broken escape sequence, or for a name that is not in UTF-8.",
    )


def to_json(value: Any) -> bytes:
    """*value* as JSON. A secret, or what is not known yet, ends here.

    Raises BackendRefused for a text or a number that JSON does not have.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain, allow_nan=False)
        return text.encode()
    except UnicodeEncodeError as error:
        raise _half(error) from error
    except ValueError as error:
        raise BackendRefused(
            "A number is infinite, or none at all, which JSON cannot say.",
            hint="Look for `.inf` or `.nan`.",
        ) from error


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence):
        return list(value)
    raise TypeError(f"a {type(value).__name__} is not sent")
