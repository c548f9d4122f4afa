"""Move the schedules of a deployment to another backend: never active on both, and with waiting runs.

As in `upgrade switch`, the source stops, then the destination starts. Here, both sides have the same
deployment, so a due run that has not started is created again on the destination, once, for its time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from syntask_yaml.backend.base import Backend
from syntask_yaml.backend.clock import Clock
from syntask_yaml.model.deployment import Stored
from syntask_yaml.model.occurrences import first_time, occurrences
from syntask_yaml.model.run import RunRequest
from syntask_yaml.model.schedule import Timing
from syntask_yaml.model.value import known
from syntask_yaml.operations.copying.journal import Move, Moves, WaitingRun
from syntask_yaml.operations.deployments import find_deployment
from syntask_yaml.operations.handover import Handover, Wait
from syntask_yaml.operations.schedule_sides import BackendSide, is_on

# Schedules move between two of their times if these are further apart, so that no run is due then.
_CLEAR = timedelta(seconds=5)
# The time in which an idle worker starts a due run.
_STARTED = timedelta(seconds=1)
# Runs that waited longer, before an interrupted copy, are reported and not created: they may be unwanted.
_STALE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Moved:
    """The result of a move.

    *made_anew* are the times of due runs created again on the destination, *missed* those without a run.
    """

    made_anew: tuple[datetime, ...] = ()
    missed: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Mover:
    """Moves schedules from *source* to *destination*."""

    source: Backend
    destination: Backend
    moves: Moves
    clock: Clock
    wait: Wait

    def move(self, name: str) -> Moved:
        """Move the schedules of the deployment *name*, unless they were paused meanwhile.

        Safe to repeat after an interruption at any point. Raises BackendError and its subclasses.
        """
        with self.moves.lock():
            stored = find_deployment(self.source, name)
            # An active source was not stopped or was resumed: start a new move.
            begun = None if is_on(stored) else self.moves.all().get(name)
            if begun is None and not is_on(stored):
                return Moved()
            if begun is None:
                self._wait_until_clear(stored)
            move = self.moves.write(begun or self._begun(name))
            lost = self._hand_over(stored, move)
            made = tuple(self._make_anew(move, lost))
            self.moves.remove(move)
        return Moved(made, tuple(sorted(lost - set(made))))

    def _hand_over(self, stored: Stored, move: Move) -> frozenset[datetime]:
        """Stop the source, start the destination. Return the times without a run on either side."""
        source, destination = BackendSide(self.source, move.name), BackendSide(self.destination, move.name)
        handover = Handover(source, destination, self.clock, self.wait)
        handover.stop()
        handover.start()
        lost = frozenset(handover.missed([each.due for each in move.waiting]))
        passed = frozenset(_passed(stored, move.began, destination.begins(self.clock())))
        if passed - lost:
            lost |= passed - source.times(move.began) - destination.times(move.began)
        return lost

    def _wait_until_clear(self, stored: Stored) -> None:
        """Wait until runs that are due soon have started, so that the next one is some seconds away."""
        now = self.clock()
        due = _next_due(stored, now)
        if due is not None and due - now <= _CLEAR:
            self.wait((due - now + _STARTED).total_seconds())

    def _begun(self, name: str) -> Move:
        runs = BackendSide(self.source, name).waiting()
        waiting = [WaitingRun(run.scheduled, run.parameters) for run in runs if run.scheduled]
        return Move(
            name=name,
            source=self.source.url,
            destination=self.destination.url,
            began=self.clock(),
            waiting=tuple(sorted(waiting, key=lambda run: run.due)),
        )

    def _make_anew(self, move: Move, lost: frozenset[datetime]) -> Iterator[datetime]:
        """Create the waiting runs for the times in *lost*. The key of each is the same in every attempt."""
        waiting = [run for run in move.waiting if run.due in lost]
        if not waiting or self.clock() - move.began > _STALE:
            return
        deployment = find_deployment(self.destination, move.name)
        seen: Counter[datetime] = Counter()
        for run in waiting:
            seen[run.due] += 1
            request = RunRequest(
                deployment_id=deployment.id,
                parameters=run.parameters,
                scheduled=run.due,
                idempotency_key=f"moved {run.due.isoformat()} {seen[run.due]}",
            )
            self.destination.create_run(request)
            yield run.due


def _timings(stored: Stored) -> Sequence[Timing]:
    return [each.timing for each in known(stored.deployment.schedules) or () if each.active is not False]


def _next_due(stored: Stored, now: datetime) -> datetime | None:
    times = []
    for timing in _timings(stored):
        with suppress(ValueError):  # too expensive to compute
            times.append(first_time(timing, now))
    return min(filter(None, times), default=None)


def _passed(stored: Stored, since: datetime, until: datetime) -> list[datetime]:
    """Return the times of the schedules after *since*, up to *until*, when neither side created runs."""
    times: list[datetime] = []
    for timing in _timings(stored):
        with suppress(ValueError):
            if (first := first_time(timing, since)) is not None and first <= until:
                times += takewhile(lambda time: time <= until, occurrences(timing, since))
    return times
