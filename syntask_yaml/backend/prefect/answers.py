"""Parse responses: JSON, times and retry delays."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx

from syntask_yaml.backend.clock import utc_now
from syntask_yaml.backend.prefect.faults import no_api
from syntask_yaml.model.value import MAX_DEPTH, is_deeper

_LONGEST_ASKED = 60.0
# Twice the limit of project files. Functions that traverse values recurse to this depth.
_MAX_DEPTH = 2 * MAX_DEPTH


def json_of(answer: httpx.Response, url: str) -> Any:
    """Return the JSON of a response. Raises BackendUnreachable if it is invalid."""
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
    """Return the CSRF token of a response. Raises BackendUnreachable if it has none."""
    found = json_of(answer, url)
    token = found.get("token") if isinstance(found, dict) else None
    if not isinstance(token, str):
        raise no_api(url, "the response has no CSRF token")
    return token


def is_json(answer: httpx.Response) -> bool:
    """Return whether the content type of a response is JSON."""
    return str(answer.headers.get("content-type", "")).startswith("application/json")


def seconds_asked_for(answer: httpx.Response) -> float:
    """Return the delay of the `Retry-After` header (seconds or a date) in seconds; 0 without one."""
    text = answer.headers.get("retry-after", "")
    try:
        seconds = float(text)
    except ValueError:
        seconds = ((moment_of(text) or utc_now()) - utc_now()).total_seconds()
    return min(max(seconds, 0.0), _LONGEST_ASKED)


def moment_of(text: str) -> datetime | None:
    """Return the time in a header; None if it is invalid."""
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None
