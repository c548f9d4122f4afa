"""Workers that are measured: how one is asked for a run, and when that was due, began and ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.model.run import RunRequest
from tests.support.prefect_server import PrefectServer
from tests.support.processes import end, start

_PATIENCE = 600.0


@dataclass(frozen=True, slots=True)
class Times:
    """When a run was due, began and ended."""

    due: datetime
    began: datetime
    ended: datetime

    @property
    def to_begin(self) -> float:
        """The seconds from due to running."""
        return (self.began - self.due).total_seconds()

    @property
    def to_end(self) -> float:
        """The seconds from due to completed."""
        return (self.ended - self.due).total_seconds()


@dataclass(frozen=True, slots=True)
class Contender:
    """A worker at work: *ask* makes a run that is due now, *times* tells of one that has ended.

    *pause* is for how many seconds to wait between two questions: asking a server takes time from its worker.
    """

    ask: Callable[[], str]
    times: Callable[[str], Times | None]
    pause: float

    def wait(self, run: str) -> Times:
        """Wait until the run has ended."""
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            if times := self.times(run):
                return times
            time.sleep(self.pause)
        raise TimeoutError(f"the run {run} has not ended")


def of_store(backend: EmbeddedBackend, request: RunRequest) -> Contender:
    """Our worker on the embedded backend."""

    def times(id: str) -> Times | None:
        run = backend.run(id)
        if run is None or run.ended is None or run.started is None or run.scheduled is None:
            return None
        return Times(run.scheduled, run.started, run.ended)

    return Contender(lambda: backend.create_run(request).id, times, 0.01)


def of_server(server: PrefectServer) -> Contender:
    """A stock worker of a Prefect server with one deployment."""
    (deployment,) = server.every("deployments")
    path = f"/deployments/{deployment['id']}/create_flow_run"

    def ask() -> str:
        return str(server.request("POST", path, {"state": {"type": "SCHEDULED"}})["id"])

    def times(id: str) -> Times | None:
        run: dict[str, Any] = server.request("GET", f"/flow_runs/{id}")
        if not run["end_time"]:
            return None
        return Times(*(_moment(run[name]) for name in ("expected_start_time", "start_time", "end_time")))

    return Contender(ask, times, 0.5)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@contextmanager
def worker(argv: Sequence[str], folder: Path, environ: Mapping[str, str]) -> Iterator[int]:
    """A worker in *folder*; the id of its process."""
    process = start(argv, log=folder / "log", environ=environ, cwd=folder)
    try:
        yield process.pid
    finally:
        end(process)
