"""From due to running, runs a second, and CPU a run: our worker beside a stock process worker.

Both execute a flow that does nothing, from the folder where it lies. The stock worker has a server on
SQLite to itself; it looks for runs every ten seconds, or every second where it is told to.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.measure import SCRIPTS
from benchmarks.table import Table, seconds, times
from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.model.run import RunRequest
from tests.support.prefect_server import PrefectServer, sqlite_server
from tests.support.processes import clean_environ, end, start

_PROJECT = """\
name: bench
deployments:
  - name: bench
    entrypoint: flows.py:nothing
    work_pool: {name: default}
"""
_FLOW = """\
from %s import flow

@flow
def nothing():
    pass
"""
_PATIENCE = 600.0
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class _Contender:
    """A worker at work: *ask* makes a run that is due now, *ended* tells when it was due and began.

    *cpu* is the CPU time, in seconds, that the worker and its runs have taken so far. *pause* is for how
    many seconds to wait between two questions: asking a server takes time from its worker.
    """

    ask: Callable[[], str]
    ended: Callable[[str], tuple[datetime, datetime] | None]
    cpu: Callable[[], float]
    pause: float


@dataclass(frozen=True, slots=True)
class _Figures:
    """Delays in seconds, runs a second, and CPU seconds a run."""

    delays: Sequence[float]
    rate: float
    cpu: float

    @property
    def delay(self) -> float:
        return statistics.median(self.delays)


def measure() -> Table:
    """Runs one by one, and then many that are due at once."""
    table = Table(
        "Runs",
        (
            "worker",
            "due to running, p50",
            "p90",
            "runs per second",
            "CPU per run",
            "delay ratio",
            "rate ratio",
            "CPU ratio",
        ),
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        figures = {"syntask": _syntask(folder / "syntask")}
        with sqlite_server(folder / "server") as server:
            _deploy_to(server, folder / "peer")
            for label, poll in (("Prefect, polling every second", "1"), ("Prefect", "10")):
                figures[label] = _stock(server, folder / f"peer-{poll}", poll)
    ours = figures["syntask"]
    table.rows.extend(_row(label, each, ours) for label, each in figures.items())
    table.notes.append(
        "The last three columns compare with syntask; higher means that syntask is better. CPU is that of "
        "the worker and its runs, without the server. Target: at most 150 ms from due to running at p50, at "
        "least 10 runs per second, at most 0.2 CPU seconds per run."
    )
    return table


def _row(label: str, each: _Figures, ours: _Figures) -> tuple[str, ...]:
    return (
        label,
        seconds(each.delay),
        seconds(statistics.quantiles(each.delays, n=10)[-1]),
        f"{each.rate:.1f}",
        seconds(each.cpu),
        times(each.delay / ours.delay),
        times(ours.rate / each.rate),
        times(each.cpu / ours.cpu),
    )


def _figures(contender: _Contender, *, alone: int, together: int) -> _Figures:
    """With *alone* runs one after the other, and *together* at once."""
    _wait(contender, contender.ask())  # what is loaded for the first time
    delays = [_wait(contender, contender.ask()) for _ in range(alone)]
    cpu, began = contender.cpu(), time.perf_counter()
    for run in [contender.ask() for _ in range(together)]:
        _wait(contender, run)
    took = time.perf_counter() - began
    return _Figures(delays, together / took, (contender.cpu() - cpu) / together)


def _wait(contender: _Contender, run: str) -> float:
    """The seconds from due to running, once the run has ended."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if times := contender.ended(run):
            due, began = times
            return (began - due).total_seconds()
        time.sleep(contender.pause)
    raise TimeoutError(f"the run {run} has not ended")


def _write(folder: Path, package: str, project: str) -> None:
    folder.mkdir()
    (folder / "flows.py").write_text(_FLOW % package, encoding="utf-8")
    (folder / project).write_text(_PROJECT, encoding="utf-8")


def _syntask(folder: Path) -> _Figures:
    _write(folder, "syntask", "syntask.yaml")
    program = str(SCRIPTS / "syntask")
    environ = clean_environ(SYNTASK_HOME=str(folder / "home"))
    subprocess.run([program, "-q", "deploy", "--all"], cwd=folder, env=environ, check=True)
    with (
        _worker([program, "-q", "worker", "start"], folder, environ) as pid,
        closing(EmbeddedBackend.open(folder / "home" / "syntask.db")) as backend,
    ):
        (stored,) = backend.deployments()
        request = RunRequest(deployment_id=stored.id)

        def ended(id: str) -> tuple[datetime, datetime] | None:
            run = backend.run(id)
            if run is None or run.ended is None or run.started is None or run.scheduled is None:
                return None
            return run.scheduled, run.started

        contender = _Contender(lambda: backend.create_run(request).id, ended, lambda: _cpu(pid), 0.01)
        return _figures(contender, alone=40, together=200)


def _deploy_to(server: PrefectServer, folder: Path) -> None:
    _write(folder, "prefect", "prefect.yaml")
    server.create_pool("default")
    deploy = [server.program, "--no-prompt", "deploy", "--all"]
    subprocess.run(
        deploy, cwd=folder, env=server.client_environ, check=True, stdout=subprocess.DEVNULL, timeout=300
    )


def _stock(server: PrefectServer, folder: Path, poll: str) -> _Figures:
    (deployment,) = server.every("deployments")
    path = f"/deployments/{deployment['id']}/create_flow_run"

    def ask() -> str:
        return str(server.request("POST", path, {"state": {"type": "SCHEDULED"}})["id"])

    def ended(id: str) -> tuple[datetime, datetime] | None:
        run: dict[str, Any] = server.request("GET", f"/flow_runs/{id}")
        if not run["end_time"]:
            return None
        return _moment(run["expected_start_time"]), _moment(run["start_time"])

    argv = [server.program, "worker", "start", "--pool", "default", "--type", "process"]
    environ = {**server.client_environ, "PREFECT_WORKER_QUERY_SECONDS": poll}
    folder.mkdir()
    with _worker(argv, folder, environ) as pid:
        return _figures(_Contender(ask, ended, lambda: _cpu(pid), 0.5), alone=6, together=12)


@contextmanager
def _worker(argv: Sequence[str], folder: Path, environ: Mapping[str, str]) -> Iterator[int]:
    """A worker in *folder*; the id of its process."""
    process = start(argv, log=folder / "log", environ=environ, cwd=folder)
    try:
        yield process.pid
    finally:
        end(process)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _cpu(pid: int) -> float:
    """The CPU time of a process and of its children that have ended."""
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return sum(map(int, stat[11:15])) / _TICKS


if __name__ == "__main__":
    sys.stdout.write(measure().markdown())
