"""Calls of the REST API: one client, repeated where that does no harm, failures in words."""

from __future__ import annotations

import json
import random
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event, Lock
from typing import Any, TypeVar
from urllib.parse import quote

import httpx

from syntask_yaml.backend.moments import utc_now
from syntask_yaml.backend.naming import new_id
from syntask_yaml.backend.prefect.faults import (
    BUSY,
    NOTHING_DONE,
    AnswerLost,
    from_answer,
    from_wire,
    no_api,
)
from syntask_yaml.backend.prefect.pace import Pace
from syntask_yaml.backend.prefect.settings import Connection
from syntask_yaml.errors import BackendError, BackendRefused, BackendUnreachable, UsageError

_T = TypeVar("_T")
_S = TypeVar("_S")

PAGE = 200
# So many times more is a call made, after pauses that grow from the first one to the longest, in seconds.
_REPEATS = 8
_FIRST_PAUSE, _LONGEST_PAUSE, _JITTER, _LONGEST_ASKED = 0.1, 5.0, 0.3, 60.0
_READERS = 4
_CONNECTIONS = 64


class Api:
    """A server's API. Threads may share one.

    All verbs raise BackendError and its kinds.
    """

    def __init__(self, connection: Connection) -> None:
        self.url = connection.url
        self.dialect = connection.dialect
        self.pace = Pace()
        self._client = _client(connection)
        self._closing = Event()
        self._has_answered = False
        self._csrf = Lock()

    def close(self) -> None:
        """End waiting calls, and let go of connections."""
        self._closing.set()
        self._client.close()

    def get(self, path: str, **query: Any) -> Any:
        """What stands at *path*; None if nothing does."""
        return self.call("GET", path, query=query, may_be_missing=True)

    def post(self, path: str, body: Any = None, *, repeats: bool = True) -> Any:
        """Post *body*. Without *repeats*, a call that may have been done raises AnswerLost."""
        return self.call("POST", path, body, repeats=repeats)

    def patch(self, path: str, body: Any) -> bool:
        """Change what stands at *path*; whether there was something."""
        return self.call("PATCH", path, body, may_be_missing=True) is not None

    def delete(self, path: str) -> bool:
        """Delete what stands at *path*; whether there was something."""
        return self.call("DELETE", path, may_be_missing=True) is not None

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Mapping[str, Any] | None = None,
        repeats: bool = True,
        may_be_missing: bool = False,
    ) -> Any:
        """The JSON of the answer, `{}` if it has none; None for what is missing and may be."""
        content = None if body is None else to_json(body)
        for pause in _pauses():
            wait = pause or 0.0
            try:
                answer = self._send(method, path, content, query)
            except AnswerLost:
                if not repeats or pause is None:
                    raise
            except BackendUnreachable:
                if not self._has_answered or pause is None:
                    raise
            else:
                may_try = answer.status_code in (BUSY if repeats else NOTHING_DONE)
                if not may_try or pause is None:
                    return self._read(answer, repeats=repeats, may_be_missing=may_be_missing)
                self.pace.slow_down()
                wait = max(pause, _asked_for(answer))
            if self._closing.wait(wait):
                raise BackendUnreachable("The call was given up.", hint="Do the same again.")
        raise AssertionError("a call ends in an answer or in an error")

    def _send(
        self, method: str, path: str, content: bytes | None, query: Mapping[str, Any] | None
    ) -> httpx.Response:
        try:
            answer = self._client.request(method, path, content=content, params=query)
            if answer.status_code == 403 and "csrf" in answer.text.lower():
                refused = answer.request.headers.get(self.dialect.csrf_token_header)
                if (busy := self._fetch_csrf_token(refused)) is not None:
                    return busy
                answer = self._client.request(method, path, content=content, params=query)
        except httpx.HTTPError as error:
            raise from_wire(error, self.url, is_known=self._has_answered) from error
        self._has_answered = True
        return answer

    def _fetch_csrf_token(self, refused: str | None) -> httpx.Response | None:
        """Have another token than the *refused* one; the answer of a server that is too busy for it.

        Each new token ends the one before: a thread whose token another one has replaced takes that.
        """
        headers = self._client.headers
        with self._csrf:
            if headers.get(self.dialect.csrf_token_header) != refused:
                return None
            client = headers.get(self.dialect.csrf_client_header) or new_id()
            answer = self._client.get("/csrf-token", params={"client": client})
            if answer.status_code == 401:
                raise from_answer(answer, self.url)
            if answer.status_code in BUSY:
                return answer
            if answer.is_success:
                headers[self.dialect.csrf_client_header] = client
                headers[self.dialect.csrf_token_header] = answer.json()["token"]
        return None

    def _read(self, answer: httpx.Response, *, repeats: bool, may_be_missing: bool) -> Any:
        if answer.status_code == 404 and may_be_missing and _is_json(answer):
            return None
        if not answer.is_success:
            error = from_answer(answer, self.url)
            if not repeats and answer.status_code in BUSY:
                raise AnswerLost(error.detail, hint=error.hint)
            raise error
        if not answer.content:
            return {}
        if not _is_json(answer):
            raise no_api(self.url)
        return answer.json()

    def every(self, kind: str, body: Mapping[str, Any] | None = None, *, expected: int = 0) -> list[Any]:
        """All objects of *kind* that the filter *body* means, in pages, several at a time.

        *expected* is how many there probably are: so many pages are asked for at once.
        """
        found: list[Any] = []
        pages = max(1, -(-expected // PAGE))
        while True:
            offsets = range(len(found), len(found) + pages * PAGE, PAGE)
            asked = [{**(body or {}), "limit": PAGE, "offset": offset} for offset in offsets]
            read = self._together([partial(self.post, f"/{kind}/filter", each) for each in asked])
            for page in read:
                found.extend(page)
            if len(read[-1]) < PAGE:
                return found
            pages = min(pages * 2, _READERS)

    def both(self, one: Callable[[], _T], other: Callable[[], _S]) -> tuple[_T, _S]:
        """What two ways to read return, gone at the same time."""
        with ThreadPoolExecutor(1, thread_name_prefix="syntask-read") as pool:
            later = pool.submit(other)
            return one(), later.result()

    def _together(self, calls: Sequence[Callable[[], _T]]) -> list[_T]:
        """What each of the *calls* returns, several at a time."""
        if len(calls) < 2:
            return [call() for call in calls]
        with ThreadPoolExecutor(min(_READERS, len(calls)), thread_name_prefix="syntask-read") as pool:
            return list(pool.map(lambda call: call(), calls))


def part(name: str) -> str:
    """*name* as one part of a path."""
    return quote(name, safe="")


def to_json(value: Any) -> bytes:
    """*value* as JSON. A secret, or what is not known yet, ends here.

    Raises BackendRefused for a text or a number that JSON does not have.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain, allow_nan=False)
        return text.encode()
    except UnicodeEncodeError as error:
        raise BackendRefused(
            f"A text holds {error.object[error.start]!a}, which is half a character and cannot be sent.",
            hint="Look for a broken escape sequence, or for a name that is not in UTF-8.",
        ) from error
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


def _is_json(answer: httpx.Response) -> bool:
    return str(answer.headers.get("content-type", "")).startswith("application/json")


def _pauses() -> Iterator[float | None]:
    """The seconds to wait before each repetition; None when there is to be none."""
    for number in range(_REPEATS):
        yield min(_FIRST_PAUSE * 2**number, _LONGEST_PAUSE) * random.uniform(1 - _JITTER, 1 + _JITTER)
    yield None


def _asked_for(answer: httpx.Response) -> float:
    """The seconds that the server asks to wait, as a number or as a time."""
    text = answer.headers.get("retry-after", "")
    try:
        seconds = float(text)
    except ValueError:
        seconds = _until(text)
    return min(max(seconds, 0.0), _LONGEST_ASKED)


def _until(text: str) -> float:
    from email.utils import parsedate_to_datetime

    try:
        return (parsedate_to_datetime(text) - utc_now()).total_seconds()
    except (ValueError, TypeError):
        return 0.0


def _client(connection: Connection) -> httpx.Client:
    from syntask_yaml import __version__

    dialect = connection.dialect
    headers = {
        "User-Agent": f"syntask-yaml/{__version__}",
        "Content-Type": "application/json",
        "Accept": "application/json",
        dialect.version_header: dialect.api_version,
    }
    if connection.authorization is not None:
        headers["Authorization"] = connection.authorization.reveal()
    try:
        return httpx.Client(
            base_url=connection.url,
            headers={**headers, **connection.headers},
            timeout=connection.timeout,
            verify=_trust(connection),
            limits=httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS),
        )
    except (httpx.InvalidURL, ValueError) as error:
        raise UsageError(f"`{connection.url}` is no URL of a server: {error}.") from error


def _trust(connection: Connection) -> ssl.SSLContext | bool:
    if connection.url.startswith("http://"):
        # Reading the certificates of the system takes 18 ms, and nothing here would use them.
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if connection.trusts_all:
        return False
    if connection.certificates is None:
        return True
    try:
        return ssl.create_default_context(cafile=connection.certificates)
    except (OSError, ssl.SSLError) as error:
        raise BackendError(
            f"The certificates in `{connection.certificates}` cannot be read: {error}.",
            hint="PREFECT_API_SSL_CERT_FILE names a file of certificates in PEM form.",
        ) from error
