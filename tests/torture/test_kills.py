"""`kill -9` of deploys, of workers, of their fork servers and of runs, again and again on one store.

As often as SYNTASK_TORTURE_KILLS says; `make torture` says three hundred times.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.model.deployment import Deployment, Stored, Write
from syntask_yaml.model.run import Run, RunRequest, StateType
from syntask_yaml.model.value import known
from syntask_yaml.operations.deployments import set_paused
from tests.support.processes import fork_servers_of, kill, runs_of
from tests.support.site import Site, until
from tests.support.stages import BASE, EXTRA, Deploys, Duration, Stage

KILLS = int(os.environ.get("SYNTASK_TORTURE_KILLS", "40"))
LEASE = {"SYNTASK_WORKER_LEASE_SECONDS": "1.5"}
FLOWS = '''
import os
import time

from syntask import flow

@flow
def record(seconds: float = 0.05):
    """Says when it begins and when it ends, in lines that nobody else tears apart."""
    run = os.environ["SYNTASK__FLOW_RUN_ID"].encode()
    file = os.open(os.path.join(os.environ["MARKS"], "runs"), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(file, b"begin " + run + b"\\n")
    time.sleep(seconds)
    os.write(file, b"end " + run + b"\\n")
'''
YEARLY = [{"cron": "0 0 1 1 *", "slug": "winter"}, {"cron": "0 0 1 7 *", "slug": "summer"}]
TICKING = [{"interval": 2, "anchor_date": "2026-01-01T00:00:00Z", "slug": "tick"}]
# Of another project, and of none.
BYSTANDERS = (
    Deployment(flow="record", name="other", project="other"),
    Deployment(flow="record", name="by-hand"),
)


@pytest.fixture(name="site")
def _site(tmp_path: Path) -> Site:
    site = Site(tmp_path)
    (site.code / "flows.py").write_text(FLOWS, encoding="utf-8")
    return site


class Workers:
    """Two workers. One that is killed is replaced."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._workers = [site.start_worker(**LEASE) for _ in range(2)]

    def kill_worker(self, chance: Random) -> None:
        """The process alone, and none that it started."""
        victim = self._workers.pop(chance.randrange(2))
        victim.kill()
        victim.wait()
        self._workers.append(self._site.start_worker(**LEASE))

    def kill_run(self, chance: Random) -> None:
        """One that has only just been started, or goes on, or is about to end."""
        victim = chance.choice(until(self._runs))
        with suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)

    def kill_fork_server(self, chance: Random) -> int:
        """One that runs are forked from, if there is one; how many that were."""
        servers = [server for worker in self._workers for server in fork_servers_of(worker.pid)]
        for victim in chance.sample(servers, min(len(servers), 1)):
            os.kill(victim, signal.SIGKILL)
        return min(len(servers), 1)

    def _runs(self) -> list[int]:
        return [child for worker in self._workers for child in runs_of(worker.pid)]

    def stop(self) -> None:
        for worker in self._workers:
            kill(worker)


@pytest.fixture(name="workers")
def _workers(site: Site) -> Iterator[Workers]:
    workers = Workers(site)
    yield workers
    workers.stop()


class Store:
    """What is in the store of a site, which a stage is deployed to. Each look checks what must not change."""

    def __init__(self, site: Site, backend: EmbeddedBackend, stage: Stage) -> None:
        self._backend = backend
        self.deploys = Deploys(site, entries)
        began = time.monotonic()
        self.deploys.finish(stage)
        self._all, self._late = Duration(time.monotonic() - began), Duration(0.05)
        self._site = site
        assert all(each.error is None for each in backend.write([Write(None, one) for one in BYSTANDERS]))
        set_paused(backend, [self._stored()[stage.name]], paused=True)
        self._kept = self._what_stays()
        assert self.stage() == stage

    def _stored(self) -> dict[str, Stored]:
        return {each.deployment.name: each for each in self._backend.deployments()}

    def stage(self) -> Stage:
        """The stage that the store is in, as a whole."""
        assert self._what_stays() == self._kept
        stored = self._stored()
        own = stored.keys() - {each.name for each in BYSTANDERS}
        (version,) = {stored[name].deployment.version for name in own}
        (name,) = own - {*BASE, *EXTRA}
        stage = Stage(int(str(version)), not own.isdisjoint(EXTRA), name)
        assert own == stage.names
        return stage

    def _what_stays(self) -> list[Any]:
        """The bystanders, the ids of what is never pruned, and the pause of the one that is renamed."""
        stored = self._stored()
        (moving,) = stored.keys() - {*BASE, *EXTRA, *(each.name for each in BYSTANDERS)}
        schedules = known(stored[moving].deployment.schedules) or ()
        return [
            [stored[each.name] for each in BYSTANDERS],
            [stored[name].id for name in (*BASE, moving)],
            [(each.id, each.slug, each.active) for each in schedules],
            stored[moving].deployment.paused,
        ]

    def ask(self, name: str, *, seconds: float = 0) -> str:
        """A run of the deployment of that name, due in so many *seconds*; its id."""
        due = datetime.now(UTC) + timedelta(seconds=seconds)
        wanted = RunRequest(deployment_id=self._stored()[name].id, scheduled=due)
        return self._backend.create_run(wanted).id

    def kill_deploy(self, stage: Stage, chance: Random) -> bool:
        """Kill a deploy anywhere, or while it writes; whether it was not faster."""
        is_late = chance.random() < 0.5
        duration = self._late if is_late else self._all

        def wait(process: subprocess.Popen[bytes]) -> None:
            if is_late:
                until(lambda: process.poll() is not None or self._holds_lease(process), every=0.001)
            with suppress(subprocess.TimeoutExpired):
                process.wait(duration.some(chance))

        was_killed = self.deploys.kill(stage, wait)
        duration.learn(was_stopped=was_killed)
        return was_killed

    def _holds_lease(self, process: subprocess.Popen[bytes]) -> bool:
        with closing(sqlite3.connect(self._site.store)) as connection:
            query = "SELECT count(*) FROM leases WHERE holder ->> 'process' = ?"
            return bool(connection.execute(query, [process.pid]).fetchone()[0])


def entries(stage: Stage) -> dict[str, dict[str, Any]]:
    """Of the deployments that come and go, one ticks."""
    declared = stage.entries("record")
    declared[stage.name]["schedules"] = YEARLY
    if stage.has_extra:
        declared[EXTRA[0]]["schedules"] = TICKING
    return declared


def test_nothing_is_lost_and_nothing_runs_twice(site: Site, workers: Workers) -> None:
    """The store opens each time; each run ends; what completed was executed once, what crashed at most once.

    A deploy has done all or nothing, also where it prunes and renames.
    """
    chance, stage = Random(KILLS), Stage()
    asked: dict[str, str] = {}
    kills, ends = Counter[str](), Counter[tuple[str, bool]]()
    with closing(EmbeddedBackend.open(site.store)) as backend:
        store = Store(site, backend, stage)

        def ask(seconds: float) -> None:
            name = chance.choice((BASE[0], stage.name, *(EXTRA[1:2] if stage.has_extra else ())))
            asked[store.ask(name, seconds=seconds)] = name

        while kills.total() < KILLS:
            for _ in range(chance.randrange(4)):
                ask(chance.choice((0, 0, 0.5, 1.5)))
            time.sleep(chance.uniform(0, 0.1))
            match kind := chance.choice(("worker", "run", "fork server", *stage.kinds)):
                case "worker":
                    kills[kind] += 1
                    workers.kill_worker(chance)
                case "run":
                    kills[kind] += 1
                    ask(0)
                    workers.kill_run(chance)
                case "fork server":
                    kills[kind] += workers.kill_fork_server(chance)
                case _:
                    before, wanted = stage, stage.after(kind)
                    kills[kind] += store.kill_deploy(wanted, chance)
                    stage = store.stage()
                    assert stage in (before, wanted)
                    ends[kind, stage == wanted] += 1
        print(f"\n{KILLS} kills: {dict(kills)}; (kind, is done): {dict(ends)}; {len(asked)} runs asked for")
        stage = stage.after("prune")  # whose schedule ends with it
        store.deploys.finish(stage)
        assert store.stage() == stage
    site.syntask("plan", "--all", "--prune", "--detailed-exitcode")
    until(lambda: all(run.state.type.is_final or is_to_come(run) for run in site.runs()))

    check_runs(site, asked, stage)
    assert {is_done for _, is_done in ends} == {True, False}


def is_to_come(run: Run) -> bool:
    """Whether it is one of the runs of a schedule that are made ahead, next year."""
    return run.is_scheduled and run.state.type is StateType.SCHEDULED


def check_runs(site: Site, asked: dict[str, str], stage: Stage) -> None:
    """Each run that was *asked* for ended, and was executed once; so was each that was due."""
    marks = [line.split(" ") for line in site.marked("runs")]
    begun, finished = (Counter(run for what, run in marks if what == each) for each in ("begin", "end"))
    runs = {run.id: run for run in site.runs()}
    ended = {run_id: run for run_id, run in runs.items() if not is_to_come(run)}
    completed = {run_id for run_id, run in ended.items() if run.state.type is StateType.COMPLETED}
    cancelled = {run_id for run_id, run in ended.items() if run.state.type is StateType.CANCELLED}
    crashed = {run_id for run_id, run in ended.items() if run.state.type is StateType.CRASHED}

    assert {run_id for run_id, times in begun.items() if times > 1} == set()
    assert completed <= begun.keys() & finished.keys()
    assert begun.keys().isdisjoint(cancelled)
    assert ended.keys() == completed | cancelled | crashed
    assert asked.keys() == {run_id for run_id, run in ended.items() if not run.is_scheduled}
    # Only what was pruned before its turn came was cancelled.
    assert {asked[each] for each in cancelled if each in asked} <= set(EXTRA)
    assert {runs[run_id].deployment for run_id, name in asked.items() if name in ("here", "there")} == {
        f"record/{stage.name}"
    }
    ticks = Counter(run.scheduled for run in ended.values() if run.is_scheduled)
    assert max(ticks.values()) == 1
    counts = {"completed": len(completed), "crashed": len(crashed), "cancelled": len(cancelled)}
    print(f"{len(ended)} runs ended, {len(ticks)} of them of a schedule: {counts}")


def test_what_is_left_is_whole(site: Site, workers: Workers) -> None:
    """After a few kills: the file is sound, deploying again finishes the job, and no directory stays."""
    chance, stage = Random(7), Stage()
    with closing(EmbeddedBackend.open(site.store)) as backend:
        store = Store(site, backend, stage)
        for _ in range(8):
            for _ in range(2):
                store.ask(BASE[0])
            stage = stage.after(chance.choice(stage.kinds))
            store.kill_deploy(stage, chance)
            workers.kill_worker(chance)
        stage = stage.after("prune")
        store.deploys.finish(stage)
        assert store.stage() == stage
    site.syntask("plan", "--all", "--prune", "--detailed-exitcode")
    until(lambda: all(run.state.type.is_final or is_to_come(run) for run in site.runs()))

    with closing(sqlite3.connect(site.store)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    until(lambda: not list((site.home / "runs").iterdir()))
