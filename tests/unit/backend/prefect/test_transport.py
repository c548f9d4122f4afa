"""Calls: what is sent, what is repeated, and what each failure is called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from syntask_yaml.backend.prefect.faults import AnswerLost, Refused
from syntask_yaml.backend.prefect.settings import read_connection
from syntask_yaml.backend.prefect.transport import Api
from syntask_yaml.errors import BackendError, BackendRefused, BackendUnreachable
from tests.support.ports import free_port
from tests.support.scripted_server import CUT, Answer, ScriptedServer, scripted

GOOD = Answer(200, {"id": "1"})
NOT_NOW = Answer(503, {"detail": "not now"})


@contextmanager
def api_of(*script: Answer, environ: Mapping[str, str] | None = None) -> Iterator[tuple[Api, ScriptedServer]]:
    with scripted(*script) as server:
        api = Api(read_connection(server.url, environ or {}))
        try:
            yield api, server
        finally:
            api.close()


def test_who_asks_and_for_which_version() -> None:
    """The key, the version and headers of one's own go with every call."""
    environ = {"PREFECT_API_KEY": "hush", "PREFECT_CLIENT_CUSTOM_HEADERS": '{"X-Team": "data"}'}
    with api_of(GOOD, environ=environ) as (api, server):
        assert api.get("/flows/1") == {"id": "1"}

    (asked,) = server.asked
    assert (asked.method, asked.path) == ("GET", "/api/flows/1")
    assert asked.headers["authorization"] == "Bearer hush"
    assert asked.headers["x-prefect-api-version"] == "0.8.4"
    assert asked.headers["x-team"] == "data"


@pytest.mark.parametrize("status", [408, 429, 502, 503, 504])
def test_a_busy_server_is_asked_again(status: int) -> None:
    """Until it has time, and what is under way at once is fewer than before."""
    with api_of(Answer(status, {}), Answer(status, {}), GOOD) as (api, server):
        assert api.post("/flows/", {"name": "a"}) == {"id": "1"}

    assert [asked.body for asked in server.asked] == [{"name": "a"}] * 3


@pytest.mark.parametrize(
    "first", [Answer(500, {"exception_message": "Internal Server Error"}), Answer(422, {})]
)
def test_a_server_that_fails_is_not_asked_again(first: Answer) -> None:
    """It would fail again."""
    with api_of(first, GOOD) as (api, server), pytest.raises(BackendError):
        api.post("/flows/", {})

    assert len(server.asked) == 1


def test_a_lost_answer_is_asked_for_again() -> None:
    """Where doing it twice does no harm."""
    with api_of(GOOD, CUT, GOOD) as (api, server):
        api.get("/flows/1")
        assert api.post("/flows/", {}) == {"id": "1"}

    assert len(server.asked) == 3


@pytest.mark.parametrize("lost", [CUT, Answer(502, {}), Answer(504, {})])
def test_what_must_not_be_done_twice_is_not_repeated_blindly(lost: Answer) -> None:
    """Whoever asked has to look."""
    with api_of(lost, GOOD) as (api, server), pytest.raises(AnswerLost):
        api.post("/automations/", {}, repeats=False)

    assert len(server.asked) == 1


def test_what_was_not_done_is_repeated_in_any_case() -> None:
    """503 says that nothing was."""
    with api_of(NOT_NOW, GOOD) as (api, _):
        assert api.post("/automations/", {}, repeats=False) == {"id": "1"}


def test_csrf_tokens_are_fetched_when_they_are_asked_for() -> None:
    """Once, and sent from then on."""
    refused = Answer(403, {"detail": "Missing CSRF token."})
    with api_of(refused, Answer(200, {"token": "t"}), GOOD, GOOD) as (api, server):
        api.post("/flows/", {})
        api.post("/flows/", {})

    assert [asked.method for asked in server.asked] == ["POST", "GET", "POST", "POST"]
    clients = {asked.headers.get("prefect-csrf-client") for asked in server.asked[2:]}
    assert {asked.headers.get("prefect-csrf-token") for asked in server.asked[2:]} == {"t"}
    assert len(clients) == 1


def test_a_csrf_token_is_asked_for_again_of_a_busy_server() -> None:
    """Also by a call that must not be made twice: it was not made."""
    refused = Answer(403, {"detail": "Missing CSRF token."})
    with api_of(refused, NOT_NOW, refused, Answer(200, {"token": "t"}), GOOD) as (api, server):
        assert api.post("/automations/", {}, repeats=False) == {"id": "1"}

    assert [asked.method for asked in server.asked] == ["POST", "GET", "POST", "GET", "POST"]


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (Answer(401, {"exception_message": "Unauthorized"}), BackendRefused, "PREFECT_API_KEY"),
        (Answer(403, {"detail": "Not yours"}), BackendRefused, "Not yours"),
        (Answer(404, {"detail": "Not Found"}), BackendRefused, "`/api`"),
        (Answer(404, {"detail": 'Work pool "x" not found.'}), BackendRefused, 'Work pool "x" not found'),
        (Answer(200, text="<html>"), BackendUnreachable, "`/api`"),
        (Answer(307, {}, {"Location": "https://there/api"}), BackendUnreachable, "https://there/api"),
        (Answer(500, {"exception_message": "Internal Server Error"}), BackendError, "Internal Server Error"),
        (Answer(418, {}), BackendRefused, "418"),
    ],
)
def test_each_failure_says_what_to_do(answer: Answer, kind: type[BackendError], words: str) -> None:
    """The words are the server's where it has some."""
    with api_of(answer) as (api, _), pytest.raises(kind) as caught:
        api.post("/flows/filter", {})

    assert words in f"{caught.value.detail} {caught.value.hint}"


def test_what_a_server_refuses_is_not_shown_with_what_it_was_sent() -> None:
    """It may hold a secret; the place in it is said, and which keys are not known."""
    detail = [
        {"type": "extra_forbidden", "loc": ["body", "labels"], "msg": "Extra inputs", "input": "hush"},
        {"type": "value_error", "loc": ["body", "tags", 0], "msg": "Value error", "input": "hush"},
    ]
    body = {"exception_message": "Invalid", "exception_detail": detail, "request_body": {"secret": "hush"}}
    with api_of(Answer(422, body)) as (api, _), pytest.raises(Refused) as caught:
        api.post("/deployments/", {})

    assert caught.value.detail == "`labels`: Extra inputs; `tags.0`: Value error."
    assert caught.value.unknown == {"labels"}


def test_what_is_missing_and_may_be_is_none() -> None:
    """For reading and deleting; not for an answer that is no API's."""
    with api_of(Answer(404, {"detail": "Flow not found"})) as (api, _):
        assert (api.get("/flows/1"), api.delete("/flows/1"), api.patch("/flows/1", {})) == (
            None,
            False,
            False,
        )


def test_no_server_is_said_at_once() -> None:
    """A wrong URL is not tried for long."""
    api = Api(read_connection(f"http://127.0.0.1:{free_port()}/api", {}))
    with pytest.raises(BackendUnreachable, match="No server answers"):
        api.get("/flows/1")
    api.close()


def test_pages_are_read_to_the_end() -> None:
    """As many at once as there probably are, and on while they are full."""
    with api_of(Answer(200, [{"id": "x"}] * 200), Answer(200, [])) as (api, server):
        assert len(api.every("deployments", {"sort": "NAME_ASC"})) == 200

    asked: list[Any] = [each.body for each in server.asked]
    assert (asked[0]["offset"], {each["offset"] for each in asked}) == (0, {0, 200, 400})
    assert {(each["limit"], each["sort"]) for each in asked} == {(200, "NAME_ASC")}


@pytest.mark.parametrize(("value", "word"), [("half \ud83d", "half a character"), (float("nan"), "number")])
def test_what_json_cannot_say_is_refused(value: Any, word: str) -> None:
    """Before it is sent."""
    with api_of(GOOD) as (api, server), pytest.raises(BackendRefused, match=word):
        api.post("/flows/", {"name": value})

    assert server.asked == []
