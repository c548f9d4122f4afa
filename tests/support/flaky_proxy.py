"""An HTTP proxy in front of a server that fails as networks and busy servers do.

With the same seed and the same order of requests, the same ones fail.
"""

from __future__ import annotations

import random
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class Fault(Enum):
    """What may happen to a request."""

    CUT_BEFORE = "the connection is cut, and the server never sees the request"
    CUT_AFTER = "the server does what was asked, and the connection is cut before its answer"
    DELAY = "the answer comes late"
    TOO_MANY = 429
    BROKEN = 500
    UNAVAILABLE = 503


# What goes by without harm: a broken server is not asked again.
PASSING = tuple(fault for fault in Fault if fault is not Fault.BROKEN)


@dataclass(frozen=True, slots=True)
class Seen:
    """A request that went by, and what befell it."""

    method: str
    path: str
    fault: Fault | None
    body: bytes = b""

    @property
    def is_write(self) -> bool:
        """Whether it asked for a change; a filter is a POST that reads."""
        reads = self.path.rsplit("/", 1)[-1] in ("filter", "paginate", "count")
        return self.method != "GET" and not reads


@dataclass
class FlakyProxy:
    """A share *rate* of the requests meets one of *faults*, drawn from *seed*.

    *only* limits faults to some requests, by method and path; *delay* is in seconds.
    *under_way* counts the requests that the target has not answered yet.
    """

    target: str
    rate: float = 0.0
    faults: tuple[Fault, ...] = PASSING
    seed: int = 0
    delay: float = 0.2
    only: Callable[[str, str], bool] = lambda _method, _path: True
    seen: list[Seen] = field(default_factory=list)
    under_way: int = 0

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.proxy = self

    @property
    def api(self) -> str:
        """The URL that stands for the target."""
        return f"http://127.0.0.1:{self._server.server_port}{urlsplit(self.target).path}"

    @contextmanager
    def running(self) -> Iterator[FlakyProxy]:
        """Serve for a while."""
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()

    @property
    def writes(self) -> list[Seen]:
        """The requests that asked for a change."""
        return [each for each in self.seen if each.is_write]

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Count a request as under way."""
        with self._lock:
            self.under_way += 1
        try:
            yield
        finally:
            with self._lock:
                self.under_way -= 1

    def draw(self, method: str, path: str, body: bytes) -> Fault | None:
        """What befalls the next request."""
        with self._lock:
            is_hit = self.only(method, path) and self._random.random() < self.rate
            fault = self._random.choice(self.faults) if is_hit else None
            self.seen.append(Seen(method, path, fault, body))
            return fault


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    proxy: FlakyProxy

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing, if only the client went away."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self._upstream = HTTPConnection(urlsplit(self.server.proxy.target).netloc, timeout=120)

    def finish(self) -> None:
        self._upstream.close()
        super().finish()

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if len(body) < length:  # the client went away
            self._cut()
            return
        fault = self.server.proxy.draw(self.command, urlsplit(self.path).path, body)
        match fault:
            case Fault.CUT_BEFORE:
                self._cut()
            case Fault.TOO_MANY | Fault.BROKEN | Fault.UNAVAILABLE:
                self._answer(fault.value, {"Retry-After": "0"}, b'{"detail": "not now"}')
            case _:
                if fault is Fault.DELAY:
                    time.sleep(self.server.proxy.delay)
                self._forward(body, is_cut=fault is Fault.CUT_AFTER)

    def _forward(self, body: bytes, *, is_cut: bool) -> None:
        headers = {key: value for key, value in self.headers.items() if key.lower() != "host"}
        try:
            with self.server.proxy.asking():
                self._upstream.request(self.command, self.path, body or None, headers)
                answer = self._upstream.getresponse()
                content = answer.read()
        except (OSError, HTTPException):  # the server went away
            self._upstream.close()
            self._cut()
            return
        if is_cut:
            self._cut()
        else:
            self._answer(answer.status, dict(answer.getheaders()), content)

    def _answer(self, status: int, headers: Mapping[str, str], content: bytes) -> None:
        hidden = {"content-length", "transfer-encoding", "connection", "date", "server"}
        self.send_response(status)
        for key, value in headers.items():
            if key.lower() not in hidden:
                self.send_header(key, value)
        if status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(b"" if status == 204 else content)

    def _cut(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815


@contextmanager
def flaky(target: str, *, rate: float = 0.0, **more: object) -> Iterator[FlakyProxy]:
    """A running proxy in front of *target*; *more* are fields of `FlakyProxy`."""
    with FlakyProxy(target, rate, **more).running() as proxy:  # type: ignore[arg-type]
        yield proxy
