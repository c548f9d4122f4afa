"""The proxy fails as it says, so that tests of faults rest on it."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from tests.support.flaky_proxy import Fault, flaky
from tests.support.http_server import QuietHandler, serving

GOT: list[bytes] = []


class Echo(QuietHandler):
    """Keeps what it was sent, and says it back."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:  # noqa: N802
        body = self.rfile.read(int(self.headers["Content-Length"]))
        GOT.append(body)
        self.send_response(201)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(name="target")
def _target() -> Iterator[str]:
    GOT.clear()
    with serving(Echo) as port:
        yield f"http://127.0.0.1:{port}/api"


@pytest.mark.parametrize(
    ("fault", "got"),
    [(Fault.CUT_BEFORE, 0), (Fault.CUT_AFTER, 1), (Fault.TOO_MANY, 0), (Fault.UNAVAILABLE, 0)],
)
def test_each_fault_is_what_it_says(target: str, fault: Fault, got: int) -> None:
    """Cut before or after the server got it, or refused without asking the server."""
    with flaky(target, rate=1, faults=(fault,)) as proxy, httpx.Client(trust_env=False) as client:
        try:
            answer = client.post(f"{proxy.api}/x", json={})
        except httpx.TransportError:
            assert fault in (Fault.CUT_BEFORE, Fault.CUT_AFTER)
        else:
            assert answer.status_code == fault.value
        assert (got, [fault]) == (len(GOT), [each.fault for each in proxy.seen])


def test_what_meets_no_fault_goes_through_unchanged(target: str) -> None:
    """Bodies and codes are the server's, also on one connection, and by seed the same requests fail."""
    runs = []
    for _ in range(2):
        with flaky(target, rate=0.5, seed=7, faults=(Fault.UNAVAILABLE,)) as proxy:
            with httpx.Client(trust_env=False) as client:
                answers = [client.post(f"{proxy.api}/x", json=number) for number in range(20)]
            runs.append([answer.status_code for answer in answers])
            assert all(
                json.loads(answer.content) == number
                for number, answer in enumerate(answers)
                if answer.status_code == 201
            )
    assert runs[0] == runs[1]
    assert set(runs[0]) == {201, 503}


def test_half_a_request_reaches_nobody(target: str) -> None:
    """Of a client that is killed while it sends."""
    with flaky(target) as proxy:
        port = urlsplit(proxy.api).port
        with socket.create_connection(("127.0.0.1", port or 0)) as client:
            client.sendall(b"POST /api/x HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n[1")
            client.shutdown(socket.SHUT_WR)
            assert client.recv(1) == b""
        assert (GOT, proxy.seen, proxy.under_way) == ([], [], 0)
