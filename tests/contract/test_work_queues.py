"""Work queues: their order, their limits, and what a deploy needs of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from syntask_yaml.backend.base import Backend, OwnBackend
from syntask_yaml.backend.clock import utc_now
from syntask_yaml.errors import BackendConflict, BackendRefused, NotFound
from syntask_yaml.model.activity import Activity
from syntask_yaml.model.deployment import Deployment, Stored
from syntask_yaml.model.next_time import next_time
from syntask_yaml.model.pool import WorkPool, WorkQueue
from syntask_yaml.model.run import RunRequest
from syntask_yaml.model.schedule import Cron, Schedule
from tests.contract.queue import ETL, Clock, ask, at, claim, claimed

Deploy = Callable[..., list[Stored]]
DAY = timedelta(days=1)


def priorities(backend: Backend, pool: str) -> dict[str, int | None]:
    return {queue.name: queue.priority for queue in backend.queues() if queue.pool == pool}


def test_a_pool_has_a_default_queue(backend: Backend, pool: str) -> None:
    assert [WorkQueue(pool=pool, name="default", priority=1)] == [
        replace(queue, description=None) for queue in backend.queues() if queue.pool == pool
    ]


def test_a_queue_that_is_made_is_there(backend: Backend, pool: str) -> None:
    """All of it is read back; without a priority it comes last."""
    wanted = WorkQueue(pool=pool, name="high", description="d", concurrency_limit=2, is_paused=True)

    made = backend.create_queue(wanted)

    assert made == replace(wanted, priority=2)
    assert made in backend.queues()


def test_the_others_make_room(backend: Backend, pool: str) -> None:
    """As on a Prefect server: they keep their order and are counted again."""
    backend.create_queue(WorkQueue(pool=pool, name="a"))
    backend.create_queue(WorkQueue(pool=pool, name="b", priority=1))
    assert priorities(backend, pool) == {"b": 1, "default": 2, "a": 3}

    assert backend.update_queue(pool, "a", {"priority": 2}).priority == 2
    assert priorities(backend, pool) == {"b": 1, "a": 2, "default": 3}


def test_a_queue_is_changed(backend: Backend, pool: str) -> None:
    """What is not given keeps its value; null takes a limit away."""
    backend.create_queue(WorkQueue(pool=pool, name="a", description="d", concurrency_limit=2))
    backend.update_queue(pool, "a", {"is_paused": True})
    changed = backend.update_queue(pool, "a", {"concurrency_limit": None, "description": "e"})

    assert changed == WorkQueue(pool=pool, name="a", description="e", priority=2, is_paused=True)
    assert not backend.update_queue(pool, "a", {"is_paused": False}).is_paused


def test_a_queue_is_made_once(backend: Backend, pool: str) -> None:
    backend.create_queue(WorkQueue(pool=pool, name="a"))

    with pytest.raises(BackendConflict, match="already has a work queue `a`"):
        backend.create_queue(WorkQueue(pool=pool, name="a"))


def test_a_queue_of_a_pool_that_is_not_there(backend: Backend) -> None:
    with pytest.raises(NotFound, match="no work pool `nowhere`"):
        backend.create_queue(WorkQueue(pool="nowhere", name="a"))


def test_a_queue_that_is_not_there(backend: Backend, pool: str) -> None:
    with pytest.raises(NotFound, match="no work queue `a`"):
        backend.update_queue(pool, "a", {"is_paused": True})
    assert not backend.delete_queue(pool, "a")


@pytest.mark.parametrize("name", ["", "a/b", "100 %"])
def test_a_name_that_a_server_refuses_is_refused(backend: Backend, pool: str, name: str) -> None:
    with pytest.raises(BackendRefused):
        backend.create_queue(WorkQueue(pool=pool, name=name))


def test_a_queue_that_nobody_uses_is_deleted(backend: Backend, pool: str) -> None:
    backend.create_queue(WorkQueue(pool=pool, name="a"))

    assert backend.delete_queue(pool, "a")
    assert priorities(backend, pool) == {"default": 1}


def test_a_queue_that_a_deployment_uses_is_kept(backend: Backend, deploy: Deploy, pool: str) -> None:
    """It would wait for ever, or go elsewhere without a word."""
    deploy(Deployment(flow="etl", name="p", entrypoint="f.py:etl", work_pool=pool, work_queue="a"))

    with pytest.raises(BackendConflict, match="used by `etl/p`"):
        backend.delete_queue(pool, "a")
    with pytest.raises(BackendConflict, match="default work queue"):
        backend.delete_queue(pool, "default")


def test_queues_of_the_same_name_are_those_of_their_pool(backend: Backend, deploy: Deploy, pool: str) -> None:
    backend.create_pool(WorkPool(name="other", type="process"))
    backend.create_queue(WorkQueue(pool="other", name="a"))
    deploy(Deployment(flow="etl", name="p", entrypoint="f.py:etl", work_pool=pool, work_queue="a"))

    assert backend.delete_queue("other", "a")
    assert priorities(backend, pool) == {"default": 1, "a": 2}


_OWN = pytest.mark.own(reason="a server has workers of its own")


@_OWN
def test_a_queue_at_its_limit_is_left_out(backend: OwnBackend, deploy: Deploy, clock: Clock) -> None:
    """Runs of others go on; a queue without a slot takes none of the pool's."""
    backend.create_queue(WorkQueue(pool="default", name="one", priority=1, concurrency_limit=1))
    limited, free = deploy(replace(ETL, work_queue="one"), replace(ETL, name="free"))
    for stored in (limited, limited, free):
        ask(backend, stored, scheduled=at(9))

    first, second = claimed(backend, clock), claimed(backend, clock)
    assert [first.run.work_queue, second.run.work_queue] == ["one", "default"]
    assert claim(backend, clock) is None

    backend.update_queue("default", "one", {"concurrency_limit": 2})
    assert claimed(backend, clock).run.work_queue == "one"


@_OWN
def test_a_paused_queue_rests(backend: OwnBackend, deploy: Deploy, clock: Clock) -> None:
    backend.create_queue(WorkQueue(pool="default", name="rest", is_paused=True))
    (stored,) = deploy(replace(ETL, work_queue="rest"))
    ask(backend, stored, scheduled=at(9))
    assert claim(backend, clock) is None

    backend.update_queue("default", "rest", {"is_paused": False})
    assert claimed(backend, clock).run.work_queue == "rest"


@_OWN
def test_runs_that_wait_in_a_queue_survive_it(backend: OwnBackend, deploy: Deploy, clock: Clock) -> None:
    """They move to the default one."""
    (stored,) = deploy(replace(ETL, work_queue="old"))
    run = ask(backend, stored, scheduled=at(9))
    deploy(replace(ETL, work_queue=None))

    assert backend.delete_queue("default", "old")
    assert claimed(backend, clock).run.id == run.id


def test_the_activity_of_queues_is_that_of_their_deployments(
    backend: Backend, deploy: Deploy, pool: str
) -> None:
    """Whether the next run is there already or not: of a schedule that is far away, a server has none."""
    yearly, daily = (Schedule(timing=Cron(text)) for text in ("0 6 1 6 *", "0 7 * * *"))
    one = replace(ETL, name="one", work_pool=pool, schedules=(daily,))
    two = replace(one, name="two", work_queue="high", schedules=(yearly,))
    resting = replace(two, name="resting", schedules=(daily,), paused=True)
    first, second, _ = deploy(one, two, resting)
    due = datetime(2026, 3, 2, 11, tzinfo=UTC)
    made = [
        backend.create_run(RunRequest(deployment_id=first.id, scheduled=each)) for each in (due, due - DAY)
    ]
    for run in made:
        backend.cancel(run.id)
    queues = [queue for queue in backend.queues() if queue.pool == pool]
    now = utc_now()

    found = backend.queue_activity(queues, now)

    last = found[pool, "default"].last
    assert last is not None
    assert (last.id, last.deployment) == (made[0].id, "etl/one")
    assert found[pool, "default"].next == next_time(first.deployment, now)
    assert found[pool, "high"] == Activity(None, next_time(second.deployment, now))
    assert backend.queue_activity([], now) == {}
