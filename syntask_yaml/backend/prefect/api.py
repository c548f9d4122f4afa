"""The operations of the REST API: read and write objects of a kind, and check their shapes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from syntask_yaml.backend.prefect.bodies import Raw
from syntask_yaml.backend.prefect.faults import Refused, no_api, old_server
from syntask_yaml.backend.prefect.pages import ORDERS, PAGE, Pages
from syntask_yaml.backend.prefect.settings import Connection
from syntask_yaml.backend.prefect.shapes import SHAPES, Shape, odd_place
from syntask_yaml.backend.prefect.transport import Transport
from syntask_yaml.errors import BackendError, BackendRefused

_T = TypeVar("_T")
_S = TypeVar("_S")

_READERS = 4

# Exceptions of parsing an unexpected response.
_PARSE_ERRORS = (LookupError, TypeError, ValueError, AttributeError, OverflowError, RecursionError)


class Api(Transport):
    """The API of a server. Threads can share one. *shapes* are the shapes of its objects."""

    shapes: Mapping[str, Mapping[str, Shape]] = SHAPES

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        # Cloud has only one version, and no endpoint that returns it.
        self._version: str | None = "" if connection.is_cloud else None

    def get(self, path: str, kind: str = "", **query: Any) -> Raw | None:
        """Return the object of *kind* at *path*; None if it does not exist."""
        found = self.call("GET", path, query=query, may_be_missing=True)
        if found is None:
            return None
        return self._checked(found, kind) if kind else self._object(found)

    def post(self, path: str, body: Any = None, *, repeats: bool = True) -> Any:
        """Post *body*. Without *repeats*, a request that may have been executed raises AnswerLost."""
        return self.call("POST", path, body, repeats=repeats)

    def made(self, path: str, body: Any, kind: str = "", *, repeats: bool = True) -> Raw:
        """Post *body*, and return the created object of *kind*."""
        return self._checked(self.post(path, body, repeats=repeats), kind)

    def listed(self, path: str, kind: str, body: Mapping[str, Any]) -> list[Raw]:
        """Post the filter *body*, and return the matching objects of *kind*."""
        answer = self.call("POST", path, body)
        if not isinstance(answer, list):
            raise self.no_api("the response is not a list")
        return [self._checked(each, kind) for each in answer]

    def patch(self, path: str, body: Any) -> bool:
        """Update the object at *path*. Return whether it exists."""
        return self.call("PATCH", path, body, may_be_missing=True) is not None

    def delete(self, path: str) -> bool:
        """Delete the object at *path*. Return whether it existed."""
        return self.call("DELETE", path, may_be_missing=True) is not None

    def parsed(self, parse: Callable[[], _T]) -> _T:
        """Return the result of *parse*. Raises BackendUnreachable if the response has another structure."""
        try:
            return parse()
        except _PARSE_ERRORS as error:
            raise self.no_api(
                f"the response has an unexpected structure: {type(error).__name__}: {error}"
            ) from error

    def no_api(self, why: str) -> BackendError:
        """Return the error for a response that no Prefect 3 server sends."""
        try:
            self.check_version()
        except BackendRefused as error:
            return error
        except BackendError:
            pass
        return no_api(self.url, why)

    def check_version(self) -> None:
        """Raise BackendRefused for a server of Prefect 2. The version is requested once."""
        if self._version is None:
            try:
                version = self.call("GET", "/admin/version", may_be_missing=True)
            except Refused:  # a proxy that blocks the path
                version = ""
            if not isinstance(version, str | None):
                raise no_api(self.url, "its version is not text")
            self._version = version or ""
        if self._version.startswith("2."):
            raise old_server(self.url, self._version)

    def accept_version(self) -> None:
        """Skip the version check, because a response was one of Prefect 3."""
        self._version = self._version or ""

    def _object(self, answer: Any) -> Raw:
        if not isinstance(answer, dict):
            raise self.no_api("the response is not an object")
        return answer

    def _checked(self, answer: Any, kind: str) -> Raw:
        """Return *answer* as an object of *kind*. Raises BackendUnreachable if it has another shape."""
        found, shape = self._object(answer), self.shapes.get(kind, {"id": str})
        for name, type_ in shape.items():
            if type_ is str and not isinstance(found.get(name), str):
                raise self.no_api(f"the response has an object without text as its `{name}`")
        self.check_shape(found, shape)
        return found

    def check_shape(self, answer: Any, shape: Shape) -> None:
        """Raise BackendUnreachable if *answer* does not match *shape*."""
        if (place := odd_place(answer, shape)) is not None:
            raise self.no_api(f"the response has a value of an unexpected type at `{place}`")

    def every(
        self, kind: str, body: Mapping[str, Any] | None = None, *, expected: int = 0, of: str = ""
    ) -> list[Raw]:
        """Return all objects of *kind* that match the filter *body*, and read several pages at a time.

        *expected* is the approximate number of objects, which determines the number of pages of the first
        request. *of* is the path of their parent.
        """
        order = {"sort": ORDERS[kind]} if kind in ORDERS else {}
        return self.pages(kind, {**order, **(body or {})}, of=of).all(expected=expected)

    def pages(
        self, kind: str, body: Mapping[str, Any], found: dict[str, Raw] | None = None, *, of: str = ""
    ) -> Pages:
        """Return the list of *kind* that *body* filters and sorts. *found* are the objects already known."""

        def page_at(offset: int) -> list[Raw]:
            return self.listed(f"{of}/{kind}/filter", kind, {**body, "limit": PAGE, "offset": offset})

        def read(offsets: Sequence[int]) -> list[list[Raw]]:
            return self.together([partial(page_at, offset) for offset in offsets])

        return Pages(self.url, kind, read, {} if found is None else found)

    def both(self, one: Callable[[], _T], other: Callable[[], _S]) -> tuple[_T, _S]:
        """Return the results of both functions, called concurrently."""
        with ThreadPoolExecutor(1, thread_name_prefix="syntask-read") as pool:
            later = pool.submit(other)
            return one(), later.result()

    def together(self, calls: Sequence[Callable[[], _T]]) -> list[_T]:
        """Return the result of each of *calls*, several of them called concurrently."""
        if len(calls) < 2:
            return [call() for call in calls]
        with ThreadPoolExecutor(min(_READERS, len(calls)), thread_name_prefix="syntask-read") as pool:
            return list(pool.map(lambda call: call(), calls))
