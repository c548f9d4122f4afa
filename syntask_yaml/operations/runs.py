"""Find, follow and retry runs."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter
from typing import TypeAlias

from syntask_yaml.backend.base import ALL_LINES, Backend, LogFilter, RunFilter
from syntask_yaml.backend.run_states import no_such_run
from syntask_yaml.errors import BackendConflict, BackendUnreachable, NotFound, SyntaskError
from syntask_yaml.model.run import LogLine, Run, State, StateType
from syntask_yaml.operations.deployments import find_deployment

FAILED = frozenset({StateType.FAILED, StateType.CRASHED})
# A scheduled run has no logs and task runs.
_BEGUN = frozenset(StateType) - {StateType.SCHEDULED}
_UNSUCCESSFUL = frozenset(StateType) - {StateType.COMPLETED}
_POLL_SECONDS = 0.2
# A running worker takes a due run much sooner.
_PATIENCE_SECONDS = 15.0
# The states of a run that waits for a worker; in others it waits for a slot, or for a retry.
_FOR_A_WORKER = frozenset({"Scheduled", "Late"})


def find_run(backend: Backend, id: str | None) -> Run:
    """Return the run whose id is or begins with *id*; without one, the last run that started or failed.

    Raises NotFound.
    """
    if id is None:
        return _latest(backend)
    run = backend.run(id)
    if run is None:
        raise no_such_run(id)
    return run


def _latest(backend: Backend) -> Run:
    taken = [(at, run) for run in backend.runs(RunFilter(states=_BEGUN)) if (at := _begun(run)) is not None]
    if not taken:
        raise NotFound("No run has started yet.", hint="Run `syntask deployment run NAME` to create a run.")
    return max(taken, key=itemgetter(0))[1]


def _begun(run: Run) -> datetime | None:
    """Return the time when *run* started, or failed before its flow was called; None for others."""
    return run.started or (run.ended if run.state.type in FAILED else None)


def find_unsuccessful(backend: Backend, id: str | None, now: datetime) -> Run | None:
    """Return the run whose id is or begins with *id*; without one, the newest due run that did not complete.

    Return None if all completed. Raises NotFound for an unknown *id*.
    """
    if id is not None:
        return find_run(backend, id)
    found = backend.runs(RunFilter(states=_UNSUCCESSFUL, until=now, limit=1))
    return found[0] if found else None


def full_name(backend: Backend, name: str) -> str:
    """Return the `flow/name` of the deployment *name*; of a deleted one, by its runs.

    Raises NotFound.
    """
    if "/" in name and backend.runs(RunFilter(deployment=name, limit=1)):
        return name
    return find_deployment(backend, name).deployment.full_name


@dataclass(frozen=True, slots=True)
class StateSeen:
    """A watched run has entered another state."""

    state: State


@dataclass(frozen=True, slots=True)
class NotTaken:
    """The watched run with this *id* has been due for a while, and no worker has taken it."""

    id: str


Seen: TypeAlias = StateSeen | LogLine | NotTaken


def watch(
    backend: Backend,
    run: Run,
    *,
    which: LogFilter = ALL_LINES,
    tail: int | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Seen]:
    """Yield the states and log lines of a run as they occur, until it ends; *which* filters the log.

    Of the lines that exist at first, only the last *tail* are included.
    """
    seen: State | None = None
    lines = 0
    patience = _PATIENCE_SECONDS
    while True:
        current = find_run(backend, run.id)  # read before the lines, so that the last ones are not missed
        is_final = current.state.type.is_final
        if current.state != seen and not is_final:
            yield StateSeen(current.state)
        seen = current.state
        # Yield the new state before the lines that a run logs at its start.
        found = backend.logs(run.id, after=lines, which=which) if current.state.type in _BEGUN else []
        yield from found if lines or tail is None else deque(found, maxlen=tail)
        lines += len(found)
        if is_final:
            yield StateSeen(seen)
            return
        if _is_due(current) and patience > 0:
            patience -= _POLL_SECONDS
            if patience <= 0:
                yield NotTaken(current.id)
        sleep(_POLL_SECONDS)


def _is_due(run: Run) -> bool:
    return run.state.name in _FOR_A_WORKER and (run.scheduled is None or run.scheduled <= datetime.now(UTC))


@dataclass(frozen=True, slots=True)
class Retry:
    """The result of the retry of *run*: *by*, the run that repeats it, or the reason why there is none."""

    run: Run
    by: Run | None = None
    error: SyntaskError | None = None

    @property
    def action(self) -> str:
        """The action: retried, skipped because unnecessary or impossible, or failed."""
        if self.error is None:
            return "retried"
        return "skipped" if isinstance(self.error, BackendConflict) else "failed"


def retry_each(backend: Backend, runs: Iterable[Run], *, again: bool) -> Iterator[Retry]:
    """Retry *runs* one after the other; a failed retry does not stop the others.

    Nothing more is tried after a server is unreachable.
    """
    gone: BackendUnreachable | None = None
    for run in runs:
        try:
            if gone is not None:
                raise gone.of_the_rest
            retry = Retry(run, by=backend.retry(run.id, again=again))
        except SyntaskError as error:
            if isinstance(error, BackendUnreachable):
                gone = gone or error
            retry = Retry(run, error=error)
        yield retry
