"""`kill -9` of the deploy, of the worker and of runs, again and again on one store.

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
from pathlib import Path
from random import Random

import pytest

from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.model.run import RunRequest, StateType
from tests.support.processes import children_of, kill, start
from tests.support.site import PROGRAM, Site, until

KILLS = int(os.environ.get("SYNTASK_TORTURE_KILLS", "60"))
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
DEPLOYMENTS = 12


@pytest.fixture(name="site")
def _site(tmp_path: Path) -> Site:
    site = Site(tmp_path)
    (site.code / "flows.py").write_text(FLOWS, encoding="utf-8")
    declare(site, 0)
    return site


def declare(site: Site, version: int) -> None:
    site.declare(
        {
            f"number-{number}": {"entrypoint": "flows.py:record", "version": str(version)}
            for number in range(DEPLOYMENTS)
        }
    )


class Crew:
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

    def _runs(self) -> list[int]:
        return [child for worker in self._workers for child in children_of(worker.pid)]

    def dismiss(self) -> None:
        for worker in self._workers:
            kill(worker)


@pytest.fixture(name="crew")
def _crew(site: Site) -> Iterator[Crew]:
    crew = Crew(site)
    yield crew
    crew.dismiss()


class Deploys:
    """Deploys that are killed somewhere between their start and their end.

    How long one takes depends on how busy the machine is: a few are faster than they are killed.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        began = time.monotonic()
        self._start(0).wait()
        self._longest = time.monotonic() - began

    def _start(self, version: int) -> subprocess.Popen[bytes]:
        declare(self._site, version)
        log, environ = self._site.folder / "deploy.log", self._site.environment()
        return start([PROGRAM, "deploy", "--all"], log=log, environ=environ, cwd=self._site.code)

    def kill(self, version: int, chance: Random) -> bool:
        """Whether there was something left to kill."""
        process = self._start(version)
        with suppress(subprocess.TimeoutExpired):
            process.wait(chance.uniform(0, self._longest))
        was_faster = process.poll() is not None
        self._longest *= 0.8 if was_faster else 1.05
        kill(process)
        return not was_faster


def test_nothing_is_lost_and_nothing_runs_twice(site: Site, crew: Crew) -> None:
    """The store opens each time; each run ends; what completed was executed once, what crashed at most once.

    A deploy has changed all deployments or none.
    """
    chance, deploys = Random(KILLS), Deploys(site)
    asked: list[str] = []
    versions = Counter[str]()
    with closing(EmbeddedBackend.open(site.store)) as backend:
        deployment = backend.deployments()[0].id
        kills = 0
        while kills < KILLS:
            request = RunRequest(deployment_id=deployment)
            asked += [backend.create_run(request).id for _ in range(chance.randrange(4))]
            time.sleep(chance.uniform(0, 0.1))
            match chance.choice(("deploy", "worker", "run", "run")):
                case "deploy":
                    kills += deploys.kill(len(asked), chance)
                    (version,) = {stored.deployment.version for stored in backend.deployments()}
                    versions[str(version)] += 1
                case "worker":
                    kills += 1
                    crew.kill_worker(chance)
                case "run":
                    kills += 1
                    asked += [backend.create_run(request).id]
                    crew.kill_run(chance)
        ended = {run: site.until(run).state.type for run in asked}

    begun = Counter(line.removeprefix("begin ") for line in site.marked("runs") if line.startswith("begin"))
    finished = Counter(line.removeprefix("end ") for line in site.marked("runs") if line.startswith("end"))
    assert {run for run, times in begun.items() if times > 1} == set()
    completed = {run for run, state in ended.items() if state is StateType.COMPLETED}
    assert completed <= set(begun)
    assert completed <= set(finished)
    assert set(ended.values()) == {StateType.COMPLETED, StateType.CRASHED}
    assert len(site.runs()) == len(asked)
    assert site.runs(StateType.SCHEDULED, StateType.PENDING, StateType.RUNNING, StateType.CANCELLING) == []
    assert len(versions) > 1


def test_what_is_left_is_whole(site: Site, crew: Crew) -> None:
    """After a few kills: the file is sound, deploying again finishes the job, and no directory stays."""
    chance, deploys = Random(7), Deploys(site)
    for number in range(1, 9):
        site.ask("number-0", times=2)
        deploys.kill(number, chance)
        crew.kill_worker(chance)
    until(lambda: all(run.state.type.is_final for run in site.runs()))

    with closing(sqlite3.connect(site.store)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    site.syntask("deploy", "--all")
    site.syntask("plan", "--all", "--detailed-exitcode")
    until(lambda: not list((site.home / "runs").iterdir()))
