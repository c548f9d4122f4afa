"""What the tests of the queue have in common: a deployment, and verbs with what is usual filled in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Protocol

from syntask_yaml.backend.base import OwnBackend, RunFilter
from syntask_yaml.backend.queue import Claim
from syntask_yaml.model.deployment import Deployment, Stored
from syntask_yaml.model.run import Run, RunRequest, State, StateType
from syntask_yaml.model.schedule import Cron, Schedule

RUNNING = State(StateType.RUNNING)
COMPLETED = State(StateType.COMPLETED)
ETL = Deployment(flow="etl", name="prod", entrypoint="flows/etl.py:etl", work_pool="default")
HOURLY = Schedule(timing=Cron("0 * * * *"))
LEASE = 30.0
YEARS = 10 * 365 * 86_400.0


class Clock(Protocol):
    now: datetime

    def advance(self, seconds: float) -> datetime: ...


Deploy = Callable[..., list[Stored]]


def claim(backend: OwnBackend, clock: Clock, pool: str = "default", **options: Any) -> Claim | None:
    return backend.claim(pool, worker="worker", now=clock.now, lease=LEASE, **options)


def claimed(backend: OwnBackend, clock: Clock, **options: Any) -> Claim:
    found = claim(backend, clock, **options)
    assert found is not None
    return found


def begun(backend: OwnBackend, clock: Clock) -> Claim:
    """A claim on a run that goes on."""
    found = claimed(backend, clock)
    assert backend.report(found, RUNNING, clock.now)
    return found


def ask(backend: OwnBackend, stored: Stored, **request: Any) -> Run:
    return backend.create_run(RunRequest(deployment_id=stored.id, **request))


def read(backend: OwnBackend, id: str) -> Run:
    run = backend.run(id)
    assert run is not None
    return run


def runs(backend: OwnBackend, *states: StateType) -> list[Run]:
    """The runs in the order in which they are due."""
    return backend.runs(RunFilter(states=frozenset(states), limit=1000))[::-1]


def due(backend: OwnBackend) -> list[datetime | None]:
    return [run.scheduled for run in runs(backend)]


def at(hour: int, minute: int = 0, second: int = 0, *, day: int = 2) -> datetime:
    return datetime(2026, 3, day, hour, minute, second, tzinfo=UTC)
