"""What is read in pages is read completely: names that repeat, and others who write meanwhile.

SYNTASK_TORTURE_DEPLOYMENTS says of how many deployments; `make torture` says thirteen hundred.
"""

from __future__ import annotations

import json
import os
import random
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest

from syntask_yaml.backend.base import RunFilter
from syntask_yaml.backend.clock import utc_now
from syntask_yaml.backend.prefect import runs
from syntask_yaml.backend.prefect.backend import PrefectBackend
from syntask_yaml.backend.prefect.bodies import Raw
from syntask_yaml.backend.prefect.pages import PAGE
from syntask_yaml.backend.prefect.queues import every_queue, queues_by_pool
from syntask_yaml.errors import BackendConflict
from syntask_yaml.model.block import Variable
from syntask_yaml.model.deployment import Deployment, Write
from syntask_yaml.model.pool import WorkPool, WorkQueue
from syntask_yaml.model.run import RunRequest
from syntask_yaml.operations.pool_states import list_pools, list_queues
from syntask_yaml.plan.changes import Action
from syntask_yaml.plan.diff import diff
from tests.support.flaky_proxy import flaky
from tests.support.prefect_server import PrefectServer

# Each flow has three deployments, and each third has a trigger.
NAMES = ("prod", "dev", "staging")
COUNT = int(os.environ.get("SYNTASK_TORTURE_DEPLOYMENTS", "210"))  # two pages
OURS = [
    Deployment(
        flow=f"flow-{number // 3}",
        name=NAMES[number % 3],
        entrypoint="flows.py:f",
        work_pool="many",
        project="many",
        triggers=({"expect": ["never.comes"]},) if number % 6 == 0 else (),
    )
    for number in random.Random(0).sample(range(COUNT), COUNT)
]
NAMED = sorted(each.full_name for each in OURS)


@pytest.fixture(name="backend", scope="module")
def _backend(server: PrefectServer) -> Iterator[PrefectBackend]:
    server.empty()
    # A busy server on SQLite lets a write wait for more than a minute.
    with closing(PrefectBackend.open(server.api, {"PREFECT_API_REQUEST_TIMEOUT": "300"})) as backend:
        backend.create_pool(WorkPool(name="many", type="process"))
        for written in backend.write([Write(None, each) for each in OURS], jobs=8):
            assert written.error is None, written.error
        yield backend
    server.empty()


def read(backend: PrefectBackend) -> list[str]:
    return [each.deployment.full_name for each in backend.deployments(projects=["many"])]


@pytest.mark.torture
def test_names_that_repeat_are_each_read_once(backend: PrefectBackend) -> None:
    """Also those that are read by name, with their triggers: nothing is to be changed."""
    assert read(backend) == NAMED
    changes = diff(OURS, backend.deployments(names=NAMED))
    assert {change.action for change in changes} == {Action.UNCHANGED}
    assert len(changes) == COUNT


def test_a_page_is_asked_for_as_many_names_as_fit(server: PrefectServer, backend: PrefectBackend) -> None:
    """And none for flows: ours say which flow they are of. Of anybody else's, one for all flows."""
    flow = server.request("POST", "/flows/", {"name": "flow-0"})["id"]
    made = server.request("POST", "/deployments/", {"name": "theirs", "flow_id": flow})["id"]
    with flaky(server.api) as proxy:
        for names, asked in ((NAMED, {"deployments": -(-COUNT // 198)}), (["flow-0/theirs"], {"flows": 1})):
            proxy.seen.clear()
            with closing(PrefectBackend.open(proxy.api, {"PREFECT_API_REQUEST_TIMEOUT": "300"})) as another:
                found = [each.deployment.full_name for each in another.deployments(names=names)]
            assert found == names
            counted = Counter(each.path.split("/")[2] for each in proxy.seen)
            assert (
                counted.pop("automations") <= 2 + COUNT // 6 // 200
            )  # in pages, as each sixth has a trigger
            assert counted == {"deployments": 1, **asked}
    server.request("DELETE", f"/deployments/{made}")


def test_lists_of_pools_and_queues_do_not_read_all_deployments(
    server: PrefectServer, backend: PrefectBackend
) -> None:
    """However many there are: the first page of them tells of schedules that no run was made for yet."""
    (first,) = backend.deployments(names=["flow-0/staging"])
    run = backend.create_run(RunRequest(deployment_id=first.id))
    backend.cancel(run.id)
    with flaky(server.api) as proxy, closing(PrefectBackend.open(proxy.api, {})) as another:
        for listed in (list_pools, list_queues):
            proxy.seen.clear()
            found = {place.name: activity for place, activity in listed(another, utc_now())}
            name = "many" if listed is list_pools else "default"
            last = found[name].last
            assert (last and last.id) == run.id
            asked = Counter(each.path.removeprefix("/api/") for each in proxy.seen)
            assert sum(asked.values()) <= 9, asked
            read = [json.loads(each.body) for each in proxy.seen if each.path.endswith("deployments/filter")]
            # Those of queues without a run that was made ahead, and the one of the run.
            assert all({"work_pool_queues", "deployments"} & body.keys() for body in read)
            assert len(read) <= 2


def test_queues_are_the_same_in_their_list_and_pool_by_pool(backend: PrefectBackend) -> None:
    """The list lacks some on PostgreSQL where hundreds of pools have queues of one name."""
    backend.create_pool(WorkPool(name="a-b c", type="process"))
    backend.create_queue(WorkQueue(pool="a-b c", name="high"))
    found, again = (
        sorted((raw["work_pool_name"], raw["name"], raw["id"]) for raw in read(backend._api))
        for read in (every_queue, queues_by_pool)
    )
    assert [place[:2] for place in found if place[0] == "a-b c"] == [("a-b c", "default"), ("a-b c", "high")]
    assert found == again


def test_a_full_page_of_others_hides_none(backend: PrefectBackend) -> None:
    """A server filters by flows and by names apart: each of these flows has three of the names."""
    names = sorted(f"flow-{number}/{NAMES[number % 3]}" for number in range(COUNT // 3))
    assert [each.deployment.full_name for each in backend.deployments(names=names)] == names


@contextmanager
def somebody_writing(server: PrefectServer) -> Iterator[None]:
    """Somebody creates and deletes deployments, until they have done so at least once."""
    ended, began = threading.Event(), threading.Event()
    flow = server.request("POST", "/flows/", {"name": "a-theirs"})["id"]

    def write() -> None:
        made: list[str] = []
        number = 0
        while not ended.is_set():
            body = {"name": f"a-{number}", "flow_id": flow}
            made.append(server.request("POST", "/deployments/", body)["id"])
            number += 1
            if len(made) > 20:
                server.request("DELETE", f"/deployments/{made.pop(number % 20)}")
            began.set()

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        try:
            assert began.wait(60)
            yield
        finally:
            ended.set()
        writing.result()


def test_ours_are_complete_while_others_write(server: PrefectServer, backend: PrefectBackend) -> None:
    """Each time; or it is said that the server changes, and nothing is told of it."""
    complete = 0
    with somebody_writing(server):
        for _ in range(4):
            with suppress(BackendConflict):
                assert read(backend) == NAMED
                assert len(backend.deployments(names=NAMED)) == COUNT
                complete += 1
    assert complete


def test_runs_that_are_due_at_the_same_time_are_each_listed_once(
    server: PrefectServer, backend: PrefectBackend
) -> None:
    """As many as are asked for, though their times tell no order."""
    (first,) = backend.deployments(names=["flow-0/prod"])
    due = backend._clock()
    made = {
        backend.create_run(RunRequest(deployment_id=first.id, scheduled=due, name=f"run-{number}")).id
        for number in range(230)
    }
    which = RunFilter(deployment="flow-0/prod", limit=1000)
    assert sorted(run.id for run in backend.runs(which)) == sorted(made)
    assert len({run.id for run in backend.runs(RunFilter(deployment="flow-0/prod", limit=210))}) == 210


def test_runs_of_many_deployments_are_asked_for_in_parts(
    backend: PrefectBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the latest of all of them come first, whichever part they are in."""
    monkeypatch.setattr(runs, "_BATCH_SIZE", 2)
    some = backend.deployments(names=[f"flow-{number}/dev" for number in range(5, 12)])
    due = backend._clock() + timedelta(days=30)
    made = [
        backend.create_run(RunRequest(deployment_id=each.id, scheduled=due + timedelta(hours=hours))).id
        for each, hours in zip(some, (3, 1, 6, 2, 5, 7, 4), strict=True)
    ]
    latest = [made[index] for index in (5, 2, 4, 6, 0, 3, 1)]
    ids = frozenset(each.id for each in some)
    assert [run.id for run in backend.runs(RunFilter(of=ids))] == latest
    assert [run.id for run in backend.runs(RunFilter(of=ids, limit=3))] == latest[:3]


def test_logs_and_variables_of_several_pages_are_complete(
    server: PrefectServer, backend: PrefectBackend
) -> None:
    """And who follows a run gets the lines that are new, once."""
    for number in range(205):
        backend.set_variable(Variable(f"v{number}", number))
    found = [each.name for each in backend.variables()]
    assert sorted(found) == sorted(f"v{number}" for number in range(205))

    (first,) = backend.deployments(names=["flow-0/dev"])
    run = backend.create_run(RunRequest(deployment_id=first.id))
    _log(server, run.id, range(450))
    assert [line.message for line in backend.logs(run.id)] == [str(number) for number in range(450)]
    _log(server, run.id, range(450, 460))
    new = [line.message for line in backend.logs(run.id, after=450)]
    assert new == [str(number) for number in range(450, 460)]
    with closing(PrefectBackend.open(server.api, {})) as another:
        assert [line.message for line in another.logs(run.id, after=455)] == new[5:]


def test_workers_that_are_heard_from_meanwhile_are_all_listed(
    server: PrefectServer, backend: PrefectBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server lists first whom it heard from last: one of the last page moves to one that was read."""
    backend.create_pool(WorkPool(name="crowd", type="process"))
    names = [f"worker-{number:03}" for number in range(PAGE + 20)]

    def is_alive(name: str) -> None:
        server.request("POST", "/work_pools/crowd/workers/heartbeat", {"name": name})

    for name in names:
        is_alive(name)
    every, quiet = backend._api.every, iter(names)
    listed = backend._api.listed

    def with_signs_of_life(path: str, kind: str, body: Mapping[str, Any]) -> list[Raw]:
        raws = listed(path, kind, body)
        if len(raws) == PAGE and (name := next(quiet, "")) < "worker-003":
            is_alive(name)
        return raws

    monkeypatch.setattr(backend._api, "listed", with_signs_of_life)
    assert [raw["name"] for raw in every("workers", of="/work_pools/crowd")].count(names[0]) == 0
    assert [each.name for each in backend.workers(pool="crowd")] == names


def _log(server: PrefectServer, run_id: str, numbers: range) -> None:
    lines = [
        {
            "name": "flow",
            "level": 20,
            "message": str(number),
            "timestamp": f"2026-01-01T00:00:00.{number:06d}Z",
            "flow_run_id": run_id,
        }
        for number in numbers
    ]
    server.request("POST", "/logs/", lines)
