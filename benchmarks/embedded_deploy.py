"""`plan` and `deploy` on the embedded backend."""

from __future__ import annotations

import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import SCRIPTS, Cost, cost_of, median
from benchmarks.projects import ENVIRON, write_project
from benchmarks.table import Table, seconds, times

SIZES = (10, 100, 1_000, 10_000)
_ROUNDS = 7


def measure() -> Table:
    """Whole processes: a first plan, a first deploy, and both again with nothing to change."""
    table = Table(
        "Plan and deploy on the embedded backend",
        (
            "deployments",
            "plan, new",
            "deploy, new",
            "plan, unchanged",
            "deploy, unchanged",
            "per deployment",
            "memory of plan",
            "memory of deploy",
        ),
    )
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            table.rows.append(_row(Path(folder), size))
    table.notes.append(
        "A plan is held in memory as a whole. Target: a deploy needs little more memory than a plan."
    )
    table.notes.append(_write_rate())
    return table


def _row(folder: Path, size: int) -> tuple[str, ...]:
    write_project(folder, size)
    rounds = [_round(folder, number) for number in range(3 if size >= 1_000 else 5)]
    plan, deploy, again, nothing = (median([each[place] for each in rounds]) for place in range(4))
    return (
        f"{size:,}",
        *(seconds(cost.wall) for cost in (plan, deploy, again, nothing)),
        f"{deploy.wall / size * 1e3:.2f} ms",
        f"{plan.memory:.0f} MiB",
        f"{deploy.memory:.0f} MiB",
    )


def _round(folder: Path, number: int) -> list[Cost]:
    environ = {**ENVIRON, "SYNTASK_HOME": str(folder / f"home-{number}")}
    syntask = str(SCRIPTS / "syntask")
    commands = ("plan", "deploy", "plan", "deploy")
    return [cost_of([syntask, name, "--all"], environ=environ, cwd=folder) for name in commands]


def _write_rate(count: int = 10_000) -> str:
    """How fast deployments are written, beside what SQLite does with the same rows."""
    rounds = [_write(count) for _ in range(_ROUNDS)]
    ours, bare = (statistics.median(each[place] for each in rounds) for place in range(2))
    return (
        f"Writing {count:,} new deployments with a schedule each, in one transaction: {seconds(ours)}. "
        f"SQLite alone with the same prepared rows: {seconds(bare)} "
        f"({times(bare / ours)} its rate). Target: 0.5 ×."
    )


def _write(count: int) -> tuple[float, float]:
    """The seconds that our store takes, and SQLite alone."""
    from syntask_yaml.backend.embedded import EmbeddedBackend
    from syntask_yaml.model.deployment import Deployment, Write
    from syntask_yaml.model.schedule import Cron, Schedule

    with tempfile.TemporaryDirectory() as folder:
        backend = EmbeddedBackend.open(Path(folder) / "store.db")
        writes = [
            Write(
                None,
                Deployment(
                    flow=f"flow-{number % 350}",
                    name=f"deployment-{number}",
                    entrypoint="flows.py:flow",
                    parameters={"batch": number},
                    schedules=(Schedule(timing=Cron("0 6 * * *", "Europe/Berlin")),),
                    work_pool="default",
                ),
            )
            for number in range(count)
        ]
        began = time.perf_counter()
        for _ in backend.write(writes):
            pass
        ours = time.perf_counter() - began
        backend.close()
        return ours, _bare(Path(folder) / "bare.db", Path(folder) / "store.db")


def _bare(path: Path, store: Path) -> float:
    """What `executemany` takes for the rows that our store came to hold, into an empty store."""
    from syntask_yaml.backend.embedded import EmbeddedBackend

    EmbeddedBackend.open(path).close()
    with sqlite3.connect(store) as source, sqlite3.connect(path, isolation_level=None) as target:
        for setting in ("synchronous = NORMAL", "foreign_keys = ON", "cache_size = -16000"):
            target.execute(f"PRAGMA {setting}")
        tables = {}
        for table in ("deployments", "schedules"):
            names = ", ".join(row[1] for row in source.execute(f"PRAGMA table_info({table})"))
            tables[names, table] = source.execute(f"SELECT {names} FROM {table}").fetchall()
        began = time.perf_counter()
        target.execute("BEGIN")
        for (names, table), rows in tables.items():
            marks = ", ".join("?" * len(rows[0]))
            target.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)
        target.execute("COMMIT")
        return time.perf_counter() - began


if __name__ == "__main__":
    sys.stdout.write(measure().markdown())
