"""A side of a handover: a deployment whose schedules stop or start."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from syntask_yaml.backend.base import Backend, RunFilter
from syntask_yaml.errors import BackendConflict, NotFound
from syntask_yaml.model.deployment import Stored
from syntask_yaml.model.run import Run, StateType
from syntask_yaml.model.value import known
from syntask_yaml.operations.deployments import find_deployment, set_paused

# All of them: a run that is not seen would be taken for one that nobody made.
_MOST = 10_000_000
_TRIES = 5
_TICK = timedelta(microseconds=1)


class Side(Protocol):
    """One of the deployments, and what is asked of it. All verbs raise BackendError and its kinds."""

    def coming(self) -> Sequence[datetime]:
        """The times of runs that its schedules made and that nothing has taken yet, the earliest first."""
        ...

    def stop(self) -> None:
        """Let its schedules rest, and drop what they made ahead. May be repeated."""
        ...

    def start(self) -> None:
        """Let its schedules go on. May be repeated."""
        ...

    def taken_until(self, now: datetime) -> datetime | None:
        """Return the last time, later than *now*, for which something has taken a run already."""
        ...

    def times(self, since: datetime) -> frozenset[datetime]:
        """Return the times, from *since* on, for which its schedules made runs that were not dropped."""
        ...

    def has_begun(self) -> bool:
        """Return whether it has made its first runs; where a worker of ours makes them, it need not have."""
        ...

    def begins(self, now: datetime) -> datetime:
        """Return the time after which it makes all of its runs: nobody makes up for those before."""
        ...


@dataclass(frozen=True, slots=True)
class BackendSide:
    """The deployment called *name* on a backend."""

    backend: Backend
    name: str

    def coming(self) -> list[datetime]:
        return sorted(run.scheduled for run in self.waiting() if run.scheduled)

    def stop(self) -> None:
        self._set_paused(paused=True)
        for run in self.waiting():
            with suppress(BackendConflict, NotFound):  # it began, or the backend dropped it, meanwhile
                self.backend.cancel(run.id)

    def start(self) -> None:
        self._set_paused(paused=False)

    def taken_until(self, now: datetime) -> datetime | None:
        taken = (run for run in self._since(now) if run.state.type is not StateType.SCHEDULED)
        return max((run.scheduled for run in taken if run.scheduled), default=None)

    def times(self, since: datetime) -> frozenset[datetime]:
        return frozenset(run.scheduled for run in self._since(since) if run.scheduled)

    def has_begun(self) -> bool:
        return self.backend.features.has_own_worker or bool(self.waiting())

    def begins(self, now: datetime) -> datetime:
        """Return a server has looked by *now*; our own worker looks from when the schedules were resumed."""
        updated = self._stored().updated if self.backend.features.has_own_worker else None
        return updated or now

    def waiting(self) -> list[Run]:
        """Return the runs that its schedules made and that nothing has taken yet.

        One that failed and is tried again is scheduled, too, and was taken.
        """
        which = RunFilter(deployment=self.name, states=frozenset({StateType.SCHEDULED}), limit=_MOST)
        return [run for run in self.backend.runs(which) if run.is_scheduled and run.started is None]

    def _since(self, since: datetime) -> list[Run]:
        """Return the runs that schedules made for *since* or later, and that nobody cancelled."""
        runs = self.backend.runs(RunFilter(deployment=self.name, after=since - _TICK, limit=_MOST))
        return [run for run in runs if run.is_scheduled and run.state.type is not StateType.CANCELLED]

    def _stored(self) -> Stored:
        return find_deployment(self.backend, self.name)

    def _set_paused(self, *, paused: bool) -> None:
        for left in reversed(range(_TRIES)):
            stored = self._stored()
            if stored.deployment.paused is paused:
                return
            try:
                set_paused(self.backend, [stored], paused=paused)
                return
            except BackendConflict:
                if not left:
                    raise


def is_on(stored: Stored) -> bool:
    """Return whether the schedules of a deployment make runs."""
    return not stored.deployment.paused and has_active_schedule(stored)


def has_active_schedule(stored: Stored) -> bool:
    """Return whether a deployment would make runs if it were not paused."""
    schedules = known(stored.deployment.schedules) or ()
    return any(schedule.active is not False for schedule in schedules)
