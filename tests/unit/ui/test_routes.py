"""What the pages show and do, asked for over HTTP."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest

from syntask_yaml.backend.base import RunFilter
from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.model.deployment import Deployment, Write
from syntask_yaml.model.run import RunRequest, StateType
from syntask_yaml.ui.api import API, openapi
from tests.support.hostile_store import HOSTILE, NAME, NOW, SECRET
from tests.support.pages import form_token, served

_LISTS = [
    "/",
    "/?scale=week",
    "/runs",
    "/runs?state=failed",
    "/deployments",
    "/pools",
    "/values",
    "/api",
    f"/deployment?name={NAME}",
]


class _Elements(HTMLParser):
    """The elements of a page, with their attributes, and the texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def _run(backend: EmbeddedBackend) -> str:
    return backend.runs(RunFilter(states=frozenset({StateType.FAILED}), limit=1))[0].id


def _every_page(pages: httpx.Client, backend: EmbeddedBackend) -> list[str]:
    run = f"/runs/{_run(backend)}"
    follow = pages.get(f"{run}/follow").json()
    parts = [*follow["parts"].values(), *(line["html"] for line in follow["lines"][:3])]
    broken = pages.get("/deployment", params={"name": HOSTILE}).text
    return [*(pages.get(path).raise_for_status().text for path in [*_LISTS, run]), broken, *parts]


def test_names_of_others_are_text_and_nothing_else(pages: httpx.Client, backend: EmbeddedBackend) -> None:
    """No element, handler or style of theirs, no script inside a page, and nothing from another host."""
    shown = ""
    for page in _every_page(pages, backend):
        found = _Elements(page)
        shown += found.text
        for tag, attributes in found.elements:
            assert tag not in ("img", "iframe", "object", "style"), page
            assert not any(name.startswith("on") or name == "style" for name in attributes), page
            assert tag != "script" or attributes["src"] == "/static/pages.js"
            for name in ("src", "href", "action"):
                assert (attributes.get(name) or "/").startswith(("/", "#")), attributes
        assert "\u202e" not in found.text
    assert "<script>alert(2)</script>{{ 7*7 }}" in shown


def test_no_page_and_no_document_has_a_secret(pages: httpx.Client, backend: EmbeddedBackend) -> None:
    run = _run(backend)
    routes = [route for route in API if route.method == "GET" and route.path != "/api/plan"]
    paths = [route.path.replace("{id}", run) + f"?name={NAME}" * ("name" in route.query) for route in routes]
    documents = [pages.get(path).raise_for_status().text for path in paths]

    for text in [*_every_page(pages, backend), *documents]:
        assert SECRET not in text
    assert "********" in pages.get(f"/deployment?name={NAME}").text


@pytest.mark.parametrize("path", ["/", f"/deployment?name={NAME}"])
def test_a_list_says_why_runs_failed(pages: httpx.Client, path: str) -> None:
    rows = _Elements(pages.get(path).text).text

    assert "Message" in rows
    assert rows.count("alert(2)") > 1


def test_a_page_says_where_it_is(pages: httpx.Client) -> None:
    for path in ("/", "/runs", "/deployments?search=x", "/pools", "/values"):
        found = re.findall(r'href="([^"]+)" aria-current="page"', pages.get(path).text)
        assert found == [path.partition("?")[0]]
    assert 'aria-current="page"' not in pages.get("/runs/nothing").text


def test_an_empty_store_says_how_it_is_filled(tmp_path: Path) -> None:
    with (
        closing(EmbeddedBackend.open(tmp_path / "syntask.db", clock=lambda: NOW)) as backend,
        served(backend, clock=lambda: NOW) as client,
    ):
        page = client.get("/").text

    assert "<code>syntask deploy</code> creates them" in page
    assert "<svg" not in page


def test_a_log_comes_in_parts_and_in_order(pages: httpx.Client, backend: EmbeddedBackend) -> None:
    path, after, state = f"/runs/{_run(backend)}/follow", 0, ""
    lines: list[str] = []
    pauses = []
    while True:
        answer = pages.get(path, params={"after": after, "state": state}).json()
        assert bool(answer["parts"]) is (after == 0), "what did not change is not sent again"
        lines += [_Elements(line["html"]).text.split()[1] for line in answer["lines"]]
        after, state = answer["after"], answer["state"]
        pauses.append(answer["pause"])
        if answer["pause"] is None:
            break

    assert lines == [str(number) for number in range(4_500)]
    assert pauses == [0, 0, None]


def test_a_form_says_what_is_wrong_where_it_was_typed(pages: httpx.Client, backend: EmbeddedBackend) -> None:
    page = pages.get(f"/deployment?name={NAME}").text
    before = backend.runs(RunFilter())

    answer = pages.post("/deployment/run", data={"token": form_token(page), "name": NAME, "p/days": "many"})

    assert answer.status_code == 400
    fields = [attributes for tag, attributes in _Elements(answer.text).elements if tag == "input"]
    (days,) = [each for each in fields if each.get("name") == "p/days"]
    assert days["value"] == "many"
    assert days["aria-invalid"] == "true"
    assert days["aria-describedby"] == "p/days-error"
    assert "Enter a whole number." in answer.text
    assert backend.runs(RunFilter()) == before


def test_a_run_is_made_cancelled_and_done_again(pages: httpx.Client, backend: EmbeddedBackend) -> None:
    page = pages.get(f"/deployment?name={NAME}").text
    token = form_token(page)

    made = pages.post("/deployment/run", data={"token": token, "name": NAME, "p/days": "7"})
    run = backend.run(made.headers["location"].rpartition("/")[2])
    assert run is not None
    assert run.parameters["days"] == 7
    pages.post(f"/runs/{run.id}/cancel", data={"token": token})
    cancelled = backend.run(run.id)
    assert cancelled is not None
    assert cancelled.state.type is StateType.CANCELLED
    again = pages.post(f"/runs/{run.id}/retry", data={"token": token}).headers["location"]

    assert backend.run(again.rpartition("/")[2]) is not None
    assert again != f"/runs/{run.id}"
    assert pages.post(f"/runs/{run.id}/cancel", data={"token": token}).status_code == 409


@pytest.mark.parametrize(
    ("path", "form", "paused"),
    [
        ("/deployment/pause", {"name": NAME}, lambda backend: backend.deployments()[0].deployment.paused),
        ("/pools/pause", {"pool": "default"}, lambda backend: backend.pools()[0].is_paused),
        (
            "/pools/pause",
            {"pool": "default", "queue": "default"},
            lambda backend: backend.queues()[0].is_paused,
        ),
    ],
    ids=["deployment", "pool", "queue"],
)
def test_what_is_paused_goes_on_again(
    pages: httpx.Client, backend: EmbeddedBackend, path: str, form: dict[str, str], paused: Any
) -> None:
    token = form_token(pages.get("/pools").text)
    for wanted in ("true", "false"):
        pages.post(path, data={"token": token, "paused": wanted, **form})

        assert paused(backend) is (wanted == "true")


def test_a_page_lists_the_api(pages: httpx.Client) -> None:
    """Each request with what it does; what can be asked for without more is a link."""
    page = pages.get("/api").text
    assert all(f"<code>{each.method} {each.path}</code>" in page and each.about in page for each in API[:4])
    assert '<a href="/api/status">' in page
    assert '<a href="/api/runs/{id}">' not in page


def test_the_api_does_what_its_document_says(pages: httpx.Client, backend: EmbeddedBackend) -> None:
    described = pages.get("/api/openapi.json").json()
    operations = {(method.upper(), path) for path, each in described["paths"].items() for method in each}

    made = pages.post("/api/runs", json={"deployment": NAME, "parameters": {"days": 2}})
    wrong = pages.post("/api/runs", json={"deployment": NAME, "parameters": {"days": "x"}})
    pages.post(f"/api/runs/{made.json()['id']}/cancel", json={})
    shown = pages.get(f"/api/runs/{made.json()['id']}").json()

    assert operations == {(route.method, route.path) for route in API}
    assert described == openapi()
    assert (made.status_code, made.json()["format"]) == (201, "syntask.deployment-run/1")
    assert wrong.status_code == 400
    assert "`days`" in wrong.json()["detail"]
    assert (shown["format"], shown["state"], shown["parameters"]["days"]) == (
        "syntask.flow-run/1",
        "CANCELLED",
        2,
    )


def test_pages_that_are_read_only_offer_nothing_and_do_nothing(backend: EmbeddedBackend) -> None:
    with served(backend, clock=lambda: NOW, is_read_only=True) as pages:
        forms = [
            attributes
            for page in _every_page(pages, backend)
            for tag, attributes in _Elements(page).elements
            if tag == "form" and attributes.get("method") == "post"
        ]
        refused = pages.post(f"/api/runs/{_run(backend)}/retry", json={})

    assert forms == []
    assert refused.status_code == 403
    assert "read-only" in refused.text


def test_more_runs_than_a_page_has_are_on_the_next_ones(tmp_path: Path) -> None:
    """Each of them once, though many are due at the same time."""
    with closing(EmbeddedBackend.open(tmp_path / "syntask.db", clock=lambda: NOW)) as backend:
        (written,) = backend.write([Write(None, Deployment(flow="etl", name="prod", work_pool="default"))])
        times = [NOW - timedelta(minutes=number // 4) for number in range(11)]
        made = {
            backend.create_run(RunRequest(deployment_id=str(written.id), scheduled=time)).id for time in times
        }
        with served(backend, clock=lambda: NOW) as client:
            pages, following = list[list[str]](), "/api/runs?limit=3"
            while following:
                answer = client.get(following).raise_for_status().json()
                pages.append([run["id"] for run in answer["flow_runs"]])
                following = answer["next"]
            listed = client.get("/runs", params={"limit": 3, "state": "scheduled"}).text
            wrong = [
                client.get("/runs", params=each).status_code for each in ({"skip": "-1"}, {"until": "x"})
            ]

    assert [len(page) for page in pages] == [3, 3, 3, 2]
    assert {run for page in pages for run in page} == made
    assert "Earlier runs" in listed
    assert wrong == [400, 400]
