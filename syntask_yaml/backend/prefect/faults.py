"""What a server, or the way to it, can answer with instead of what was asked for, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

import httpx

from syntask_yaml.errors import BackendError, BackendRefused, BackendUnreachable

# What a busy server or a gateway answers with for a while.
BUSY = frozenset({408, 429, 502, 503, 504})
# With these, nothing was done: the server says so before it begins, or takes back what it did.
NOTHING_DONE = frozenset({429, 503})

_WRONG_URL = "The URL of an API ends in `/api`, that of Cloud in `/api/accounts/…/workspaces/…`."
_LOGIN = "Set PREFECT_API_KEY, or PREFECT_API_AUTH_STRING for a server that wants `user:password`."


class AnswerLost(BackendUnreachable):
    """The call went out and no answer came back: it may have been done, or not."""


class Refused(BackendRefused):
    """The server says no, with the HTTP *status*; *unknown* are the keys that it does not know."""

    def __init__(self, detail: str, *, hint: str = "", status: int, unknown: frozenset[str] = frozenset()):
        super().__init__(detail, hint=hint)
        self.status = status
        self.unknown = unknown


def from_wire(error: httpx.HTTPError, url: str, *, is_known: bool) -> BackendUnreachable:
    """What a failure on the way means. *is_known*: the server has answered before."""
    if isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)):
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            return BackendUnreachable(
                f"The certificate of {url} is not trusted: {_reason(error)}.",
                hint="Name the certificates to trust with PREFECT_API_SSL_CERT_FILE.",
            )
        gone = "The server went away" if is_known else "No server answers"
        hint = "Check that it runs; then do the same again." if is_known else f"Check the URL. {_WRONG_URL}"
        return BackendUnreachable(f"{gone}: {url} ({_reason(error)}).", hint=hint)
    if isinstance(error, httpx.TimeoutException):
        return AnswerLost(
            f"The server at {url} gave no answer in time.",
            hint="Do the same again; PREFECT_API_REQUEST_TIMEOUT gives it more seconds.",
        )
    return AnswerLost(
        f"The connection to the server at {url} broke ({_reason(error)}).", hint="Do the same again."
    )


def _reason(error: httpx.HTTPError) -> str:
    return str(error).rstrip(".") or type(error).__name__


def from_answer(answer: httpx.Response, url: str) -> BackendError:
    """What an answer means that is no success."""
    status = answer.status_code
    body = _body(answer)
    said = "; ".join(dict.fromkeys(_reasons(body))) or _phrase(status)
    match status:
        case 401:
            return Refused(f"The server at {url} does not know who asks.", hint=_LOGIN, status=status)
        case 403:
            return Refused(f"The server at {url} does not allow it: {said}.", hint=_ALLOWED, status=status)
        case 404 | 405 if body.get("detail") in (None, "Not Found", "Method Not Allowed"):
            return Refused(
                f"{url} is not the API of a Prefect 3 server ({status}).", hint=_WRONG_URL, status=status
            )
        case 400 | 404 | 409 | 422:
            return Refused(f"{said.rstrip('.')}.", status=status, unknown=frozenset(_unknown(body)))
    if status in BUSY:
        return BackendUnreachable(
            f"The server at {url} is too busy ({status}).", hint="Do the same again a little later."
        )
    if 300 <= status < 400:
        there = answer.headers.get("location", "")
        return BackendUnreachable(f"{url} sends on to {there}.", hint="Use the URL that it sends to.")
    if status < 500:
        return Refused(f"The server refuses: {said.rstrip('.')} ({status}).", status=status)
    return BackendError(
        f"The server at {url} failed: {said.rstrip('.')} ({status}).",
        hint="Its own log says more. What was asked for may be done in part: do the same again.",
    )


_ALLOWED = "Ask who runs the server for the right, or use another key."


def no_api(url: str) -> BackendUnreachable:
    """The error for an answer that is no API's."""
    return BackendUnreachable(f"{url} answers, but not as the API of a server.", hint=_WRONG_URL)


def _body(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _reasons(body: Mapping[str, Any]) -> Iterator[str]:
    """What the server says is wrong; never what it was sent, which may hold a secret."""
    details = body.get("exception_detail") or body.get("detail") or body.get("exception_message")
    for detail in details if isinstance(details, list) else [details] if details else []:
        if not isinstance(detail, dict):
            yield str(detail)
            continue
        place = ".".join(str(part) for part in detail.get("loc", ())[1:])
        yield f"`{place}`: {detail.get('msg', '')}" if place else str(detail.get("msg", ""))


def _unknown(body: Mapping[str, Any]) -> Iterator[str]:
    for detail in body.get("exception_detail") or ():
        if isinstance(detail, dict) and detail.get("type") == "extra_forbidden" and detail.get("loc"):
            yield str(detail["loc"][-1])


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "no reason given"
