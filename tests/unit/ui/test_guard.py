"""What no library would send: requests byte by byte, as a server really gets them."""

from __future__ import annotations

import socket

import httpx
import pytest

from syntask_yaml.backend.base import RunFilter
from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.ui.api import API
from syntask_yaml.ui.routes import PAGES
from tests.support.hostile_store import NAME

_WEBSOCKET = (
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
)


def answered(pages: httpx.Client, line: str, *headers: str) -> str:
    """The first line of the answer to a request."""
    url = pages.base_url
    with socket.create_connection((url.host, url.port or 80), timeout=30) as connection:
        connection.sendall("\r\n".join((f"{line} HTTP/1.1", *headers, "Connection: close", "", "")).encode())
        return connection.makefile("rb").readline().decode()


@pytest.fixture(name="own")
def _own(pages: httpx.Client) -> str:
    return f"Host: {pages.base_url.host}:{pages.base_url.port}"


def test_which_host_is_meant_is_never_in_doubt(pages: httpx.Client, own: str) -> None:
    """Neither two of them, nor none, nor another one in the first line."""
    assert " 200 " in answered(pages, "GET /", own)
    assert " 400 " in answered(pages, "GET /", own, "Host: rebound.example")
    assert " 400 " in answered(pages, "GET /")
    assert " 403 " in answered(pages, "GET /", "Host: rebound.example", "X-Forwarded-Host: localhost")
    assert " 200 " not in answered(pages, "GET http://localhost/", "Host: rebound.example")


@pytest.mark.parametrize("path", ["/", "/runs", "/api/runs", "/static/pages.js"])
def test_nobody_opens_a_channel(pages: httpx.Client, own: str, path: str) -> None:
    """Another site may open web sockets without being asked; here is none, also for our own pages."""
    foreign = answered(pages, f"GET {path}", own, *_WEBSOCKET, "Origin: https://other.example")
    ours = answered(pages, f"GET {path}", own, *_WEBSOCKET, f"Origin: http://{own[6:]}")

    assert " 403 " in foreign
    assert " 101 " not in ours


def test_an_event_stream_of_another_site_gets_nothing(pages: httpx.Client, own: str) -> None:
    headers = ("Accept: text/event-stream", "Origin: https://other.example", "Sec-Fetch-Site: cross-site")

    assert " 403 " in answered(pages, "GET /api/status", own, *headers)


def test_what_is_only_asked_for_changes_nothing(pages: httpx.Client, backend: EmbeddedBackend) -> None:
    """No path does by GET or HEAD what it does by POST, whatever a header says, and with whatever query."""
    before = _content(backend)
    rows = [*((row.method, row.path) for row in PAGES), *((row.method, row.path) for row in API)]
    posts, gets = ({path for each, path in rows if each == method} for method in ("POST", "GET"))
    run = backend.runs(RunFilter())[0].id
    query = {"name": NAME, "deployment": NAME, "pool": "default", "paused": "true", "_method": "POST"}
    override = {"X-HTTP-Method-Override": "POST", "X-Method-Override": "DELETE"}
    for path in sorted(posts | gets):
        for method in ("GET", "HEAD"):
            answer = pages.request(method, path.replace("{id}", run), params=query, headers=override)
            assert answer.status_code != 500
            assert (answer.status_code == 405) is (path not in gets)

    assert _content(backend) == before


def _content(backend: EmbeddedBackend) -> tuple[object, ...]:
    return (
        backend.deployments(),
        backend.runs(RunFilter()),
        backend.pools(),
        backend.queues(),
        backend.variables(),
    )
