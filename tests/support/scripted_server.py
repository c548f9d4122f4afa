"""A server that says what it is told to, one answer after the other."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from tests.support.http_server import QuietHandler, serving


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said to one request. A *status* of 0 cuts the connection without a word.

    *body* is sent as JSON, *content* in its place as if it were some, *text* as a page, *after* so many
    seconds.
    """

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str | None = None
    content: bytes | None = None
    after: float = 0.0

    @property
    def sent(self) -> bytes:
        if self.content is not None:
            return self.content
        return json.dumps(self.body).encode() if self.text is None else self.text.encode()


CUT = Answer(0)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that came in."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Any = None


@dataclass
class ScriptedServer:
    """Gives each answer of the *script* once, and the last one for ever."""

    script: Sequence[Answer]
    asked: list[Asked] = field(default_factory=list)
    url: str = ""

    def next(self) -> Answer:
        return self.script[min(len(self.asked), len(self.script)) - 1]


@contextmanager
def scripted(*script: Answer) -> Iterator[ScriptedServer]:
    """A running server; the requests are in its `asked`."""
    told = ScriptedServer(script)

    class Handler(QuietHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {key.lower(): value for key, value in self.headers.items()}
            told.asked.append(
                Asked(self.command, self.path, headers, json.loads(content) if content else None)
            )
            self._answer(told.next())

        def _answer(self, answer: Answer) -> None:
            if not answer.status:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            content = answer.sent
            time.sleep(answer.after)
            self.send_response(answer.status)
            kind = "application/json" if answer.text is None else "text/html"
            sent = {"Content-Type": kind, "Content-Length": str(len(content)), **answer.headers}
            for key, value in sent.items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = do_DELETE = _serve  # noqa: N815

    with serving(Handler) as port:
        told.url = f"http://127.0.0.1:{port}/api"
        yield told


@contextmanager
def dribbling(beginning: bytes) -> Iterator[str]:
    """A server that answers with *beginning*, and then a blank now and then; its URL."""
    with socket.create_server(("127.0.0.1", 0)) as listener, ExitStack() as guests:
        ended = threading.Event()

        def serve() -> None:
            with suppress(OSError):
                guest = guests.enter_context(listener.accept()[0])
                guest.sendall(beginning)
                while not ended.wait(0.02):
                    guest.sendall(b" ")

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/api"
        finally:
            ended.set()
            thread.join()
