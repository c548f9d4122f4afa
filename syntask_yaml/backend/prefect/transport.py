"""Calls of the REST API: one client, repeated where that does no harm, failures in words."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from threading import Event, Lock
from typing import Any, TypeVar
from urllib.parse import quote

import httpx

from syntask_yaml.backend.moments import utc_now
from syntask_yaml.backend.naming import new_id
from syntask_yaml.backend.prefect.bodies import Raw
from syntask_yaml.backend.prefect.faults import (
    BUSY,
    NOTHING_DONE,
    AnswerLost,
    NoApi,
    Refused,
    from_answer,
    from_wire,
    no_api,
    old_server,
    too_late,
)
from syntask_yaml.backend.prefect.pace import Pace
from syntask_yaml.backend.prefect.pages import ORDERS, PAGE, Pages
from syntask_yaml.backend.prefect.settings import Connection
from syntask_yaml.backend.prefect.shapes import SHAPES, Shape, odd_place
from syntask_yaml.backend.prefect.wire import client_of, within
from syntask_yaml.errors import BackendError, BackendRefused, BackendUnreachable
from syntask_yaml.model.value import MAX_DEPTH, is_deeper

_T = TypeVar("_T")
_S = TypeVar("_S")

# So many times more is a call made, after pauses that grow from the first one to the longest, in seconds.
_REPEATS = 8
_FIRST_PAUSE, _LONGEST_PAUSE, _JITTER, _LONGEST_ASKED = 0.1, 5.0, 0.3, 60.0
_READERS = 4

# What an object of a kind is told by: texts that each of them has.
_TEXTS: Mapping[str, Sequence[str]] = {
    "deployments": ("id", "name", "flow_id"),
    "flow_runs": ("id", "name", "flow_id"),
    "block_documents": ("id",),
    "logs": ("id",),
    "block_schemas": ("id",),
    "block_types": ("id", "slug"),
}
_USUAL_TEXTS = ("id", "name")
# What a project may hold, and as much around it: what walks through values is not made for more.
_MAX_DEPTH = 2 * MAX_DEPTH
# What goes wrong where an answer is not what it should be.
_ODD = (LookupError, TypeError, ValueError, AttributeError, OverflowError, RecursionError)


class Api:
    """A server's API. Threads may share one.

    All verbs raise BackendError and its kinds.
    """

    def __init__(self, connection: Connection) -> None:
        self.url = connection.url
        self.dialect = connection.dialect
        self.pace = Pace()
        self._client = client_of(connection)
        self._timeout = connection.timeout
        self._closing = Event()
        self._has_answered = False
        self._csrf = Lock()
        self._date = ""
        # Cloud has one version, and no place that tells it.
        self._version: str | None = "" if connection.is_cloud else None

    def close(self) -> None:
        """End waiting calls, and let go of connections."""
        self._closing.set()
        self._client.close()

    def get(self, path: str, kind: str = "", **query: Any) -> Raw | None:
        """Return the object at *path*, which is of *kind*; None if there is none."""
        found = self.call("GET", path, query=query, may_be_missing=True)
        if found is None or not kind:
            return None if found is None else self._object(found)
        return self._told(found, _TEXTS.get(kind, _USUAL_TEXTS), kind)

    def post(self, path: str, body: Any = None, *, repeats: bool = True) -> Any:
        """Post *body*. Without *repeats*, a call that may have been done raises AnswerLost."""
        return self.call("POST", path, body, repeats=repeats)

    def made(self, path: str, body: Any, kind: str = "", *, repeats: bool = True) -> Raw:
        """Post *body*, and return the object of *kind* that the server made of it, with its id."""
        texts = _TEXTS.get(kind, _USUAL_TEXTS) if kind else ("id",)
        return self._told(self.post(path, body, repeats=repeats), texts, kind)

    def listed(self, path: str, kind: str, body: Mapping[str, Any]) -> list[Raw]:
        """Post the filter *body*, and return the objects of *kind* that are listed."""
        answer = self.call("POST", path, body)
        if not isinstance(answer, list):
            raise self.no_api("a list was asked for")
        texts = _TEXTS.get(kind, _USUAL_TEXTS)
        return [self._told(each, texts, kind) for each in answer]

    def patch(self, path: str, body: Any) -> bool:
        """Change what stands at *path*; whether there was something."""
        return self.call("PATCH", path, body, may_be_missing=True) is not None

    def delete(self, path: str) -> bool:
        """Delete what stands at *path*; whether there was something."""
        return self.call("DELETE", path, may_be_missing=True) is not None

    def parsed(self, parse: Callable[[], _T]) -> _T:
        """Return what *parse* makes of an answer. Raises BackendUnreachable where it has another shape."""
        try:
            return parse()
        except _ODD as error:
            raise self.no_api(f"an answer has another shape: {type(error).__name__}: {error}") from error

    def server_time(self) -> datetime:
        """The time on the server's clock, as its last answer told it; ours where it told none."""
        from email.utils import parsedate_to_datetime

        try:
            return parsedate_to_datetime(self._date).astimezone(UTC)
        except (ValueError, TypeError, OverflowError):
            return utc_now()

    def no_api(self, why: str) -> BackendError:
        """The error for an answer that no Prefect 3 server gives."""
        try:
            self.check_version()
        except BackendRefused as error:
            return error
        except BackendError:
            pass
        return no_api(self.url, why)

    def check_version(self) -> None:
        """Raise BackendRefused for a server of Prefect 2. It is asked once."""
        if self._version is None:
            try:
                version = self.call("GET", "/admin/version", may_be_missing=True)
            except Refused:  # a proxy that keeps this place to itself
                version = ""
            if not isinstance(version, str | None):
                raise no_api(self.url, "its version is no text")
            self._version = version or ""
        if self._version.startswith("2."):
            raise old_server(self.url, self._version)

    def _object(self, answer: Any) -> Raw:
        if not isinstance(answer, dict):
            raise self.no_api("an object was asked for")
        return answer

    def _told(self, answer: Any, texts: Sequence[str], kind: str) -> Raw:
        """*answer*, which is an object of *kind* with these *texts*."""
        found = self._object(answer)
        for name in texts:
            if not isinstance(found.get(name), str):
                raise self.no_api(f"an object has no text as its `{name}`")
        self.check_shape(found, SHAPES.get(kind, {}))
        return found

    def check_shape(self, answer: Any, shape: Shape) -> None:
        """Raise BackendUnreachable where *answer* has another *shape*."""
        if (place := odd_place(answer, shape)) is not None:
            raise self.no_api(f"an answer has a value of another type in `{place}`")

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
        deadline = time.monotonic() + self._timeout
        for pause in _pauses():
            wait = pause or 0.0
            try:
                answer = self._send(method, path, content, query)
            except AnswerLost:
                if not repeats or pause is None or time.monotonic() >= deadline:
                    raise
            except NoApi:
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
        ask = partial(self._client.request, method, path, content=content, params=query)
        try:
            answer = within(self._timeout, ask)
            if answer.status_code == 403 and "csrf" in answer.text.lower():
                refused = answer.request.headers.get(self.dialect.csrf_token_header)
                if (busy := self._fetch_csrf_token(refused)) is not None:
                    return busy
                answer = within(self._timeout, ask)
        except TimeoutError as error:
            raise too_late(self.url) from error
        except httpx.InvalidURL as error:
            raise BackendRefused(
                f"A name is too long to ask the server for it: {error}.", hint="Give a shorter name."
            ) from error
        except httpx.HTTPError as error:
            raise from_wire(error, self.url, is_known=self._has_answered) from error
        self._has_answered = True
        self._date = answer.headers.get("date", "")
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
            answer = within(self._timeout, lambda: self._client.get("/csrf-token", params={"client": client}))
            if answer.status_code == 401:
                raise from_answer(answer, self.url)
            if answer.status_code in BUSY:
                return answer
            if answer.is_success:
                headers[self.dialect.csrf_token_header] = _token_of(answer, self.url)
                headers[self.dialect.csrf_client_header] = client
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
        return _json_of(answer, self.url)

    def every(self, kind: str, body: Mapping[str, Any] | None = None, *, expected: int = 0) -> list[Raw]:
        """All objects of *kind* that the filter *body* means, several pages at a time.

        *expected* is how many there probably are: so many pages are asked for at once.
        """
        order = {"sort": ORDERS[kind]} if kind in ORDERS else {}
        return self.pages(kind, {**order, **(body or {})}).all(expected=expected)

    def pages(self, kind: str, body: Mapping[str, Any], found: dict[str, Raw] | None = None) -> Pages:
        """The list of *kind* that *body* filters and orders, of which *found* is known."""

        def page_at(offset: int) -> list[Raw]:
            return self.listed(f"/{kind}/filter", kind, {**body, "limit": PAGE, "offset": offset})

        def read(offsets: Sequence[int]) -> list[list[Raw]]:
            return self._together([partial(page_at, offset) for offset in offsets])

        return Pages(self.url, kind, read, {} if found is None else found)

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


def _json_of(answer: httpx.Response, url: str) -> Any:
    """The JSON of an answer. Raises BackendUnreachable where it holds none."""
    if not _is_json(answer):
        raise no_api(url, "it gives no JSON")
    try:
        found = answer.json()
    except (ValueError, RecursionError) as error:
        raise no_api(url, "it gives JSON that cannot be read") from error
    if is_deeper(found, _MAX_DEPTH):
        raise no_api(url, f"it gives values that are nested more than {_MAX_DEPTH} deep")
    return found


def _token_of(answer: httpx.Response, url: str) -> str:
    found = _json_of(answer, url)
    token = found.get("token") if isinstance(found, dict) else None
    if not isinstance(token, str):
        raise no_api(url, "it gives no CSRF token")
    return token


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
    except (ValueError, TypeError, OverflowError):
        return 0.0
