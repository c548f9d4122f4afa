"""The times of future runs: of scheduled runs, and of schedules beyond them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cache, partial
from itertools import chain
from operator import itemgetter

from syntask_yaml.backend.base import Backend, RunFilter
from syntask_yaml.model.deployment import Stored
from syntask_yaml.model.next_time import STEPS, next_time, timings
from syntask_yaml.model.occurrences import occurrences
from syntask_yaml.model.run import Run, StateType
from syntask_yaml.model.schedule import Timing
from syntask_yaml.operations.status.window import Window

# The maximum number of times of a schedule that are counted in a slot.
_MOST_IN_SLOT = 60
_TICK = timedelta(microseconds=1)


def coming_runs(backend: Backend, window: Window, *, limit: int) -> list[Run]:
    """Return the scheduled runs that are due in the future, the next one first."""
    which = frozenset({StateType.SCHEDULED})
    return backend.runs(RunFilter(states=which, after=window.now, until=window.until, limit=limit))


def next_deployments(backend: Backend, window: Window, *, limit: int) -> list[Stored]:
    """Return the deployments whose schedules fire next, in this order, computed from the schedules."""
    firsts = ((next_time(each.deployment, window.now), each) for each in backend.deployments())
    firing = [(first, each) for first, each in firsts if first is not None and first < window.until]
    return [each for _, each in sorted(firing, key=itemgetter(0))[:limit]]


def coming_times(stored: Iterable[Stored], window: Window) -> Mapping[str, frozenset[datetime]]:
    """Return the times in *window* at which the schedules of deployments fire, by `flow/name`."""
    times_of = cache(partial(_times_of, window))
    return {
        each.deployment.full_name: frozenset(chain.from_iterable(map(times_of, timings(each.deployment))))
        for each in stored
    }


def _times_of(window: Window, timing: Timing) -> Sequence[datetime]:
    found: list[datetime] = []
    with suppress(Exception):  # the libraries raise any exception; keep the times so far
        found.extend(_walk(timing, window))
    return found


def _walk(timing: Timing, window: Window) -> Iterator[datetime]:
    """Yield the times in the window, up to the limit of each slot."""
    in_slot = Counter[int]()
    times = occurrences(timing, window.now, steps=STEPS)
    while (time := next(times, window.until)) < window.until:
        yield time
        slot = window.slot(time)
        in_slot[slot] += 1
        if in_slot[slot] == _MOST_IN_SLOT:
            times = occurrences(timing, window.start(slot + 1) - _TICK, steps=STEPS)
