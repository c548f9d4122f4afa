"""Runs: find one, watch one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from syntask_yaml.backend.base import Backend, RunFilter
from syntask_yaml.errors import NotFound
from syntask_yaml.model.run import LogLine, Run, State, StateType

_POLL_SECONDS = 0.2


def find_run(backend: Backend, id: str | None) -> Run:
    """The run whose id is *id*, or begins with it; without one, the run that began last.

    Raises NotFound.
    """
    if id is None:
        return _latest(backend)
    run = backend.run(id)
    if run is None:
        raise NotFound(f"The backend has no run `{id}`.", hint="`syntask flow-run ls` lists the latest ones.")
    return run


def _latest(backend: Backend) -> Run:
    begun = [run for run in backend.runs(RunFilter(states=_BEGUN)) if run.started is not None]
    if not begun:
        raise NotFound("No run has begun yet.", hint="`syntask deployment run NAME` makes one.")
    return max(begun, key=lambda run: run.started or datetime.min)


# A run that waits has nothing to show.
_BEGUN = frozenset(StateType) - {StateType.SCHEDULED}


@dataclass(frozen=True, slots=True)
class StateSeen:
    """A watched run is in another state than before."""

    state: State


def watch(
    backend: Backend, run: Run, *, sleep: Callable[[float], None] = time.sleep
) -> Iterator[StateSeen | LogLine]:
    """What a run goes through, as it happens, until it has ended."""
    seen: State | None = None
    lines = 0
    while True:
        current = find_run(backend, run.id)  # before the lines, so that the last ones are not missed
        for line in backend.logs(run.id, after=lines):
            lines += 1
            yield line
        if current.state != seen:
            seen = current.state
            yield StateSeen(seen)
        if current.state.type.is_final:
            return
        sleep(_POLL_SECONDS)
