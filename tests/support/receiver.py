"""A receiver of webhooks in this process, which answers as it is told."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.support.http_server import QuietHandler, serving

# What a request can meet besides the code of an answer.
CLOSES, HANGS = -1, -2


@dataclass
class Receiver:
    """Answers with each of *answers* once, and then with 200.

    *got* are the headers and the body of each request.
    """

    answers: Sequence[int] = ()
    url: str = ""
    got: list[tuple[dict[str, str], str]] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def ids(self) -> list[str]:
        return [headers["idempotency-key"] for headers, _ in self.got]

    def answer_to(self, headers: dict[str, str], body: str) -> int:
        """Note a request, and return what becomes of it."""
        with self._lock:
            self.got.append((headers, body))
            number = len(self.got)
        return self.answers[number - 1] if number <= len(self.answers) else 200


@contextmanager
def receiving(*answers: int) -> Iterator[Receiver]:
    """A receiver on a free port."""
    receiver = Receiver(answers)

    class Handler(QuietHandler):
        def do_POST(self) -> None:  # noqa: N802  (as the library wants it)
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            answer = receiver.answer_to({name.lower(): value for name, value in self.headers.items()}, body)
            if answer == HANGS:
                receiver.release.wait(60)
            if answer in (CLOSES, HANGS):
                self.close_connection = True
                return
            self.send_response(answer)
            self.end_headers()
            self.wfile.write(b"x" * 100_000)  # which nobody asked for

    with serving(Handler) as port:
        receiver.url = f"http://127.0.0.1:{port}/hook"
        try:
            yield receiver
        finally:
            receiver.release.set()
