"""The encoding of values in the store: JSON as text, times as microseconds since 1970."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import overload

from syntask_yaml.backend.json_values import as_json

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


# ASCII, so that lone surrogates, which UTF-8 cannot encode, survive.
to_json = json.JSONEncoder(check_circular=False, separators=(",", ":"), default=as_json).encode
from_json = json.loads


def to_text(text: str) -> str:
    """Return *text*, such as the output of a run, with lone surrogates escaped."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


@lru_cache(maxsize=64)  # values written together have the same time
def to_moment(time: datetime) -> int:
    """Return a time as stored: microseconds since 1970, UTC."""
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
