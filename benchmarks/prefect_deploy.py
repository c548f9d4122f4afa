"""`deploy --all` to a Prefect server, beside Prefect's own and beside a client that only posts.

Each figure is from a server of its own on a fresh database, and only one of them is at work at a time.
SYNTASK_BENCH_SIZES, numbers separated by commas, takes only those sizes.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.bare_client import Bodies, post_all
from benchmarks.measure import SCRIPTS, Cost, cost_of
from benchmarks.projects import ENVIRON, write_project
from benchmarks.table import Table, seconds, times
from tests.support import postgres as pg
from tests.support.flaky_proxy import flaky
from tests.support.prefect_server import (
    PrefectServer,
    migrated_file,
    postgres_server,
    sqlite_server,
)

# How many deployments, and whether they have schedules: reading one takes the server 6 to 8 ms.
SIZES: Mapping[str, Sequence[tuple[int, bool]]] = {
    "SQLite": ((1, False), (10, False), (100, False), (500, False), (500, True)),
    "PostgreSQL": ((10, False), (100, False), (500, False)),
}
_ONLY = os.environ.get("SYNTASK_BENCH_SIZES")
# The bare client's best concurrency is looked for with so many deployments.
_TRIAL = 40
_CONCURRENCIES = (1, 2, 4, 8, 16)
_POOL = "default"

Fresh = Callable[[], Any]


def measure() -> Table:
    """New, unchanged and one changed, on SQLite and on PostgreSQL."""
    table = Table(
        "Deploy to a Prefect server",
        (
            "server",
            "deployments",
            "case",
            "syntask",
            "CPU",
            "memory",
            "requests",
            "Prefect",
            "CPU",
            "memory",
            "requests",
            "ratio",
            "bare client",
            "rate vs bare client",
        ),
    )
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        servers: dict[str, Fresh] = {"SQLite": _sqlite(folder)}
        if not pg.missing():
            servers["PostgreSQL"] = _postgres(folder, stack.enter_context(pg.postgres()))
        for name, fresh in servers.items():
            for size, has_schedules in SIZES[name]:
                if _ONLY is None or str(size) in _ONLY.split(","):
                    project = folder / f"project-{name}-{size}-{has_schedules}"
                    write_project(project, size, has_schedules=has_schedules)
                    label = f"{size}, two schedules each" if has_schedules else str(size)
                    sys.stderr.write(f"  {name}, {label}\n")
                    table.rows.extend((name, label, *row) for row in _rows(fresh, project, size))
    table.notes.append(
        "Target: 500 unchanged deployments in at most 12 requests and 50 × faster than Prefect; 500 new ones "
        "at 0.8 × the rate of a bare client that sends the same bodies at its best concurrency. Prefect's "
        "requests are counted with 10 deployments. A server takes 6 to 8 ms to read a schedule for any "
        "client. With two schedules each, that is nearly all of the time for 500 unchanged deployments, so "
        "the ratio is below 50 ×."
    )
    return table


def _sqlite(folder: Path) -> Fresh:
    migrated = migrated_file(folder)

    @contextmanager
    def fresh() -> Iterator[PrefectServer]:
        with sqlite_server(Path(tempfile.mkdtemp(dir=folder)), migrated=migrated) as server:
            server.create_pool(_POOL)
            yield server

    return fresh


def _postgres(folder: Path, cluster: pg.Postgres) -> Fresh:
    numbers = iter(range(10_000))

    @contextmanager
    def fresh() -> Iterator[PrefectServer]:
        url = cluster.create_database(f"bench_{next(numbers)}", template="migrated")
        with postgres_server(Path(tempfile.mkdtemp(dir=folder)), url) as server:
            server.create_pool(_POOL)
            yield server

    with postgres_server(Path(tempfile.mkdtemp(dir=folder)), cluster.create_database("migrated")):
        pass
    return fresh


@dataclass
class _Figures:
    """What one tool took for each case, and how many requests it made."""

    costs: dict[str, Cost] = field(default_factory=dict)
    requests: dict[str, str] = field(default_factory=dict)


def _rows(fresh: Fresh, project: Path, size: int) -> list[tuple[str, ...]]:
    for file in (project / "flows").glob("*.py"):  # the same flows for both
        file.write_text(file.read_text(encoding="utf-8").replace("from syntask", "from prefect"))
    bodies = _bodies(fresh, project)
    bare = _bare(fresh, bodies)
    ours = _ours(fresh, project)
    (project / "syntask.yaml").rename(project / "prefect.yaml")
    theirs = _theirs(fresh, project, size)
    return [_row(case, ours, theirs, bare) for case in ours.costs]


def _row(case: str, ours: _Figures, theirs: _Figures, bare: tuple[float, int]) -> tuple[str, ...]:
    own = ours.costs[case]
    peer = theirs.costs.get(case)
    is_new = case == "new"
    return (
        case,
        seconds(own.wall),
        seconds(own.cpu),
        f"{own.memory:.0f} MiB",
        ours.requests[case],
        seconds(peer.wall) if peer else "as unchanged",
        seconds(peer.cpu) if peer else "",
        f"{peer.memory:.0f} MiB" if peer else "",
        theirs.requests.get(case, ""),
        times((peer or theirs.costs["unchanged"]).wall / own.wall),
        f"{seconds(bare[0])} ({bare[1]} at a time)" if is_new else "",
        times(bare[0] / own.wall) if is_new else "",
    )


def _ours(fresh: Fresh, project: Path) -> _Figures:
    """The three cases in a row, timed on one server and counted on another."""
    figures = _Figures()
    file = project / "syntask.yaml"
    text = file.read_text(encoding="utf-8")
    changes = {"new": text, "unchanged": text, "one changed": text.replace("number 0", "number zero", 1)}
    with fresh() as timed, fresh() as counted, flaky(counted.api) as proxy:
        for case, content in changes.items():
            file.write_text(content, encoding="utf-8")
            figures.costs[case] = _deploy_ours(timed.api, timed, project)
            proxy.seen.clear()
            _deploy_ours(proxy.api, counted, project)
            figures.requests[case] = str(len(proxy.seen))
    file.write_text(text, encoding="utf-8")
    return figures


def _deploy_ours(api: str, server: PrefectServer, project: Path) -> Cost:
    environ = {**ENVIRON, **server.client_environ, "PREFECT_API_URL": api, "SYNTASK_HOME": str(server.home)}
    return cost_of([str(SCRIPTS / "syntask"), "-q", "deploy", "--all"], environ=environ, cwd=project)


def _theirs(fresh: Fresh, project: Path, size: int) -> _Figures:
    """New and unchanged; what changed makes no difference to it."""
    figures = _Figures()
    with fresh() as server:
        for case in ("new", "unchanged"):
            figures.costs[case] = _deploy_theirs(server.api, server, project)
    if size == 10:
        with fresh() as server, flaky(server.api) as proxy:
            for case in ("new", "unchanged"):
                proxy.seen.clear()
                _deploy_theirs(proxy.api, server, project)
                figures.requests[case] = str(len(proxy.seen))
    return figures


def _deploy_theirs(api: str, server: PrefectServer, project: Path) -> Cost:
    environ = {**ENVIRON, **server.client_environ, "PREFECT_API_URL": api}
    return cost_of([str(SCRIPTS / "prefect"), "--no-prompt", "deploy", "--all"], environ=environ, cwd=project)


def _bodies(fresh: Fresh, project: Path) -> Bodies:
    """The bodies with which we make the project's flows and deployments."""
    with fresh() as server, flaky(server.api) as proxy:
        _deploy_ours(proxy.api, server, project)
        names = {flow["id"]: flow["name"] for flow in server.every("flows")}
    posted = [(each.path, json.loads(each.body)) for each in proxy.seen if each.method == "POST"]
    deployments = [body for path, body in posted if path == "/api/deployments/"]
    return Bodies(
        tuple(body for path, body in posted if path == "/api/flows/"),
        tuple((names[body["flow_id"]], body) for body in deployments),
    )


def _bare(fresh: Fresh, bodies: Bodies) -> tuple[float, int]:
    """The best time in which a bare client makes *bodies*, and how many at a time that takes."""
    trials = {count: _post_all(fresh, bodies.first(_TRIAL), count) for count in _CONCURRENCIES}
    best = min(trials, key=lambda count: trials[count])
    is_whole = len(bodies.deployments) <= _TRIAL
    return (trials[best] if is_whole else _post_all(fresh, bodies, best)), best


def _post_all(fresh: Fresh, bodies: Bodies, at_a_time: int) -> float:
    with fresh() as server:
        return post_all(server.api, bodies, at_a_time=at_a_time)


if __name__ == "__main__":
    sys.stdout.write(measure().markdown())
