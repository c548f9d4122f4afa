"""Who is let in, and what every answer carries."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from syntask_yaml.backend.base import RunFilter
from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.errors import BackendError
from syntask_yaml.ui.handler import cookie_name
from syntask_yaml.ui.session import Sessions
from tests.support.console import Console
from tests.support.hostile_store import NAME
from tests.support.pages import form_token, served

_TOKEN = "a-token-that-nobody-guesses"


def test_every_answer_forbids_what_a_page_does_not_need(pages: httpx.Client) -> None:
    for path in ("/", "/static/pages.js", "/nowhere", "/api/runs", "/runs/nothing"):
        headers = pages.get(path).headers
        policy = headers["content-security-policy"]

        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
    refused = pages.get("/", headers={"host": "rebound.example"})
    assert refused.status_code == 403
    assert refused.headers["content-security-policy"] == policy


def test_an_address_where_nothing_is_says_so(pages: httpx.Client) -> None:
    """A page has the way to the others, and a program gets JSON."""
    page, program = pages.get("/nowhere"), pages.get("/api/nowhere?x=1")

    assert (page.status_code, program.status_code) == (404, 404)
    assert "There is nothing at this address." in page.text
    assert 'href="/deployments"' in page.text
    assert program.json()["format"] == "syntask.error/1"


def test_a_backend_that_fails_is_not_the_fault_of_who_asks(
    pages: httpx.Client, backend: EmbeddedBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_given: object, **_more: object) -> None:
        raise BackendError("The disk is full.")

    monkeypatch.setattr(backend, "runs", fail)

    for path in ("/runs", "/api/runs"):
        answer = pages.get(path)
        assert answer.status_code == 500
        assert "The disk is full." in answer.text


def test_a_form_needs_the_token_of_its_own_session(pages: httpx.Client, backend: EmbeddedBackend) -> None:
    form = {"name": NAME, "p/days": "1"}
    of_other = form_token(httpx.get(pages.base_url.join(f"/deployment?name={NAME}"), trust_env=False).text)
    pages.get("/")
    before = backend.runs(RunFilter())

    for token in ({}, {"token": ""}, {"token": of_other}, {"token": "ä"}):
        assert pages.post("/deployment/run", data={**form, **token}).status_code == 403
    assert backend.runs(RunFilter()) == before


def test_the_cookie_goes_nowhere_else_and_no_script_reads_it(pages: httpx.Client) -> None:
    cookie = httpx.get(pages.base_url, trust_env=False).headers["set-cookie"].lower()

    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "domain" not in cookie


def test_pages_at_two_ports_keep_their_sessions_apart(pages: httpx.Client, backend: EmbeddedBackend) -> None:
    """A browser sends the cookies of a host to all its ports: `dev` and `ui` side by side."""
    form = {"name": NAME, "paused": "false"}
    with served(backend) as other:
        token = form_token(pages.get(f"/deployment?name={NAME}").text)
        other.cookies.update(pages.cookies)
        other.get("/")
        pages.cookies.update(other.cookies)
        answer = pages.post("/deployment/pause", data={**form, "token": token})

    assert answer.status_code == 303
    assert len(pages.cookies) == 2


def test_what_a_browser_sends_for_another_site_is_no_json(pages: httpx.Client) -> None:
    """A form of any site can send these types without asking; none of them is taken."""
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        answer = pages.post("/api/runs", content=b'{"deployment": "x"}', headers={"content-type": kind})

        assert answer.status_code == 400
        assert "application/json" in answer.json()["detail"]


def test_what_the_interface_does_not_know_is_refused(pages: httpx.Client, backend: EmbeddedBackend) -> None:
    """Or a slip would start a run with other parameters, or list other runs, than were meant."""
    before = backend.runs(RunFilter())

    body = pages.post("/api/runs", json={"deployment": NAME, "parameter": {"days": 2}})
    query = pages.get("/api/runs?stat=FAILED")

    assert (body.status_code, query.status_code) == (400, 400)
    assert body.json()["detail"] == "The body has an unknown key `parameter`."
    assert body.json()["hint"] == "Did you mean `parameters`?"
    assert query.json()["detail"] == "The query has an unknown name `stat`."
    assert query.json()["hint"] == "Did you mean `state`?"
    assert backend.runs(RunFilter()) == before


def test_with_a_token_only_those_who_know_it_are_let_in(backend: EmbeddedBackend) -> None:
    with served(backend, token=_TOKEN) as client:
        assert client.get("/").headers["location"] == "/login"
        assert client.post("/deployment/pause").headers["location"] == "/login"
        assert client.get("/api/runs").status_code == 401
        assert client.post("/api/runs", json={}).status_code == 401
        assert client.get("/api/runs", headers={"authorization": "Bearer wrong"}).status_code == 401
        assert client.get("/api/runs", headers={"authorization": f"Bearer {_TOKEN}"}).status_code == 200
        assert client.post("/login", data={"access_token": "wrong"}).status_code == 403
        client.cookies.set(cookie_name(client.base_url.port or 0), Sessions(_TOKEN).new())
        assert client.get("/").headers["location"] == "/login", "the session of an earlier process"
        client.cookies.clear()

        assert client.post("/login", data={"access_token": _TOKEN}).headers["location"] == "/"
        assert client.get("/").status_code == 200
        assert client.get("/api/runs").status_code == 200


def test_what_is_too_large_is_not_read(pages: httpx.Client) -> None:
    assert pages.post("/api/runs", content=b" " * 1_000_001).status_code == 413


def test_other_machines_are_let_in_with_a_token_only(tmp_path: Path) -> None:
    (tmp_path / "weak").write_text("1234\n", encoding="utf-8")
    console = Console(tmp_path, tmp_path / "home")

    without = console.run("syntask ui --host 0.0.0.0 --port 0")
    weak = console.run("syntask ui --host 0.0.0.0 --port 0 --token weak")

    assert (without.returncode, weak.returncode) == (64, 64)
    assert "requires a token" in without.stdout
    assert "shorter than 16 characters" in weak.stdout
