"""How many runs at a time: of a deployment, of a pool, of a queue."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

import pytest

from syntask_yaml.model.run import StateType
from tests.support.site import Site, until

Deployed = Callable[..., Site]


def at_a_time(site: Site) -> int:
    """The most runs of `overlaps` that went on at once."""
    now = most = 0
    for line in site.marked("overlaps"):
        now += 1 if line.startswith("begin") else -1
        most = max(most, now)
    return most


@pytest.mark.parametrize("limit", [1, 2])
def test_runs_beyond_the_limit_of_a_deployment_wait(deployed: Deployed, limit: int) -> None:
    """For a slot, whichever worker has room; all are executed in the end."""
    site = deployed(overlaps={"concurrency_limit": limit})
    runs = site.ask("overlaps", times=6)
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(site.worker())
        assert {site.until(run).state.type for run in runs} == {StateType.COMPLETED}
    assert 1 <= at_a_time(site) <= limit


def test_one_that_waits_says_so(deployed: Deployed) -> None:
    site = deployed(sleeps={"concurrency_limit": 1})
    with site.worker():
        (first,) = site.ask("sleeps")
        site.until(first, StateType.RUNNING)
        (second,) = site.ask("sleeps")
        until(lambda: site.run(second).state.name == "AwaitingConcurrencySlot")
        site.syntask("flow-run", "cancel", first, second)
        assert site.until(second).state.type is StateType.CANCELLED
        assert site.until(first).state.type is StateType.CANCELLED
    assert site.marked("began") == ["x"]


def test_runs_beyond_the_limit_may_be_cancelled(deployed: Deployed) -> None:
    limit = {"limit": 1, "collision_strategy": "CANCEL_NEW"}
    site = deployed(sleeps={"concurrency_limit": limit})
    with site.worker():
        (first,) = site.ask("sleeps", parameters={"seconds": 1.0})
        site.until(first, StateType.RUNNING)
        (second,) = site.ask("sleeps")
        assert site.until(second).state.type is StateType.CANCELLED
        assert site.until(first).state.type is StateType.COMPLETED
    assert site.marked("began") == ["x"]


def test_runs_beyond_the_limit_are_cancelled_by_a_worker_that_has_no_room(deployed: Deployed) -> None:
    """At once, while the first one goes on."""
    limit = {"limit": 1, "collision_strategy": "CANCEL_NEW"}
    site = deployed("returns", sleeps={"concurrency_limit": limit})
    runs = site.ask("sleeps", times=3)
    with site.worker("--limit", "1"):
        states = [site.until(run, StateType.RUNNING, StateType.CANCELLED).state.type for run in runs]
        (late,) = site.ask("sleeps")
        states += [site.until(late, StateType.CANCELLED).state.type]
        assert states == [StateType.RUNNING, *[StateType.CANCELLED] * 3]
        site.syntask("flow-run", "cancel", runs[0])
        site.until(runs[0])


def test_a_pool_has_a_limit(deployed: Deployed) -> None:
    """Over all deployments and workers."""
    site = deployed()
    site.syntask("work-pool", "create", "narrow", "--type", "process", "--concurrency-limit", "2")
    pool = {"work_pool": {"name": "narrow"}}
    entry = {"entrypoint": "plain.py:overlaps", **pool}
    site.deploy({"one": entry, "two": entry})
    runs = [*site.ask("one", times=3), *site.ask("two", times=3)]
    with site.worker("--pool", "narrow"), site.worker("--pool", "narrow"):
        assert {site.until(run).state.type for run in runs} == {StateType.COMPLETED}
    assert 1 <= at_a_time(site) <= 2


def test_a_worker_may_serve_one_queue(deployed: Deployed) -> None:
    """And leaves those of others."""
    site = deployed(
        returns={"work_pool": {"name": "default", "work_queue_name": "urgent"}},
        undecorated={"work_pool": {"name": "default"}},
    )
    (urgent,), (other,) = site.ask("returns"), site.ask("undecorated")
    site.work("--work-queue", "urgent")
    assert site.run(urgent).state.type is StateType.COMPLETED
    assert site.run(other).state.type is StateType.SCHEDULED


def test_a_pool_that_is_none(deployed: Deployed) -> None:
    """It is created, as with Prefect, unless its name looks like a slip, or nobody here serves its type."""
    site = deployed("returns")
    done = site.call("worker", "start", "--pool", "defualt", "--run-once")
    assert done.returncode == 1
    assert "`default`" in done.stderr
    done = site.call("worker", "start", "--pool", "far", "--type", "kubernetes", "--run-once")
    assert done.returncode == 1
    assert "`kubernetes`" in done.stderr

    done = site.call("worker", "start", "--pool", "local", "--run-once")
    assert "Created work pool `local` of type `process`." in done.stderr
    site.deploy({"returns": {"entrypoint": "plain.py:returns", "work_pool": {"name": "local"}}})
    (run,) = site.ask("returns")
    site.work("--pool", "local")
    assert site.run(run).state.type is StateType.COMPLETED
