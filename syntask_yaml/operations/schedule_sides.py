"""The sides of a handover: deployments whose schedules are paused or resumed."""

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

# No limit: a run beyond it would count as missed.
_MOST = 10_000_000
_TRIES = 5
_TICK = timedelta(microseconds=1)


class Side(Protocol):
    """One side of a handover. All methods raise BackendError and its subclasses."""

    def coming(self) -> Sequence[datetime]:
        """Return the times of scheduled runs that nothing has taken yet, earliest first."""
        ...

    def stop(self) -> None:
        """Pause its schedules, and delete the runs created in advance. Idempotent."""
        ...

    def start(self) -> None:
        """Resume its schedules. Idempotent."""
        ...

    def taken_until(self, now: datetime) -> datetime | None:
        """Return the last time after *now* whose run has been taken already."""
        ...

    def times(self, since: datetime) -> frozenset[datetime]:
        """Return the times, from *since* on, of runs that its schedules created and nobody deleted."""
        ...

    def has_begun(self) -> bool:
        """Return whether it has created its first runs; with our own worker, that is not required."""
        ...

    def begins(self, now: datetime) -> datetime:
        """Return the time from which on it creates all runs: earlier ones are not made up for."""
        ...


@dataclass(frozen=True, slots=True)
class BackendSide:
    """The deployment *name* on a backend."""

    backend: Backend
    name: str

    def coming(self) -> list[datetime]:
        return sorted(run.scheduled for run in self.waiting() if run.scheduled)

    def stop(self) -> None:
        self._set_paused(paused=True)
        for run in self.waiting():
            with suppress(BackendConflict, NotFound):  # it started, or the backend deleted it, meanwhile
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
        """Return *now* for a server; our own worker counts from the resume of the schedules."""
        updated = self._stored().updated if self.backend.features.has_own_worker else None
        return updated or now

    def waiting(self) -> list[Run]:
        """Return the scheduled runs that nothing has taken yet.

        A failed run that waits for its retry is scheduled too, but was taken.
        """
        which = RunFilter(deployment=self.name, states=frozenset({StateType.SCHEDULED}), limit=_MOST)
        return [run for run in self.backend.runs(which) if run.is_scheduled and run.started is None]

    def _since(self, since: datetime) -> list[Run]:
        """Return the runs that schedules created for *since* or later, without cancelled ones."""
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
    """Return whether the schedules of a deployment create runs."""
    return not stored.deployment.paused and has_active_schedule(stored)


def has_active_schedule(stored: Stored) -> bool:
    """Return whether a deployment would create runs if it were not paused."""
    schedules = known(stored.deployment.schedules) or ()
    return any(schedule.active is not False for schedule in schedules)
