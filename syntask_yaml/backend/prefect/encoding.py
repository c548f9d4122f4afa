"""Encode names for paths and keys, and values as JSON."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from syntask_yaml.backend.json_values import as_json, half_character
from syntask_yaml.errors import BackendRefused


def part(name: str) -> str:
    """Return *name* as one segment of a path. Raises BackendRefused if it cannot be encoded."""
    try:
        return quote(name, safe="")
    except UnicodeEncodeError as error:
        raise half_character(error, "sent") from error


def key_for(name: str, prefix: str) -> str:
    """Return a key with *prefix* for *name*, encoded because servers restrict the characters of keys."""
    return f"{prefix}{sha256(name.encode()).hexdigest()[:32]}"


def to_json(value: Any) -> bytes:
    """Return *value* as JSON. Raises BackendRefused for text and numbers that JSON cannot represent.

    Raises TypeError for secrets and unknown values.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=as_json, allow_nan=False)
        return text.encode()
    except UnicodeEncodeError as error:
        raise half_character(error, "sent") from error
    except ValueError as error:
        raise BackendRefused(
            "A number is infinite or NaN, which JSON cannot represent.", hint="Look for `.inf` or `.nan`."
        ) from error
