"""The schedules of a deployment go from one backend to another: never both, and what waits goes along.

As `upgrade switch` does it: the source stops, then the destination starts. Here, both sides have the same
deployment, so a run that was due and had not started is made anew on the destination, once, for its time.
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

# Schedules go over between two of their times where these are further apart: then nothing is due meanwhile.
_CLEAR = timedelta(seconds=5)
# What is due starts within so much on a worker that is not busy.
_STARTED = timedelta(seconds=1)
# What waited longer ago, before a copy that was interrupted, is named and not made: it may not be wanted now.
_STALE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Moved:
    """How schedules went over: the times of the runs that were *made anew* on the destination, because they
    were due on the source and had not started, and of those *missed* while neither side scheduled."""

    made_anew: tuple[datetime, ...] = ()
    missed: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Mover:
    """What it takes to move schedules from *source* to *destination*."""

    source: Backend
    destination: Backend
    moves: Moves
    clock: Clock
    wait: Wait

    def move(self, name: str) -> Moved:
        """Move the schedules of the deployment *name*; nothing where they were paused by somebody meanwhile.

        May be repeated after an end at any point. Raises BackendError and its kinds.
        """
        with self.moves.lock():
            stored = find_deployment(self.source, name)
            # Where the source schedules, it was not stopped, or somebody resumed it: that is a new move.
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
        """Stop the source, start the destination; the times that passed or wait without a run of either."""
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
        """Wait until a run that is due soon has started, so that the next one is some seconds away."""
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
        """Make the runs that waited, of those that are *lost*. The key of each is the same in every try."""
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
        with suppress(ValueError):  # it takes too long to tell
            times.append(first_time(timing, now))
    return min(filter(None, times), default=None)


def _passed(stored: Stored, since: datetime, until: datetime) -> list[datetime]:
    """The times of the schedules after *since*, up to *until*: those in which neither side made runs."""
    times: list[datetime] = []
    for timing in _timings(stored):
        with suppress(ValueError):
            if (first := first_time(timing, since)) is not None and first <= until:
                times += takewhile(lambda time: time <= until, occurrences(timing, since))
    return times
