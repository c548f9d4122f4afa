"""Which requests are taken for those of somebody who looks at our pages."""

from __future__ import annotations

import pytest

from syntask_yaml.ui.gate import Gate

_OWN = {"host": "127.0.0.1:4280"}


@pytest.mark.parametrize(
    ("method", "headers", "is_refused"),
    [
        ("GET", {"host": "127.0.0.1:4280"}, False),
        ("GET", {"host": "[::1]:4280"}, False),
        ("GET", {"host": "LOCALHOST"}, False),
        ("GET", {"host": "desk.example"}, False),
        ("GET", {"host": "rebound.example:4280"}, True),
        ("GET", {"host": "127.0.0.1.rebound.example"}, True),
        ("GET", {"host": "localhost@rebound.example"}, True),
        ("GET", {"host": "["}, True),
        ("GET", {"host": "localhost.:4280"}, False),
        ("GET", {"host": "desk.example.:4280"}, False),
        ("GET", {"host": "desk.example.rebound.example:4280"}, True),
        ("GET", {"host": "sub.localhost:4280"}, True),
        ("GET", {"host": "[::ffff:127.0.0.1]:4280"}, False),
        ("GET", {"host": "[::1].rebound.example"}, True),
        ("GET", {"host": "2130706433:4280"}, True),
        ("GET", {"host": "127.1:4280"}, True),
        ("GET", {"host": "0x7f.0.0.1"}, True),
        ("GET", {"host": "localhost, rebound.example"}, True),
        ("GET", {"host": "rebound.example", "x-forwarded-host": "localhost"}, True),
        (
            "GET",
            {"host": "rebound.example", "forwarded": "host=localhost", "x-forwarded-for": "127.0.0.1"},
            True,
        ),
        ("GET", {}, True),
        ("POST", {**_OWN, "origin": "http://127.0.0.1:4280", "sec-fetch-site": "same-origin"}, False),
        ("POST", _OWN, False),
        ("POST", {**_OWN, "origin": "http://127.0.0.1:8000"}, True),
        ("POST", {**_OWN, "origin": "https://other.example"}, True),
        ("POST", {**_OWN, "origin": "null"}, True),
        ("POST", {**_OWN, "origin": ""}, True),
        ("POST", {**_OWN, "origin": "http://127.0.0.1:4280.other.example"}, True),
        ("POST", {**_OWN, "origin": "http://127.0.0.1:4280@other.example"}, True),
        ("POST", {**_OWN, "origin": "http://127.0.0.1"}, True),
        ("POST", {**_OWN, "origin": "http://localhost:4280"}, True),
        ("POST", {"host": "[::1]:4280", "origin": "http://[::1]:4280"}, False),
        ("POST", {"host": "localhost.:4280", "origin": "http://localhost:4280"}, True),
        ("POST", {**_OWN, "origin": "https://other.example", "x-forwarded-host": "other.example"}, True),
        ("HEAD", {**_OWN, "origin": "https://other.example", "sec-fetch-site": "cross-site"}, True),
        (
            "OPTIONS",
            {**_OWN, "origin": "https://other.example", "access-control-request-method": "POST"},
            True,
        ),
        ("POST", {**_OWN, "sec-fetch-site": "none"}, False),
        ("POST", {**_OWN, "sec-fetch-site": "something-new"}, True),
        ("POST", {**_OWN, "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}, True),
        ("POST", {**_OWN, "sec-fetch-site": "same-site"}, True),
        ("DELETE", {**_OWN, "origin": "https://other.example"}, True),
        ("GET", {**_OWN, "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}, False),
        ("GET", {**_OWN, "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}, True),
        ("GET", {**_OWN, "sec-fetch-site": "same-site", "sec-fetch-mode": "cors"}, True),
    ],
)
def test_only_our_name_and_our_pages_are_served(
    method: str, headers: dict[str, str], is_refused: bool
) -> None:
    gate = Gate.of(["Desk.example"], is_read_only=False)

    assert bool(gate.objection(method, headers)) is is_refused


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_read_only_refuses_every_method_that_could_change_something(method: str) -> None:
    assert "read-only" in Gate.of([], is_read_only=True).objection(method, _OWN)
