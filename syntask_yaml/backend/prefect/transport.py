"""Requests to the REST API: connection, safe retries, and errors."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from threading import Event, Lock
from typing import Any

import httpx

from syntask_yaml.backend.clock import utc_now
from syntask_yaml.backend.ids import new_id
from syntask_yaml.backend.prefect.answers import is_json, json_of, moment_of, seconds_asked_for, token_of
from syntask_yaml.backend.prefect.concurrency import AdaptiveLimit
from syntask_yaml.backend.prefect.encoding import to_json
from syntask_yaml.backend.prefect.faults import (
    BUSY,
    NOTHING_DONE,
    AnswerLost,
    NoApi,
    from_answer,
    from_wire,
    too_late,
)
from syntask_yaml.backend.prefect.settings import Connection
from syntask_yaml.backend.prefect.wire import client_of, within
from syntask_yaml.errors import BackendRefused, BackendUnreachable
from syntask_yaml.retry import pauses

# The number of retries, and the first and the longest pause in seconds.
_RETRIES, _FIRST_PAUSE, _LONGEST_PAUSE = 8, 0.1, 5.0
# The time to retry a call, in timeouts: for a server that never responded, one that responded before the
# call, and one that responds to other calls, because it is overloaded.
_TIMES_UNKNOWN, _TIMES_KNOWN, _TIMES_BUSY = 1, 2, 4

# A server that waits too long for a PostgreSQL connection responds with an internal error (Prefect 3.8.8 and
# 3.9.1): the number of retries of requests that only read.
_FAILED, _TIMES_FAILED = 500, 3
_READ_PATHS = ("/filter", "/count", "/paginate")


class Transport:
    """The connection to the API of a server. Threads can share one.

    All methods raise BackendError and its subclasses.
    """

    def __init__(self, connection: Connection) -> None:
        self.url = connection.url
        self.dialect = connection.dialect
        self.concurrency = AdaptiveLimit()
        self._client = client_of(connection)
        self._timeout = connection.timeout
        self._closing = Event()
        self._last_response = 0.0
        self._has_warned = False
        self._csrf = Lock()
        self._date = ""

    def close(self) -> None:
        """Cancel waiting calls, and close connections."""
        self._closing.set()
        self._client.close()

    def server_time(self) -> datetime:
        """Return the server's time in its last response, or the local time if unknown."""
        return moment_of(self._date) or utc_now()

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
        """Return the JSON of the response, `{}` if it is empty, None if the object may be missing and is."""
        content = None if body is None else to_json(body)
        began = time.monotonic()
        reads = method == "GET" or (method == "POST" and path.endswith(_READ_PATHS))
        statuses: list[int] = []
        for pause in pauses(_FIRST_PAUSE, times=_RETRIES, longest=_LONGEST_PAUSE):
            wait = pause or 0.0
            try:
                answer = self._send(method, path, content, query)
            except AnswerLost:
                if not repeats or pause is None or time.monotonic() >= began + self._patience(began):
                    raise
                self.concurrency.decrease()
            except NoApi:
                raise
            except BackendUnreachable:
                if not self._last_response or pause is None:
                    raise
            else:
                statuses.append(answer.status_code)
                if pause is None or not _may_retry(statuses, reads=reads, repeats=repeats):
                    return self._read(answer, repeats=repeats, may_be_missing=may_be_missing)
                self.concurrency.decrease()
                wait = max(pause, seconds_asked_for(answer))
            if self._closing.wait(wait):
                raise BackendUnreachable("The request was cancelled.", hint="Try again.")
        raise AssertionError("a call ends in an answer or in an error")

    def _patience(self, began: float) -> float:
        """Return for how many seconds to retry a call started at *began*."""
        if self._last_response > began:
            return self._timeout * _TIMES_BUSY
        return self._timeout * (_TIMES_KNOWN if self._last_response else _TIMES_UNKNOWN)

    def _send(
        self, method: str, path: str, content: bytes | None, query: Mapping[str, Any] | None
    ) -> httpx.Response:
        ask = partial(self._client.request, method, path, content=content, params=query)
        try:
            answer = within(self._timeout, ask, tell=self._warn_of_silence)
            if answer.status_code == 403 and "csrf" in answer.text.lower():
                refused = answer.request.headers.get(self.dialect.csrf_token_header)
                if (busy := self._fetch_csrf_token(refused)) is not None:
                    return busy
                answer = within(self._timeout, ask)
        except TimeoutError as error:
            raise too_late(self.url) from error
        except httpx.InvalidURL as error:
            raise BackendRefused(
                f"A name is too long to be sent to the server: {error}.", hint="Use a shorter name."
            ) from error
        except httpx.HTTPError as error:
            raise from_wire(error, self.url, is_known=bool(self._last_response)) from error
        self._last_response, self._has_warned = time.monotonic(), False
        self._date = answer.headers.get("date", "")
        return answer

    def _warn_of_silence(self) -> None:
        """Log that the server does not respond, once for all waiting calls."""
        if not self._has_warned:
            self._has_warned = True
            import logging  # slow to import

            say = logging.getLogger("syntask.backend").warning
            say("The server at %s does not respond. Waiting for up to %g seconds.", self.url, self._timeout)

    def _fetch_csrf_token(self, refused: str | None) -> httpx.Response | None:
        """Replace the *refused* token. Return the response of an overloaded server, else None.

        A new token invalidates the previous one: if another thread has replaced *refused*, use its token.
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
                headers[self.dialect.csrf_token_header] = token_of(answer, self.url)
                headers[self.dialect.csrf_client_header] = client
        return None

    def _read(self, answer: httpx.Response, *, repeats: bool, may_be_missing: bool) -> Any:
        if answer.status_code == 404 and may_be_missing and is_json(answer):
            return None
        if not answer.is_success:
            error = from_answer(answer, self.url)
            if not repeats and answer.status_code in BUSY:
                raise AnswerLost(error.detail, hint=error.hint)
            raise error
        if not answer.content:
            return {}
        return json_of(answer, self.url)


def _may_retry(statuses: Sequence[int], *, reads: bool, repeats: bool) -> bool:
    """Return whether a call with the responses *statuses*, the latest last, may be retried."""
    if reads and statuses[-1] == _FAILED:
        return statuses.count(_FAILED) <= _TIMES_FAILED
    return statuses[-1] in (BUSY if repeats else NOTHING_DONE)
