"""Parse responses: JSON, times, and how long to wait before a retry."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx

from syntask_yaml.backend.clock import utc_now
from syntask_yaml.backend.prefect.faults import no_api
from syntask_yaml.model.value import MAX_DEPTH, is_deeper

_LONGEST_ASKED = 60.0
# What a project may hold, and as much around it: what walks through values is not made for more.
_MAX_DEPTH = 2 * MAX_DEPTH


def json_of(answer: httpx.Response, url: str) -> Any:
    """The JSON of an answer. Raises BackendUnreachable where it holds none."""
    if not is_json(answer):
        raise no_api(url, "the response is not JSON")
    try:
        found = answer.json()
    except (ValueError, RecursionError) as error:
        raise no_api(url, "the response is invalid JSON") from error
    if is_deeper(found, _MAX_DEPTH):
        raise no_api(url, f"the response is nested more than {_MAX_DEPTH} levels deep")
    return found


def token_of(answer: httpx.Response, url: str) -> str:
    """Return the CSRF token in an answer. Raises BackendUnreachable where it holds none."""
    found = json_of(answer, url)
    token = found.get("token") if isinstance(found, dict) else None
    if not isinstance(token, str):
        raise no_api(url, "the response has no CSRF token")
    return token


def is_json(answer: httpx.Response) -> bool:
    """Return whether an answer says that it is JSON."""
    return str(answer.headers.get("content-type", "")).startswith("application/json")


def seconds_asked_for(answer: httpx.Response) -> float:
    """Return for how many seconds the server asks to wait, with a number or a time; 0 where it does not."""
    text = answer.headers.get("retry-after", "")
    try:
        seconds = float(text)
    except ValueError:
        seconds = ((moment_of(text) or utc_now()) - utc_now()).total_seconds()
    return min(max(seconds, 0.0), _LONGEST_ASKED)


def moment_of(text: str) -> datetime | None:
    """Return the moment that a header of an answer tells; None if it tells none."""
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None
