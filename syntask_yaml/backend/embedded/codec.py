"""The encoding of values in the store: JSON as text, times as microseconds since 1970."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import overload

from syntask_yaml.backend.json_values import as_json

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


# Pure ASCII, so that even half a character, which UTF-8 cannot hold, comes back as it was.
to_json = json.JSONEncoder(check_circular=False, separators=(",", ":"), default=as_json).encode
from_json = json.loads


def to_text(text: str) -> str:
    """*text*, which nobody chose: half a character, which a run may print, is written as its code."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


@lru_cache(maxsize=64)  # what is written at once has one time
def to_moment(time: datetime) -> int:
    """Return a time as the store has it: microseconds since 1970 in UTC."""
    return (time - _EPOCH) // _MICROSECOND


@overload
def from_moment(moment: int) -> datetime: ...
@overload
def from_moment(moment: int | None) -> datetime | None: ...
def from_moment(moment: int | None) -> datetime | None:
    return None if moment is None else _from_moment(moment)


@lru_cache(maxsize=64)
def _from_moment(moment: int) -> datetime:
    return _EPOCH + moment * _MICROSECOND
