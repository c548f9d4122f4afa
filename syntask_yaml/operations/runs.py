"""Runs: find one, watch one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from syntask_yaml.backend.base import Backend
from syntask_yaml.errors import NotFound
from syntask_yaml.model.run import LogLine, Run, State

_POLL_SECONDS = 0.2


def find_run(backend: Backend, id: str) -> Run:
    """The run whose id is *id*, or begins with it. Raises NotFound."""
    run = backend.run(id)
    if run is None:
        raise NotFound(f"The backend has no run `{id}`.", hint="`syntask flow-run ls` lists the latest ones.")
    return run


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
