"""Calls: what is sent, what is repeated, and what each failure is called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from syntask_yaml.backend.ids import new_id
from syntask_yaml.backend.prefect.api import Api
from syntask_yaml.backend.prefect.encoding import part
from syntask_yaml.backend.prefect.faults import AnswerLost, Refused
from syntask_yaml.backend.prefect.settings import read_connection
from syntask_yaml.errors import BackendError, BackendRefused, BackendUnreachable
from tests.support.ports import free_port
from tests.support.scripted_server import CUT, Answer, ScriptedServer, dribbling, scripted
from tests.support.site import until

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
    """It would fail again, and may have done a part."""
    with api_of(first, GOOD) as (api, server), pytest.raises(BackendError):
        api.post("/flows/", {})

    assert len(server.asked) == 1


@pytest.mark.parametrize(("method", "path"), [("GET", "/flows/1"), ("POST", "/flows/filter")])
def test_what_a_server_fails_to_read_is_asked_for_a_few_times(method: str, path: str) -> None:
    """One on PostgreSQL that gets no connection in time says that it failed, not that it is busy."""
    failed = Answer(500, {"exception_message": "Internal Server Error"})
    with api_of(failed, failed, GOOD) as (api, _):
        assert api.call(method, path) == {"id": "1"}

    with api_of(failed) as (api, server), pytest.raises(BackendError, match="Internal Server Error"):
        api.call(method, path)
    assert len(server.asked) == 4


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_a_write_to_what_is_called_like_a_way_to_read_is_none(method: str) -> None:
    """A work pool may be called `filter`."""
    failed = Answer(500, {"exception_message": "Internal Server Error"})
    with api_of(failed, GOOD) as (api, server), pytest.raises(BackendError):
        api.call(method, "/work_pools/filter", {})

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
    with api_of(Answer(422, body)) as (api, server), pytest.raises(Refused) as caught:
        api.post("/deployments/", {})

    assert caught.value.detail == (
        "The server rejected the request: `labels`: Extra inputs; `tags.0`: Value error. "
        f"It answered 422 to `POST {server.url}/deployments/`."
    )
    assert caught.value.unknown == {"labels"}


@pytest.mark.parametrize("status", [400, 403, 404, 409, 418, 422, 500])
def test_what_was_asked_for_is_said(status: int) -> None:
    """With the place, and without what is asked about it; alike for all objects of a kind."""
    answer = Answer(status, {"detail": "no such thing"})
    with api_of(answer) as (api, server), pytest.raises(BackendError) as caught:
        api.call("PATCH", f"/deployments/{new_id()}", {}, query={"secret": "hush"})

    assert f"answered {status} to `PATCH {server.url}/deployments/{{id}}`" in caught.value.detail
    assert caught.value.hint


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
    with pytest.raises(BackendUnreachable, match="Cannot connect to the server"):
        api.get("/flows/1")
    api.close()


# What the answer of a server has for each deployment besides its names.
_ALWAYS: Mapping[str, Any] = {
    "parameters": {},
    "job_variables": {},
    "enforce_parameter_schema": True,
    "paused": False,
}


def test_pages_are_read_to_the_end() -> None:
    """As many at once as there probably are, in an order without ties, and on while they are full."""
    page = [{"id": str(number), "name": "n", "flow_id": "f", **_ALWAYS} for number in range(200)]
    with api_of(Answer(200, page), Answer(200, page[-8:])) as (api, server):
        assert len(api.every("deployments")) == 200

    asked: list[Any] = [each.body for each in server.asked]
    assert (asked[0]["offset"], {each["offset"] for each in asked}) == (0, {0, 192, 384})
    assert {(each["limit"], each["sort"]) for each in asked} == {(200, "CREATED_DESC")}


ODD_ANSWERS = {
    "no-json": b"hello",
    "half": b'[{"id": "x", "na',
    "not-utf-8": b'"\xff\xfe"',
    "deep": b"[" * 100_000,
    "nested": b'[{"id": "x", "name": "x", "flow_id": "x", "more": ' + b"[" * 300 + b"]" * 300 + b"}]",
    "long-number": b"[" + b"9" * 5000 + b"]",
    "empty": b"",
    "null": b"null",
    "text": b'"x"',
    "object": b'{"a": 1}',
    "numbers": b"[1, 2, 3]",
    "nan": b"NaN",
    "without-id": b'[{"name": "x"}]',
}


@pytest.mark.parametrize("content", ODD_ANSWERS.values(), ids=ODD_ANSWERS.keys())
@pytest.mark.parametrize("kind", ["deployments", "work_pools", "flows", "automations", "variables"])
def test_an_answer_that_is_no_list_of_objects_is_said(kind: str, content: bytes) -> None:
    """Nothing of it is taken for an empty list, and nothing of it is a bug of ours."""
    with api_of(Answer(200, content=content)) as (api, _), pytest.raises(BackendUnreachable) as caught:
        api.every(kind)

    assert "not like the API of a Prefect 3 server" in caught.value.detail
    assert "`/api`" in caught.value.hint


@pytest.mark.parametrize("content", ODD_ANSWERS.values(), ids=ODD_ANSWERS.keys())
def test_an_answer_that_is_no_object_is_said(content: bytes) -> None:
    """What was to be made needs an id to go on with."""
    with api_of(Answer(200, content=content)) as (api, _), pytest.raises(BackendUnreachable):
        api.made("/flows/", {})


@pytest.mark.parametrize("token", [Answer(200, {"x": 1}), Answer(200, content=b"oops"), Answer(200, [])])
def test_an_answer_without_csrf_token_is_said(token: Answer) -> None:
    """In place of a call that goes without."""
    refused = Answer(403, {"detail": "Missing CSRF token."})
    with api_of(refused, token, GOOD) as (api, _), pytest.raises(BackendUnreachable):
        api.post("/flows/", {})


def test_a_refusal_in_another_shape_is_still_a_refusal() -> None:
    """With what can be read of it."""
    body = {"exception_detail": [1, None, {"loc": 5, "msg": None}, {"type": "extra_forbidden", "loc": {}}]}
    for odd in (body, {"detail": "no", "exception_detail": 7}, [1], "x", None):
        with api_of(Answer(422, odd)) as (api, _), pytest.raises(Refused):
            api.post("/flows/", {})


@pytest.mark.parametrize("dribbles", [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\n["])
def test_an_answer_that_never_ends_is_given_up(dribbles: bytes) -> None:
    """Though each of its bytes comes in time: the whole has to."""
    with dribbling(dribbles) as url:
        api = Api(read_connection(url, {"PREFECT_API_REQUEST_TIMEOUT": "0.5"}))
        with pytest.raises(AnswerLost, match="did not respond in time"):
            api.get("/flows/1")
        api.close()


@pytest.mark.parametrize("is_busy", [True, False])
def test_a_server_that_answers_others_meanwhile_is_asked_again(is_busy: bool) -> None:
    """It has much to do, and is not gone."""
    slow = Answer(200, {"id": "1"}, after=5)
    with (
        api_of(slow, GOOD, environ={"PREFECT_API_REQUEST_TIMEOUT": "2"}) as (api, server),
        ThreadPoolExecutor(1) as pool,
    ):
        asked = pool.submit(api.get, "/flows/1")
        if is_busy:
            until(lambda: server.asked)
            api.get("/flows/2")
            assert asked.result() == {"id": "1"}
        else:
            with pytest.raises(AnswerLost, match="did not respond in time"):
                asked.result()
    assert len(server.asked) == (3 if is_busy else 1)


@pytest.mark.parametrize("version", ["2.20.25", "2.19.2"])
def test_a_prefect_2_server_is_told_by_its_version(version: str) -> None:
    """Once it was asked, no more is."""
    with api_of(Answer(200, version)) as (api, server):
        for _ in range(2):
            with pytest.raises(BackendRefused, match=f"is a Prefect {version} server") as caught:
                api.check_version()
        assert [asked.path for asked in server.asked] == ["/api/admin/version"]
    assert "`syntask upgrade --from-server`" in caught.value.hint


@pytest.mark.parametrize("answer", [Answer(200, "3.9.1"), Answer(404, {"detail": "Not Found"}), Answer(403)])
def test_other_servers_pass(answer: Answer) -> None:
    """Also where a proxy keeps the version to itself."""
    with api_of(answer) as (api, _):
        api.check_version()


@pytest.mark.parametrize(("value", "word"), [("half \ud83d", "lone surrogate"), (float("nan"), "number")])
def test_what_json_cannot_say_is_refused(value: Any, word: str) -> None:
    """Before it is sent."""
    with api_of(GOOD) as (api, server), pytest.raises(BackendRefused, match=word):
        api.post("/flows/", {"name": value})

    assert server.asked == []


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("deployments", "tags", [1]),
        ("deployments", "parameters", None),
        ("deployments", "schedules", [{"active": "yes"}]),
        ("flow_runs", "deployment_id", ["x"]),
        ("deployments", "parameter_openapi_schema", {"properties": {"a": 5}}),
        ("work_pools", "status", {}),
        ("variables", "tags", [{}]),
    ],
)
def test_a_value_of_another_type_is_said_with_its_place(kind: str, field: str, value: Any) -> None:
    """Whichever command reads it."""
    whole = {"id": "1", "name": "n", "flow_id": "f", **_ALWAYS, "type": "process", field: value}
    with api_of(Answer(200, [whole])) as (api, _), pytest.raises(BackendUnreachable, match=f"`{field}"):
        api.every(kind)


def test_what_a_server_adds_to_its_answers_is_no_problem() -> None:
    """Nor that an older one has less."""
    with api_of(Answer(200, [{"id": "1", "name": "n", "new": [1], "tags": None}])) as (api, _):
        assert len(api.every("variables")) == 1


@pytest.mark.parametrize(
    "date", ["x", "Mon, 1 Jan 99999999999 00:00:00 GMT", "Mon, 01 Jan 0001 00:00:00 +2359"]
)
def test_a_time_that_is_none_is_ours(date: str) -> None:
    """As where a server tells none."""
    with api_of(Answer(503, {}, {"Retry-After": date}), Answer(200, {}, {"Date": date})) as (api, _):
        api.get("/flows/1")
        assert api.server_time().year > 2000


def test_a_name_that_is_too_long_for_a_url_is_refused() -> None:
    with api_of(GOOD) as (api, server), pytest.raises(BackendRefused, match="too long"):
        api.get(f"/variables/name/{'x' * 100_000}")

    assert server.asked == []


def test_half_a_character_is_no_part_of_a_path() -> None:
    with pytest.raises(BackendRefused, match="lone surrogate"):
        part("a\udcff")


@pytest.mark.parametrize(
    ("environ", "hint"),
    [
        ({}, "Set PREFECT_API_KEY, or"),
        ({"PREFECT_API_KEY": "old"}, "The key or the password is wrong, or has expired."),
        ({"PREFECT_API_AUTH_STRING": "me:old"}, "The key or the password is wrong, or has expired."),
    ],
)
def test_credentials_that_were_sent_are_not_asked_for_again(environ: Mapping[str, str], hint: str) -> None:
    with api_of(Answer(401, {}), environ=environ) as (api, _), pytest.raises(BackendRefused) as caught:
        api.get("/flows/1")

    assert caught.value.hint.startswith(hint)


def test_a_server_that_was_never_reached_is_told_with_where_its_address_is_from() -> None:
    api = Api(read_connection(f"http://127.0.0.1:{free_port()}/api", {}))

    with pytest.raises(BackendUnreachable) as caught:
        api.get("/flows/1")

    assert "`--backend`, the target, SYNTASK_API_URL, PREFECT_API_URL" in caught.value.hint
