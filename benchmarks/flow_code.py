"""What tasks cost: our flow code, tracked in the store, beside Prefect's with a running server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import cost_of, in_turn, inside
from benchmarks.table import Table, seconds, times
from tests.support.prefect_server import NEWER, sqlite_server
from tests.support.processes import clean_environ

# Task runs of a flow.
_COUNT = 1000
# Tasks that sleep, for how long, and threads.
_SLEEPING, _SLEEP, _THREADS = 100, 0.01, 8
_IDEAL = -(-_SLEEPING // _THREADS) * _SLEEP

_PROGRAM = """\
import json, logging, resource, time
from {package} import flow, task
from {package}.task_runners import ThreadPoolTaskRunner

logging.disable(logging.INFO)


@task
def nothing(number=0):
    return number


@task
def sleep():
    time.sleep({sleep})


@flow
def called(count):
    began = time.perf_counter()
    for _ in range(count):
        nothing()
    return (time.perf_counter() - began) / count


@flow
def submitted(count):
    began = time.perf_counter()
    futures = [nothing.submit(number) for number in range(count)]
    assert [future.result() for future in futures] == list(range(count))
    return (time.perf_counter() - began) / count


@flow(task_runner=ThreadPoolTaskRunner(max_workers={threads}))
def sleeping(count):
    began = time.perf_counter()
    for future in [sleep.submit() for _ in range(count)]:
        future.result()
    return time.perf_counter() - began


def memory():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


called(2)
found = {{"called": called({count}), "submitted": submitted({count}), "sleeping": sleeping({sleeping})}}
if {many}:
    called(1000)
    before = memory()
    called({many})
    found["memory"] = [before, memory()]
print(json.dumps(found))
"""


def measure() -> Table:
    """A task that does nothing, called and submitted, tasks that sleep side by side, and memory."""
    table = Table("Flow code", ("what", "syntask", "Prefect 3.9", "ratio"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with sqlite_server(folder / "server", python=NEWER) as server:
            peer = _run(NEWER, "prefect", folder, server.client_environ)
            starts = _starts(folder / "scripts", server.client_environ)
        ours = _run(
            sys.executable,
            "syntask",
            folder,
            clean_environ(SYNTASK_HOME=str(folder / "home")),
            many=100_000,
        )
    table.rows.append(_row("a task that does nothing, called", ours.called, peer.called, _fine))
    table.rows.append(_row("the same, submitted", ours.submitted, peer.submitted, _fine))
    label = f"{_SLEEPING} tasks that sleep {seconds(_SLEEP)}, on {_THREADS} threads"
    table.rows.append(_row(label, ours.sleeping, peer.sleeping, _beside_ideal))
    table.rows.append(_row("import of the package", *_imports(), seconds))
    table.rows.append(_row("a script that calls a flow, beside an empty one", *starts, seconds))
    before, after = ours.memory
    table.notes.append(
        f"Memory after 1,000 task runs: {before:.0f} MiB; after 100,000 more in one flow: {after:.0f} MiB. "
        f"Both ran {_COUNT:,} task runs of each kind, all of them tracked. Target: a task that does nothing "
        "takes at most 1 ms, submitted ones are 50 × faster than Prefect's, tasks that sleep take at most "
        "1.3 × the ideal, the import at most 15 ms, a script at most 150 ms, and memory does not grow. "
        f"The load of the machine was {os.getloadavg()[1]:.0f} in the last five minutes."
    )
    return table


def _run(python: str, package: str, folder: Path, environ: Mapping[str, str], *, many: int = 0) -> _Figures:
    text = _PROGRAM.format(
        package=package, count=_COUNT, many=many, sleep=_SLEEP, sleeping=_SLEEPING, threads=_THREADS
    )
    program = folder / f"{package}_flows.py"
    program.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [python, str(program)], env=dict(environ), cwd=folder, check=True, stdout=subprocess.PIPE, text=True
    )
    return _Figures(**json.loads(done.stdout.splitlines()[-1]))


@dataclass(frozen=True, slots=True)
class _Figures:
    """Seconds of a task that does nothing, called and submitted, and of all that sleep; MiB around it."""

    called: float
    submitted: float
    sleeping: float
    memory: tuple[float, float] = (0.0, 0.0)


def _imports() -> tuple[float, float]:
    """How many seconds Python takes longer to start with the package: ours, and the peer's."""
    costs = in_turn(
        {
            "nothing": inside("pass"),
            "ours": inside("import syntask"),
            "peer": inside("import prefect; prefect.flow"),
        },
        rounds=9,
    )
    return costs["ours"].wall - costs["nothing"].wall, costs["peer"].wall - costs["nothing"].wall


def _starts(home: Path, peers_environ: Mapping[str, str]) -> tuple[float, float]:
    """How many seconds longer a script takes that calls a flow which does nothing: ours, and the peer's."""
    script = "from {} import flow\n\n@flow\ndef nothing(): pass\n\nnothing()"
    theirs = [NEWER, "-c", script.format("prefect")]
    costs = in_turn(
        {
            "nothing": inside("pass"),
            "ours": inside(script.format("syntask"), environ=clean_environ(SYNTASK_HOME=str(home))),
            "peer": lambda: cost_of(theirs, environ=peers_environ),
        },
        rounds=5,
    )
    return costs["ours"].wall - costs["nothing"].wall, costs["peer"].wall - costs["nothing"].wall


def _row(label: str, ours: float, peer: float, text: Callable[[float], str]) -> tuple[str, ...]:
    return label, text(ours), text(peer), times(peer / ours)


def _fine(value: float) -> str:
    return f"{value * 1000:.2f} ms"


def _beside_ideal(value: float) -> str:
    return f"{seconds(value)} ({times(value / _IDEAL)} the ideal)"


if __name__ == "__main__":
    sys.stdout.write(measure().markdown())
