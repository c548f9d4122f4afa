"""What a long history and many deployments cost: a full store of the embedded backend beside a small one."""

from __future__ import annotations

import os
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.measure import SCRIPTS, cost_of
from benchmarks.table import Table, seconds, times
from syntask_yaml.backend.base import RunFilter
from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.model.deployment import Deployment, Write
from syntask_yaml.model.run import RunRequest, State, StateType
from syntask_yaml.model.schedule import Cron, Schedule
from syntask_yaml.operations.runs import FAILED

# Of the small store, and of the full one.
DEPLOYMENTS = (10, 10_000)
RUNS = (1_000, int(os.environ.get("SYNTASK_BENCH_HISTORY", "1000000")))
_POOL = "default"

# Runs that ended one after the other, a million in thirty days. One in 20 failed, and one in 100 crashed.
_FILL = """
WITH RECURSIVE numbers (number) AS (SELECT 0 UNION ALL SELECT number + 1 FROM numbers WHERE number < :last)
INSERT INTO runs (
    id, name, flow, deployment, deployment_id, schedule_id, state, state_name, message, parameters,
    job_variables, tags, work_pool, work_queue, is_scheduled, due, created, started, ended, worker
)
SELECT
    lower(hex(randomblob(16))), 'swift-otter', flow, full_name, deployments.id, schedules.id,
    CASE WHEN number % 20 = 7 THEN 'FAILED' WHEN number % 100 = 3 THEN 'CRASHED' ELSE 'COMPLETED' END,
    CASE WHEN number % 20 = 7 THEN 'Failed' WHEN number % 100 = 3 THEN 'Crashed' ELSE 'Completed' END,
    '', '{"batch":1}', '{}', '[]', 'default', 'default', 1,
    :now - number * :pause - 9000000, :now - number * :pause - 90000000, :now - number * :pause - 8000000,
    :now - number * :pause, 'bench'
FROM numbers
JOIN wanted ON wanted.place = number % :deployments
JOIN deployments ON deployments.id = wanted.id
JOIN schedules ON schedules.deployment_id = deployments.id
"""
_DUE = "UPDATE schedules SET look_again = :now, made_until = :now WHERE deployment_id = :deployment"


@dataclass(frozen=True, slots=True)
class _Store:
    """A store in *home*, where the deployments have these *ids*."""

    home: Path
    backend: EmbeddedBackend
    ids: Sequence[str]

    @property
    def path(self) -> Path:
        return self.home / "syntask.db"


def measure() -> Table:
    """The same calls and commands on both stores, in turn."""
    table = Table(
        f"A history of {RUNS[1]:,} runs and {DEPLOYMENTS[1]:,} deployments",
        ("what", f"{RUNS[0]:,} runs, {DEPLOYMENTS[0]} deployments", "p90", "full", "p90", "ratio"),
    )
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        small, full = (_store(stack, folder / str(count), count) for count in DEPLOYMENTS)
        for store, runs in zip((small, full), RUNS, strict=True):
            _fill(store, runs)
        table.rows.extend(_row(what, *_in_turn(case, count, small, full)) for what, case, count in _CASES)
        size = full.path.stat().st_size / 2**20
    table.notes.append(
        "Target: each ratio is about 1. A state that no run is in is looked for in all runs that did not "
        f"complete, which are 60,000 of a million. The full store has {size:,.0f} MiB. "
        f"The load of the machine was {os.getloadavg()[1]:.0f} in the last five minutes."
    )
    return table


def _row(what: str, small: Sequence[float], full: Sequence[float]) -> tuple[str, ...]:
    middle = [statistics.median(each) for each in (small, full)]
    high = [statistics.quantiles(each, n=10)[-1] for each in (small, full)]
    figures = (middle[0], high[0], middle[1], high[1])
    return (what, *map(_time, figures), times(middle[1] / middle[0]))


def _time(value: float) -> str:
    return seconds(value) if value >= 0.02 else f"{value * 1000:.2f} ms"


def _in_turn(
    case: Callable[[_Store], float], count: int, *stores: _Store
) -> tuple[Sequence[float], Sequence[float]]:
    """What the case takes on each store, where a slow moment of the machine meets both."""
    for store in stores:  # what is read for the first time
        case(store)
    small, full = zip(*([case(store) for store in stores] for _ in range(count)), strict=True)
    return small, full


def _store(stack: ExitStack, home: Path, deployments: int) -> _Store:
    """A store with so many deployments that have a schedule each, whose next runs are made."""
    home.mkdir()
    backend = stack.enter_context(closing(EmbeddedBackend.open(home / "syntask.db")))
    for _ in backend.write([Write(None, _deployment(number)) for number in range(deployments)]):
        pass
    backend.schedule(_now())
    return _Store(home, backend, [stored.id for stored in backend.deployments()])


def _deployment(number: int) -> Deployment:
    return Deployment(
        flow=f"flow-{number % 350}",
        name=f"deployment-{number}",
        entrypoint="flows.py:flow",
        schedules=(Schedule(timing=Cron("0 6 * * *", "Europe/Berlin")),),
        work_pool=_POOL,
    )


def _fill(store: _Store, runs: int) -> None:
    """Write a history of so many *runs*, in which as many ended in the last hour as in the longest one."""
    values = {
        "last": runs - 1,
        "now": time.time_ns() // 1000,
        "pause": 30 * 86_400 * 1_000_000 // RUNS[1],
        "deployments": len(store.ids),
    }
    with closing(sqlite3.connect(store.path, isolation_level=None)) as connection:
        for setting in ("synchronous = OFF", "cache_size = -500000"):
            connection.execute(f"PRAGMA {setting}")
        connection.execute("CREATE TEMP TABLE wanted (place INTEGER PRIMARY KEY, id TEXT)")
        connection.executemany("INSERT INTO wanted VALUES (?, ?)", enumerate(store.ids))
        connection.execute(_FILL, values)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _claim(store: _Store) -> float:
    """Take a run that is due; it ends at once."""
    store.backend.create_run(RunRequest(deployment_id=random.choice(store.ids)))
    began = time.perf_counter()
    claim = store.backend.claim(_POOL, worker="bench", now=_now(), lease=30)
    took = time.perf_counter() - began
    assert claim is not None
    store.backend.report(claim, State(StateType.COMPLETED), _now())
    return took


def _end(store: _Store) -> float:
    """Report the end of a run."""
    store.backend.create_run(RunRequest(deployment_id=random.choice(store.ids)))
    claim = store.backend.claim(_POOL, worker="bench", now=_now(), lease=30)
    assert claim is not None
    began = time.perf_counter()
    store.backend.report(claim, State(StateType.COMPLETED), _now())
    return time.perf_counter() - began


def _idle(store: _Store) -> float:
    """All that a worker asks for where nothing is to be done."""
    now = _now()
    began = time.perf_counter()
    store.backend.schedule(now)
    store.backend.reap(now)
    store.backend.claim(_POOL, worker="bench", now=now, lease=30)
    store.backend.next_due(_POOL, now)
    return time.perf_counter() - began


def _schedule(store: _Store) -> float:
    """Look at one schedule, and make its next runs."""
    deployment = random.choice(store.ids)
    with closing(sqlite3.connect(store.path)) as connection, connection:
        connection.execute("DELETE FROM runs WHERE state = 'SCHEDULED' AND deployment_id = ?", [deployment])
        now = time.time_ns() // 1000
        values = {"now": now, "deployment": deployment}
        connection.execute(_DUE, values)
    began = time.perf_counter()
    made = store.backend.schedule(_now())
    took = time.perf_counter() - began
    assert made > 0
    return took


def _list(**which: Any) -> Callable[[_Store], float]:
    def case(store: _Store) -> float:
        began = time.perf_counter()
        store.backend.runs(RunFilter(until=_now(), limit=20, **which))
        return time.perf_counter() - began

    return case


def _failed_since(store: _Store) -> float:
    """What failed and ended in the last hour."""
    return _list(states=FAILED, since=_now() - timedelta(hours=1))(store)


def _command(*words: str) -> Callable[[_Store], float]:
    argv = [str(SCRIPTS / "syntask"), *words]
    return lambda store: cost_of(argv, environ={"SYNTASK_HOME": str(store.home)}).cpu


def _now() -> datetime:
    return datetime.now(UTC)


_CASES: Sequence[tuple[str, Callable[[_Store], float], int]] = (
    ("a claim", _claim, 200),
    ("the end of a run", _end, 200),
    ("a tick where nothing is due", _idle, 200),
    ("a schedule that is due", _schedule, 200),
    ("the last 20 runs", _list(), 50),
    ("the last 20 that failed", _list(states=FAILED), 50),
    ("the last 20 that failed in the last hour", _failed_since, 50),
    ("the last 20 that were cancelled, of none", _list(states=frozenset({StateType.CANCELLED})), 50),
    ("`flow-run ls`, CPU", _command("flow-run", "ls"), 9),
    ("`flow-run ls --failed --since 1h`, CPU", _command("flow-run", "ls", "--failed", "--since", "1h"), 9),
)


if __name__ == "__main__":
    sys.stdout.write(measure().markdown())
