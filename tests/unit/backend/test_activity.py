"""When something ran last and runs next, over all its deployments."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from syntask_yaml.backend.activity import activity_by, flow_of, queue_of
from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.model.activity import Activity
from syntask_yaml.model.deployment import Deployment, Write
from syntask_yaml.model.run import RunRequest, State, StateType
from syntask_yaml.model.schedule import Cron, Schedule
from syntask_yaml.operations.pool_states import list_pools

NOW = datetime(2026, 3, 2, 12, 0, 30, tzinfo=UTC)


def test_the_last_and_the_next_run_of_all_deployments(tmp_path: Path) -> None:
    """Of what two deployments share, the latest and the soonest; a paused one comes no more."""
    clock = [NOW]
    six, seven = (Schedule(timing=Cron(f"0 {hour} * * *")) for hour in (6, 7))
    first = Deployment(flow="etl", name="first", work_pool="default", schedules=(seven,))
    second = replace(first, name="second", schedules=(six,), work_queue="fast")
    paused = replace(first, flow="load", name="paused", schedules=(six,), paused=True)
    with closing(EmbeddedBackend.open(tmp_path / "syntask.db", clock=lambda: clock[0])) as backend:
        written = list(backend.write([Write(None, each) for each in (first, second, paused)]))
        for done in written[:2]:
            clock[0] = clock[0].replace(minute=clock[0].minute + 1)
            backend.create_run(RunRequest(deployment_id=str(done.id)))
            claim = backend.claim("default", worker="w", now=clock[0], lease=60)
            assert claim is not None
            backend.report(claim, State(StateType.RUNNING), clock[0])
        by_queue, by_flow = (activity_by(key, backend, clock[0]) for key in (queue_of, flow_of))
        ((pool, of_pool),) = list_pools(backend, clock[0])

    at_six, at_seven = (datetime(2026, 3, 3, hour, tzinfo=UTC) for hour in (6, 7))
    last = of_pool.last
    assert last is not None
    assert (pool.name, last.deployment, of_pool.next) == ("default", "etl/second", at_six)
    assert by_queue["default", "fast"] == Activity(last, at_six)
    assert by_queue["default", "default"].next == at_seven
    assert by_flow == {"etl": Activity(last, at_six), "load": Activity()}
