"""How a backend stands: what runs, what is late and why, what failed, and what comes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from syntask_yaml.backend.base import OwnBackend
from syntask_yaml.model.run import StateType
from syntask_yaml.operations.status.read import read_status
from syntask_yaml.operations.status.window import SCALES, Window
from tests.contract.queue import ETL, HOURLY, Clock, Deploy, ask

DAY = SCALES["day"]


def test_what_is_late_says_why_and_what_comes_is_known(
    backend: OwnBackend, deploy: Deploy, clock: Clock, pool: str
) -> None:
    """On every backend, though nothing ever served its pool; what was cancelled is neither."""
    now = clock.now if backend.features.has_own_worker else datetime.now(UTC)
    hourly, _ = deploy(
        replace(ETL, work_pool=pool, schedules=(HOURLY,)),
        replace(ETL, name="paused", work_pool=pool, schedules=(HOURLY,), paused=True),
    )
    late = ask(backend, hourly, scheduled=now - timedelta(minutes=5))
    backend.cancel(ask(backend, hourly, scheduled=now - timedelta(minutes=6)).id)

    status = read_status(backend, Window.around(now, DAY))

    (group,) = status.late
    assert ([late.id], {"no-worker"}) == (
        [run.id for run in group.runs],
        {reason.rule.code for reason in group.reasons} & {"no-worker"},
    )
    assert (status.running, status.failed, status.unserved) == ((), (), (pool,))
    times = [time for time, _ in status.coming]
    assert {name for _, name in status.coming} == {"etl/prod"}
    assert times[:3] == [_hour(now) + timedelta(hours=number) for number in (1, 2, 3)]
    (lane,) = status.timeline.lanes
    assert sum(lane.coming) in (24, 25)
    assert lane.runs.get(StateType.SCHEDULED) == 1


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
