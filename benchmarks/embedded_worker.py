"""From due to running, runs a second, and CPU a run: our worker beside a stock process worker.

Both execute a flow that does nothing, from the folder where it lies. The stock worker has a server on
SQLite to itself; it looks for runs every ten seconds, or every second where it is told to.
"""

from __future__ import annotations

import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks.contenders import Contender, of_server, of_store, worker
from benchmarks.measure import SCRIPTS
from benchmarks.table import Table, seconds, times
from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.model.run import RunRequest
from syntask_yaml.worker.runner.process import DEFAULT_COMMAND
from tests.support.prefect_server import PrefectServer, sqlite_server
from tests.support.processes import clean_environ

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
# With a command, a run is never forked.
_COMMAND = shlex.join(DEFAULT_COMMAND)
_TICKS = os.sysconf("SC_CLK_TCK")


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
        figures = {
            "syntask": _syntask(folder / "syntask"),
            "syntask, a new program for each run": _syntask(folder / "programs", command=_COMMAND),
        }
        with sqlite_server(folder / "server") as server:
            _deploy_to(server, folder / "peer")
            for label, poll in (("Prefect, polling every second", "1"), ("Prefect", "10")):
                figures[label] = _stock(server, folder / f"peer-{poll}", poll)
    ours = figures["syntask"]
    table.rows.extend(_row(label, each, ours) for label, each in figures.items())
    table.notes.append(
        "The last three columns compare with syntask; higher means that syntask is better. CPU is that of "
        "the worker and its runs, without the server. Target: at most 50 ms from due to running at p50, at "
        "least 60 runs per second, at most 25 ms of CPU per run. "
        f"The load of the machine was {os.getloadavg()[2]:.0f} in the last quarter of an hour."
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


def _figures(contender: Contender, pid: int, *, alone: int, together: int) -> _Figures:
    """Of the worker *pid*, with *alone* runs one after the other, and *together* at once."""
    for _ in range(3):  # what is loaded for the first time
        contender.wait(contender.ask())
    delays = [contender.wait(contender.ask()).to_begin for _ in range(alone)]
    cpu, began = _cpu(pid), time.perf_counter()
    for run in [contender.ask() for _ in range(together)]:
        contender.wait(run)
    took = time.perf_counter() - began
    return _Figures(delays, together / took, (_cpu(pid) - cpu) / together)


def _write(folder: Path, package: str, project: str) -> None:
    folder.mkdir()
    (folder / "flows.py").write_text(_FLOW % package, encoding="utf-8")
    (folder / project).write_text(_PROJECT, encoding="utf-8")


def _syntask(folder: Path, **job_variables: str) -> _Figures:
    _write(folder, "syntask", "syntask.yaml")
    program = str(SCRIPTS / "syntask")
    environ = clean_environ(SYNTASK_HOME=str(folder / "home"))
    subprocess.run([program, "-q", "deploy", "--all"], cwd=folder, env=environ, check=True)
    with (
        worker([program, "-q", "worker", "start"], folder, environ) as pid,
        closing(EmbeddedBackend.open(folder / "home" / "syntask.db")) as backend,
    ):
        (stored,) = backend.deployments()
        contender = of_store(backend, RunRequest(deployment_id=stored.id, job_variables=job_variables))
        return _figures(contender, pid, alone=40, together=200)


def _deploy_to(server: PrefectServer, folder: Path) -> None:
    _write(folder, "prefect", "prefect.yaml")
    server.create_pool("default")
    deploy = [server.program, "--no-prompt", "deploy", "--all"]
    subprocess.run(
        deploy, cwd=folder, env=server.client_environ, check=True, stdout=subprocess.DEVNULL, timeout=300
    )


def _stock(server: PrefectServer, folder: Path, poll: str) -> _Figures:
    argv = [server.program, "worker", "start", "--pool", "default", "--type", "process"]
    environ = {**server.client_environ, "PREFECT_WORKER_QUERY_SECONDS": poll}
    folder.mkdir()
    with worker(argv, folder, environ) as pid:
        return _figures(of_server(server), pid, alone=6, together=12)


def _cpu(pid: int) -> float:
    """The CPU time of a process, of its children, and of theirs; also of those that have ended."""
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    return sum(map(int, stat[11:15])) / _TICKS + sum(_cpu(int(child)) for child in children)


if __name__ == "__main__":
    sys.stdout.write(measure().markdown())
