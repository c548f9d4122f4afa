"""Convert errors of a server and of its connection to messages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import httpx

from syntask_yaml.errors import BackendConflict, BackendError, BackendRefused, BackendUnreachable

# Statuses of an overloaded server or gateway.
BUSY = frozenset({408, 429, 502, 503, 504})
# Statuses without an effect: sent before the request is executed, or after a rollback.
NOTHING_DONE = frozenset({429, 503})

_WRONG_URL = (
    "The API URL of a server ends in `/api`, that of Prefect Cloud in `/api/accounts/…/workspaces/…`."
)
_LOGIN = "Set PREFECT_API_KEY, or PREFECT_API_AUTH_STRING for a server that requires `user:password`."
_OTHER_LOGIN = (
    "The key or the password is wrong, or has expired. Set PREFECT_API_KEY or PREFECT_API_AUTH_STRING to a "
    "valid one."
)
_SOURCES = "`--backend`, the target, SYNTASK_API_URL, PREFECT_API_URL or the active profile"


class AnswerLost(BackendUnreachable):
    """No response arrived for a request, which may or may not have been executed."""


class NoApi(BackendUnreachable):
    """The response is not that of a Prefect 3 API."""


class Refused(BackendRefused):
    """The server rejected a request with HTTP *status*; *unknown* are the keys it does not support."""

    def __init__(self, detail: str, *, hint: str = "", status: int, unknown: frozenset[str] = frozenset()):
        super().__init__(detail, hint=hint)
        self.status = status
        self.unknown = unknown


def from_wire(error: httpx.HTTPError, url: str, *, is_known: bool) -> BackendUnreachable:
    """Return the error for a failed connection. *is_known*: the server has responded before."""
    if isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)):
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            return BackendUnreachable(
                f"The certificate of {url} is not trusted: {_reason(error)}.",
                hint="Set PREFECT_API_SSL_CERT_FILE to the certificates to trust.",
            )
        gone = "The server no longer responds" if is_known else "Cannot connect to the server"
        hint = (
            "Check that the server is running and try again."
            if is_known
            else f"Check that the server is running, and the URL, which is from {_SOURCES}. {_WRONG_URL}"
        )
        return BackendUnreachable(f"{gone}: {url} ({_reason(error)}).", hint=hint)
    if isinstance(error, httpx.TimeoutException):
        return too_late(url)
    return AnswerLost(
        f"The connection to the server at {url} was lost ({_reason(error)}).", hint="Try again."
    )


def too_late(url: str) -> AnswerLost:
    """Return the error for a response that timed out."""
    return AnswerLost(
        f"The server at {url} did not respond in time.",
        hint="Try again, or set PREFECT_API_REQUEST_TIMEOUT to more seconds.",
    )


def _reason(error: httpx.HTTPError) -> str:
    return str(error).rstrip(".") or type(error).__name__


def from_answer(answer: httpx.Response, url: str) -> BackendError:
    """Return the error for an unsuccessful response."""
    status = answer.status_code
    body = _body(answer)
    reasons = "; ".join(dict.fromkeys(_reasons(body))).rstrip(".") or _phrase(status)
    match status:
        case 401:
            return Refused(
                f"Authentication failed: the server at {url} rejected the credentials.",
                hint=_OTHER_LOGIN if "authorization" in answer.request.headers else _LOGIN,
                status=status,
            )
        case 403:
            return Refused(
                f"Permission denied: the server rejected the request: {reasons}. {_request_status(answer)}",
                hint=_ALLOWED,
                status=status,
            )
        case 404 | 405 if body.get("detail") in (None, "Not Found", "Method Not Allowed"):
            return Refused(
                f"{url} is not the API of a Prefect 3 server ({status}).", hint=_WRONG_URL, status=status
            )
        case 400 | 404 | 409 | 422:
            return Refused(
                f"The server rejected the request: {reasons}. {_request_status(answer)}",
                hint=_REMEDIES.get(status, _OTHER_VALUE),
                status=status,
                unknown=frozenset(_unknown(body)),
            )
    if status in BUSY:
        return BackendUnreachable(f"The server at {url} is overloaded ({status}).", hint="Try again later.")
    if 300 <= status < 400:
        target = answer.headers.get("location", "")
        return BackendUnreachable(f"{url} redirects to {target}.", hint="Use the URL that it redirects to.")
    if status < 500:
        detail = f"The server rejected the request: {reasons}. {_request_status(answer)}"
        return Refused(detail, hint=_OTHER_VALUE, status=status)
    return BackendError(
        f"The server failed: {reasons}. {_request_status(answer)}",
        hint="See the server's log. The request may be partly complete, so try again.",
    )


def _request_status(answer: httpx.Response) -> str:
    """Return the method, the path without ids, and the status of a response."""
    place = answer.request.url.copy_with(query=None, fragment=None, userinfo=b"")
    asked = _ID.sub("{id}", f"{answer.request.method} {place}")
    return f"It answered {answer.status_code} to `{asked}`."


_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_OTHER_VALUE = "Change what the server names. A server of another version may take other values."
_REMEDIES: Mapping[int, str] = {
    404: "Somebody may have deleted it meanwhile. Run the command again.",
    409: "Somebody may have written it at the same time. Run the command again.",
}
_ALLOWED = "Ask the server's administrator for permission, or use another API key."


def no_api(url: str, why: str) -> NoApi:
    """Return the error for a response that is not that of an API, because of *why*."""
    return NoApi(f"{url} responds, but not like the API of a Prefect 3 server: {why}.", hint=_WRONG_URL)


def old_server(url: str, version: str) -> BackendRefused:
    """Return the error for a server of Prefect 2."""
    return BackendRefused(
        f"{url} is a Prefect {version} server; Prefect 3 is required.",
        hint="Upgrade the server to Prefect 3, or use another one. "
        "`syntask upgrade --from-server` reads what a Prefect 2 server has.",
    )


def changing(url: str, kind: str) -> BackendConflict:
    """Return the error for a list that changes faster than it can be read."""
    return BackendConflict(
        f"The `{kind}` of the server at {url} changed while they were being read.",
        hint="Try again when fewer clients write to the server.",
    )


def _body(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        body = answer.json()
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _reasons(body: Mapping[str, Any]) -> Iterator[str]:
    """Return the reasons in a response, without the request values, which may contain secrets."""
    details = body.get("exception_detail") or body.get("detail") or body.get("exception_message")
    for detail in details if isinstance(details, list) else [details] if details else []:
        if not isinstance(detail, dict):
            yield str(detail)
            continue
        place = ".".join(map(str, _place(detail)[1:]))
        yield f"`{place}`: {detail.get('msg', '')}" if place else str(detail.get("msg", ""))


def _unknown(body: Mapping[str, Any]) -> Iterator[str]:
    details = body.get("exception_detail")
    for detail in details if isinstance(details, list) else ():
        if isinstance(detail, dict) and detail.get("type") == "extra_forbidden" and _place(detail):
            yield str(_place(detail)[-1])


def _place(detail: Mapping[str, Any]) -> Sequence[Any]:
    place = detail.get("loc")
    return place if isinstance(place, list) else ()


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "no reason was given"
