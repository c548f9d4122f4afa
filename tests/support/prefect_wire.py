"""A server's answers without a server: every client of this process gets them."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import httpx
import pytest

from syntask_yaml.backend.prefect import answers, transport
from tests.support.damage import Sent, damaged_answer, to_bytes
from tests.support.prefect_answers import well_formed

URL = "http://127.0.0.1:9/api"


class Wire:
    """Answers of which *share* are damaged: the same for the same *seed*, in whatever order threads ask."""

    def __init__(self, seed: str, share: float) -> None:
        self._seed = seed
        self._share = share
        self._asked: Counter[str] = Counter()
        self._lock = threading.Lock()

    def answer(self, request: httpx.Request) -> httpx.Response:
        asked = f"{request.method} {request.url.path.removeprefix('/api')}"
        with self._lock:
            self._asked[asked] += 1
            random = Random(f"{self._seed} {asked} {self._asked[asked]}")
        answer = well_formed(asked)
        sent = Sent(200, {"content-type": "application/json"}, to_bytes(answer))
        if random.random() < self._share:
            sent = damaged_answer(answer, random)
        if not sent.status:
            raise httpx.ReadError("cut", request=request)
        headers = [(name.encode(), value.encode("latin-1")) for name, value in sent.headers.items()]
        return httpx.Response(sent.status, headers=headers, content=sent.content, request=request)


@contextmanager
def wired(seed: str, *, share: float = 0.4) -> Iterator[None]:
    """For as long as the block lasts, and without pauses between repetitions."""
    wire = Wire(seed, share)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpx.HTTPTransport, "handle_request", lambda _, request: wire.answer(request))
        patch.setattr(transport, "_FIRST_PAUSE", 0.0)
        patch.setattr(answers, "_LONGEST_ASKED", 0.0)
        yield
