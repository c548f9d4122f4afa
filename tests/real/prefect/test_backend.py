"""What deploying to a real server promises beyond the contract."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from syntask_yaml.backend.prefect.api import Api
from syntask_yaml.backend.prefect.backend import PrefectBackend
from syntask_yaml.backend.prefect.settings import read_connection
from syntask_yaml.errors import BackendConflict, BackendRefused, BackendUnreachable
from syntask_yaml.model.deployment import Deployment, Stored, Write
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.model.run import RunRequest
from syntask_yaml.model.schedule import Cron, Interval, Schedule
from syntask_yaml.model.value import known
from syntask_yaml.plan.changes import Action
from syntask_yaml.plan.diff import diff
from tests.support.flaky_proxy import Fault, flaky
from tests.support.prefect_server import PrefectServer, sqlite_server

EVENT = {"expect": ["never.comes"]}
DAILY = Schedule(timing=Cron("0 3 * * *"), slug="daily")
ETL = Deployment(
    flow="etl",
    name="prod",
    entrypoint="flows.py:etl",
    work_pool="real",
    project="shop",
    schedules=(DAILY, Schedule(timing=Interval(3600))),
    triggers=(EVENT, {**EVENT, "name": "mine"}),
)


@pytest.fixture(name="backend")
def _backend(sqlite: PrefectServer) -> Iterator[PrefectBackend]:
    sqlite.empty()
    with opened(sqlite.api) as with_pool:
        with_pool.create_pool(WorkPool(name="real", type="process"))
        yield with_pool


def opened(api: str, **environ: str) -> closing[PrefectBackend]:
    return closing(PrefectBackend.open(api, environ))


def deploy(backend: PrefectBackend, *wanted: Deployment, jobs: int = 1) -> list[Stored]:
    names = [each.full_name for each in wanted]
    there = {each.deployment.full_name: each for each in backend.deployments(names=names)}
    writes = [Write(there.get(each.full_name), each) for each in wanted]
    assert [None] * len(writes) == [written.error for written in backend.write(writes, jobs=jobs)]
    stored = {each.deployment.full_name: each for each in backend.deployments(names=names)}
    return [stored[name] for name in names]


def schedules(stored: Stored) -> tuple[Schedule, ...]:
    return known(stored.deployment.schedules) or ()


def actions(backend: PrefectBackend, wanted: Sequence[Deployment], **how: Any) -> list[Action]:
    actual = backend.deployments(
        names=[each.full_name for each in wanted], projects=[how["prune"]] if how.get("prune") else ()
    )
    return [change.action for change in diff(wanted, actual, **how)]


def test_workers_are_those_that_the_server_heard_of(backend: PrefectBackend) -> None:
    """It says who is online; how many runs each has is not known to it."""
    backend._api.post("/work_pools/real/workers/heartbeat", {"name": "theirs"})

    (found,) = backend.workers(pool="real")
    assert (found.name, found.pool, found.type, found.is_online) == ("theirs", "real", "process", True)
    assert (found.seen is not None, found.running) == (True, None)


def test_workers_are_read_completely(sqlite: PrefectServer, backend: PrefectBackend) -> None:
    """Servers keep those that are gone, and give two hundred at a time."""
    sent = [f"worker-{number:03}" for number in range(205)]
    with ThreadPoolExecutor(4) as pool:
        path = "/work_pools/real/workers/heartbeat"
        list(pool.map(lambda name: sqlite.request("POST", path, {"name": name}), sent))

    assert [worker.name for worker in backend.workers()] == sent


OFTEN = Schedule(timing=Interval(1), slug="often")


@pytest.mark.parametrize(
    "changes",
    [
        {"schedules": (OFTEN, replace(DAILY, active=False))},
        {"description": "another"},
        {"project": "another"},
        {"name": "another", "renamed_from": ETL.full_name},
    ],
    ids=["schedule", "field", "owner", "name"],
)
def test_a_change_loses_no_coming_run(
    sqlite: PrefectServer, backend: PrefectBackend, changes: dict[str, Any]
) -> None:
    """The server deletes those that it made ahead of all schedules, and makes them again a minute later."""
    before = replace(ETL, schedules=(OFTEN, DAILY))
    (stored,) = deploy(backend, before)
    sqlite.request("POST", f"/deployments/{stored.id}/schedule", {})
    due, began = _due(sqlite), datetime.now(UTC)
    assert [written.error for written in backend.write([Write(stored, replace(before, **changes))])] == [None]
    done = datetime.now(UTC)

    soon = {time for time in due if began < time < began + timedelta(seconds=60)}
    lost = soon - _due(sqlite)
    assert len(soon) > 30
    assert not {time for time in lost if time > done}


@pytest.mark.parametrize(
    "changes",
    [{"project": "another"}, {"name": "another", "renamed_from": ETL.full_name}],
    ids=["owner", "name"],
)
def test_what_a_worker_took_ahead_is_not_run_twice(
    sqlite: PrefectServer, backend: PrefectBackend, changes: dict[str, Any]
) -> None:
    """The schedules get new ids, so the server makes another run of the same time."""
    before = replace(ETL, schedules=(OFTEN,))
    (stored,) = deploy(backend, before)
    sqlite.request("POST", f"/deployments/{stored.id}/schedule", {})
    ahead = datetime.now(UTC) + timedelta(seconds=40)
    taken = next(
        run for run in sqlite.every("flow_runs") if datetime.fromisoformat(run["expected_start_time"]) > ahead
    )
    sqlite.request("POST", f"/flow_runs/{taken['id']}/set_state", {"state": {"type": "PENDING"}})

    assert [written.error for written in backend.write([Write(stored, replace(before, **changes))])] == [None]
    (made,) = backend.deployments()
    sqlite.request("POST", f"/deployments/{made.id}/schedule", {})

    of_that_time = [
        run["state_type"]
        for run in sqlite.every("flow_runs")
        if run["expected_start_time"] == taken["expected_start_time"]
    ]
    assert sorted(of_that_time) == ["CANCELLED", "PENDING"]


@pytest.mark.parametrize("changes", [{"paused": True}, {"schedules": (replace(OFTEN, active=False),)}])
def test_what_rests_gets_no_runs(
    sqlite: PrefectServer, backend: PrefectBackend, changes: dict[str, Any]
) -> None:
    before = replace(ETL, schedules=(OFTEN,))
    (stored,) = deploy(backend, before)
    sqlite.request("POST", f"/deployments/{stored.id}/schedule", {})
    assert [written.error for written in backend.write([Write(stored, replace(before, **changes))])] == [None]

    assert not {time for time in _due(sqlite) if time > datetime.now(UTC)}


def _due(server: PrefectServer) -> set[datetime]:
    """When runs are due, to the second."""
    times = (datetime.fromisoformat(run["expected_start_time"]) for run in server.every("flow_runs"))
    return {time.replace(microsecond=0) for time in times}


@pytest.mark.parametrize("after", ["changed", "deleted", "renamed"])
@pytest.mark.parametrize("meanwhile", ["changed", "schedule paused", "deleted"])
def test_each_deployment_is_compared_just_before_it_is_written(
    backend: PrefectBackend, after: str, meanwhile: str
) -> None:
    """What others write between two writes of one deploy is not overwritten."""
    second = replace(ETL, name="second")
    first, theirs = deploy(backend, ETL, second)
    wanted = {
        "changed": replace(second, description="ours"),
        "deleted": None,
        "renamed": replace(second, name="third", renamed_from=second.full_name),
    }
    writes = [Write(first, replace(ETL, description="ours")), Write(theirs, wanted[after])]
    done = backend.write(writes, jobs=1)
    assert next(done).error is None
    if meanwhile == "deleted":
        backend._api.delete(f"/deployments/{theirs.id}")
    elif meanwhile == "changed":
        backend._api.patch(f"/deployments/{theirs.id}", {"description": "theirs"})
    else:
        path = f"/deployments/{theirs.id}/schedules/{schedules(theirs)[0].id}"
        backend._api.patch(path, {"active": False})
    there = backend.deployments(names=[second.full_name])

    assert isinstance(next(done).error, BackendConflict)
    assert backend.deployments(names=[second.full_name, "etl/third"]) == there


@pytest.mark.parametrize("after", ["new", "renamed"])
def test_what_somebody_makes_meanwhile_is_not_written_over(backend: PrefectBackend, after: str) -> None:
    """A server takes the making of what is there for a change of it."""
    first, old = deploy(backend, ETL, replace(ETL, name="old"))
    wanted = replace(ETL, name="second", description="ours")
    second = Write(None, wanted)
    if after == "renamed":
        second = Write(old, replace(wanted, renamed_from=old.deployment.full_name))
    done = backend.write([Write(first, replace(ETL, description="ours")), second], jobs=1)
    assert next(done).error is None
    with opened(backend.url) as another:
        (theirs,) = deploy(another, replace(wanted, description="theirs"))

    assert isinstance(next(done).error, BackendConflict)
    assert backend.deployments(names=["etl/old", "etl/second"]) == [old, theirs]


@pytest.mark.torture
def test_planning_hundreds_costs_a_handful_of_requests(
    sqlite: PrefectServer, backend: PrefectBackend
) -> None:
    """Two pages of deployments, two of their flows, and one of automations; and nothing is written."""
    wanted = [
        Deployment(flow=f"flow-{number}", name="prod", entrypoint="f.py:f", work_pool="real", project="many")
        for number in range(210)
    ]
    deploy(backend, *wanted, jobs=8)
    with flaky(sqlite.api) as proxy, opened(proxy.api) as counting:
        assert set(actions(counting, wanted)) == {Action.UNCHANGED}

    assert len(proxy.seen) <= 5
    assert proxy.writes == []


def test_what_is_taken_over_keeps_its_rest_and_what_others_noted(
    sqlite: PrefectServer, backend: PrefectBackend
) -> None:
    """A deployment that nobody owned gets the label; a schedule that somebody paused stays so."""
    free = replace(ETL, project=None, schedules=(replace(DAILY, active=False),), paused=True)
    (stored,) = deploy(backend, free)
    flow = sqlite.request("GET", f"/deployments/{stored.id}")["flow_id"]
    body = {"name": "prod", "flow_id": flow, "labels": {"team": "data"}, "paused": True}
    daily = {"schedule": {"cron": "0 3 * * *"}, "slug": "daily", "active": False}
    sqlite.request("POST", "/deployments/", {**body, "schedules": [daily]})

    (owned,) = deploy(backend, replace(free, project="shop", schedules=ETL.schedules, paused=None))

    raw = sqlite.request("GET", f"/deployments/{stored.id}")
    assert (raw["labels"]["team"], raw["labels"]["syntask.project"]) == ("data", "shop")
    assert (owned.id, raw["paused"]) == (stored.id, True)
    assert {each["slug"]: each["active"] for each in raw["schedules"]} == {"daily": False, None: True}


def test_a_schedule_that_somebody_paused_stays_paused(sqlite: PrefectServer, backend: PrefectBackend) -> None:
    """Also when the deployment changes, and all of them keep their ids."""
    (before,) = deploy(backend, ETL)
    daily, hourly = schedules(before)
    sqlite.request("PATCH", f"/deployments/{before.id}/schedules/{daily.id}", {"active": False})
    sqlite.request("PATCH", f"/deployments/{before.id}", {"paused": True})

    assert actions(backend, [ETL]) == [Action.UNCHANGED]
    (after,) = deploy(backend, replace(ETL, description="changed"))

    found = {each.slug: (each.id, each.active) for each in schedules(after)}
    assert found == {"daily": (daily.id, False), None: (hourly.id, True)}
    assert after.deployment.paused is True


def test_what_somebody_changes_shows_with_what_it_was(sqlite: PrefectServer, backend: PrefectBackend) -> None:
    """Field by field."""
    (stored,) = deploy(backend, ETL)
    sqlite.request("PATCH", f"/deployments/{stored.id}", {"tags": ["theirs"], "description": "theirs"})
    (change,) = diff([ETL], backend.deployments(names=["etl/prod"]))

    assert {field.path: (field.before, field.after) for field in change.fields} == {
        "tags": (["theirs"], []),
        "description": ("theirs", None),
    }


def test_automations_of_others_stay(sqlite: PrefectServer, backend: PrefectBackend) -> None:
    """One that somebody made to run a deployment is no trigger of it, and is not deleted."""
    (stored,) = deploy(backend, ETL)
    action = {"type": "run-deployment", "source": "selected", "deployment_id": stored.id}
    trigger = {"type": "event", "posture": "Reactive", "expect": ["never.comes"]}
    sqlite.request("POST", "/automations/", {"name": "theirs", "trigger": trigger, "actions": [action]})

    assert actions(backend, [ETL]) == [Action.UNCHANGED]
    deploy(backend, replace(ETL, triggers=({**EVENT, "enabled": False},)))
    names = {each["name"]: each["enabled"] for each in sqlite.every("automations")}
    assert names == {"theirs": True, "prod__automation_1": False}
    assert [each.error for each in backend.write([Write(backend.deployments()[0], None)])] == [None]
    assert [each["name"] for each in sqlite.every("automations")] == ["theirs"]


def test_only_what_carries_the_label_is_pruned(sqlite: PrefectServer, backend: PrefectBackend) -> None:
    """With the runs that its schedules made ahead."""
    mine, gone, theirs, nobodys = (
        replace(ETL, name="mine"),
        replace(ETL, name="gone"),
        replace(ETL, name="theirs", project="other"),
        replace(ETL, name="nobodys", project=None),
    )
    stored = deploy(backend, mine, gone, theirs, nobodys)
    sqlite.request("POST", f"/deployments/{stored[1].id}/schedule", {"min_runs": 3})
    assert any(run["deployment_id"] == stored[1].id for run in sqlite.every("flow_runs"))

    changes = diff([mine], backend.deployments(projects=["shop"], names=["etl/mine"]), prune={"shop"})
    writes = [change.write for change in changes if change.write]
    assert [write.full_name for write in writes] == ["etl/gone"]
    assert [each.error for each in backend.write(writes)] == [None]

    assert {each["name"] for each in sqlite.every("deployments")} == {"mine", "theirs", "nobodys"}
    assert not any(run["deployment_id"] == stored[1].id for run in sqlite.every("flow_runs"))


def test_a_lost_answer_doubles_nothing(sqlite: PrefectServer, backend: PrefectBackend) -> None:
    """Neither schedules nor triggers, nor runs, though each call is made and its answer cut half the time."""
    deploy(backend, replace(ETL, schedules=()))
    faults = 0
    for seed in range(3):
        cut = flaky(sqlite.api, rate=0.4, seed=seed, faults=(Fault.CUT_AFTER,))
        with cut as proxy, opened(proxy.api) as unlucky:
            (stored,) = deploy(unlucky, replace(ETL, description=str(seed), triggers=(EVENT,) * (1 + seed)))
            assert len(schedules(stored)) == 2
            assert len(stored.deployment.triggers) == 1 + seed
            unlucky.create_pool(WorkPool(name=f"pool-{seed}", type="process"))
            unlucky.create_run(RunRequest(deployment_id=stored.id, name=f"run-{seed}"))
            faults += sum(each.fault is not None for each in proxy.writes)
    assert faults > 3
    assert len(sqlite.every("automations")) == 3
    runs = sorted(run["name"] for run in sqlite.every("flow_runs") if run["name"].startswith("run-"))
    assert runs == ["run-0", "run-1", "run-2"]


@pytest.mark.torture
def test_a_server_that_went_away_is_not_asked_for_each(
    sqlite: PrefectServer, backend: PrefectBackend
) -> None:
    """The first says why, the others that they were not tried."""
    with flaky(sqlite.api) as proxy, opened(proxy.api) as leaving:
        assert leaving.deployments() == []
        answers = leaving.write([Write(None, replace(ETL, name=f"d{number}")) for number in range(6)])
        first = next(answers)
        proxy.rate, proxy.faults = 1.0, (Fault.CUT_BEFORE,)
        rest = list(answers)

    assert first.error is None
    assert all(isinstance(each.error, BackendUnreachable) for each in rest)
    assert [each.error.detail.startswith("Not attempted") for each in rest if each.error] == [False] + [
        True
    ] * 4
    assert [each["name"] for each in sqlite.every("deployments")] == ["d0"]


def test_a_refusal_of_one_trigger_says_what_is_there(backend: PrefectBackend) -> None:
    """The deployment is made, and the next plan shows what is missing."""
    bad = replace(ETL, triggers=({"type": "metric", "metric": {"name": "lateness"}},))
    (written,) = backend.write([Write(None, bad)])

    assert isinstance(written.error, BackendRefused)
    assert "`etl/prod` was deployed, but not all of its triggers: " in written.error.detail
    assert actions(backend, [bad]) == [Action.UPDATE]


def test_a_failure_to_write_slas_names_them_and_not_the_triggers(sqlite: PrefectServer) -> None:
    """The deployment and its triggers are written; a server without SLAs refuses the rest."""
    sqlite.empty()
    api = Api(read_connection(sqlite.api, {}))
    with closing(PrefectBackend(api, is_cloud=True)) as backend:
        backend.create_pool(WorkPool(name="real", type="process"))
        (written,) = backend.write([Write(None, replace(ETL, sla=({"name": "soon", "duration": 60},)))])

    assert written.error is not None
    assert written.error.detail.startswith("`etl/prod` was deployed, but not its SLAs: ")


def test_new_queues_are_made_once_and_in_order(server: PrefectServer) -> None:
    """However many deployments name them at the same time."""
    server.empty()
    wanted = [
        replace(ETL, flow=f"flow-{number}", work_queue=f"queue-{number % 3}", schedules=(), triggers=())
        for number in range(40)
    ]
    with opened(server.api) as backend:
        backend.create_pool(WorkPool(name="real", type="process"))
        deploy(backend, *wanted, jobs=8)

    queues = server.request("POST", "/work_pools/real/queues/filter", {})
    priorities = {queue["name"]: queue["priority"] for queue in queues}
    assert priorities == {"default": 1, "queue-0": 2, "queue-1": 3, "queue-2": 4}


def test_a_step_that_no_stock_worker_has_is_refused(backend: PrefectBackend) -> None:
    """Before anything is written."""
    bad = replace(ETL, pull_steps=({"syntask.own.step": {}},))
    (written,) = backend.write([Write(None, bad)])

    assert isinstance(written.error, BackendRefused)
    assert "`syntask.own.step`" in written.error.detail
    assert backend.deployments() == []


def test_steps_and_references_are_stored_under_prefects_names(
    sqlite: PrefectServer, backend: PrefectBackend
) -> None:
    """And are no change."""
    clone = {"repository": "r", "access_token": "{{ syntask.blocks.secret.t }}"}
    wanted = replace(
        ETL,
        pull_steps=({"syntask.deployments.steps.git_clone": clone},),
        job_variables={"env": {"A": "{{ syntask.variables.a }}"}},
    )
    (stored,) = deploy(backend, wanted)

    raw = sqlite.request("GET", f"/deployments/{stored.id}")
    assert raw["pull_steps"] == [
        {
            "prefect.deployments.steps.git_clone": {
                "repository": "r",
                "access_token": "{{ prefect.blocks.secret.t }}",
            }
        }
    ]
    assert raw["job_variables"] == {"env": {"A": "{{ prefect.variables.a }}"}}
    assert actions(backend, [wanted]) == [Action.UNCHANGED]


def test_schedules_that_somebody_changed_meanwhile_are_a_conflict(
    sqlite: PrefectServer, backend: PrefectBackend
) -> None:
    """A server does not count that as a change of the deployment."""
    (stored,) = deploy(backend, ETL)
    daily, _ = schedules(stored)
    sqlite.request("PATCH", f"/deployments/{stored.id}/schedules/{daily.id}", {"active": False})
    (written,) = backend.write([Write(stored, replace(ETL, description="mine"))])

    assert isinstance(written.error, BackendConflict)


@pytest.mark.torture
def test_a_server_that_wants_a_login_and_csrf_tokens(migrated: Path, tmp_path: Path) -> None:
    """Both are given, also to calls at the same time; without the login it says which setting to make."""
    settings = {
        "PREFECT_SERVER_API_AUTH_STRING": "admin:hush",
        "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "true",
    }
    with sqlite_server(tmp_path, migrated=migrated, **settings) as server:
        with opened(server.api) as stranger, pytest.raises(BackendRefused) as caught:
            stranger.pools()
        assert "PREFECT_API_AUTH_STRING" in caught.value.hint

        with opened(server.api, PREFECT_API_AUTH_STRING="admin:hush") as guest:
            guest.create_pool(WorkPool(name="real", type="process"))
            deploy(guest, ETL, replace(ETL, name="other"), jobs=4)
            assert actions(guest, [ETL]) == [Action.UNCHANGED]

        with (
            opened(server.api, PREFECT_API_AUTH_STRING="admin:hush") as eager,
            ThreadPoolExecutor(8) as threads,
        ):
            assert all(threads.map(lambda _: eager.pools(), range(8)))
