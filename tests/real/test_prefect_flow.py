"""Flows under Prefect's own decorator, executed by the embedded worker."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from syntask_yaml.model.run import State, StateType
from tests.support.prefect_server import NEWER, PYTHON, migrated_by, missing, sqlite_server, version_of
from tests.support.processes import descendants, is_alive
from tests.support.site import Site, until

pytestmark = [pytest.mark.real, pytest.mark.skipif(bool(missing()), reason=missing() or "it is installed")]

# Importing Prefect takes a second, and half a minute on a busy machine.
_SLOW = 300.0

FLOWS = '''
from prefect import flow, get_run_logger, task

ATTEMPTS = []

@task
def double(number: int) -> int:
    return 2 * number

@flow(log_prints=True, retries=1)
def doubles(number: int = 1):
    """Fails the first time."""
    ATTEMPTS.append(number)
    print("attempt", len(ATTEMPTS))
    if len(ATTEMPTS) == 1:
        raise OSError("not yet")
    print("twice", double(number))
    get_run_logger().warning("logged")

@flow
async def waits(name: str):
    print("hello", name)

@flow
def fails():
    raise ValueError("no such order")
'''


@pytest.fixture(name="site")
def _site(tmp_path: Path) -> Iterator[Site]:
    """Flows that tell their server; without one, each would start its own."""
    with sqlite_server(tmp_path / "server") as server:
        site = Site(tmp_path / "site")
        (site.code / "flows.py").write_text(FLOWS, encoding="utf-8")
        env = {name: server.client_environ[name] for name in ("PREFECT_API_URL", "PREFECT_HOME")}
        pool = {"name": "default", "job_variables": {"env": env}}
        parameters = {"doubles": {"number": 21}, "waits": {"name": "Ada"}, "fails": {}}
        site.deploy(
            {
                name: {"entrypoint": f"flows.py:{name}", "work_pool": pool, "parameters": given}
                for name, given in parameters.items()
            }
        )
        yield site


def test_they_run_as_they_do_elsewhere(site: Site) -> None:
    """With Prefect's retries, tasks and loggers, and the state that they end in."""
    runs = {name: site.ask(name)[0] for name in ("doubles", "waits", "fails")}
    site.work()

    states = {name: site.run(run).state for name, run in runs.items()}
    assert states == {
        "doubles": State(StateType.COMPLETED),
        "waits": State(StateType.COMPLETED),
        "fails": State(StateType.FAILED, message="ValueError: no such order"),
    }
    lines = {(line.level, line.message) for line in site.lines(runs["doubles"])}
    prints = {(logging.INFO, text) for text in ("attempt 1", "attempt 2", "twice 42")}
    assert {*prints, (logging.WARNING, "logged")} <= lines
    assert "hello Ada" in site.text(runs["waits"])


OWN_SERVER = """
import os

from prefect import flow, settings, task

@task
def double(number: int) -> int:
    return 2 * number

@flow(log_prints=True)
def tells(number: int = 1):
    print("server", settings.PREFECT_API_URL.value(), "of", os.environ.get("PREFECT_API_URL"))
    print("twice", double(number))

@flow(log_prints=True)
def sleeps():
    import time
    print("asleep")
    time.sleep(600)
"""


@pytest.fixture(name="alone")
def _alone(tmp_path: Path) -> Site:
    """A site without a server, and with the migrated database that a worker has after its first server."""
    site = Site(tmp_path / "site")
    (site.code / "flows.py").write_text(OWN_SERVER, encoding="utf-8")
    site.deploy({name: {"entrypoint": f"flows.py:{name}"} for name in ("tells", "sleeps")})
    return site


def give_database(site: Site, content: bytes) -> Path:
    """Make *content* the database of the first server of a worker; its folder."""
    folder = site.home / "prefect" / version_of(PYTHON) / "0"
    folder.mkdir(parents=True)
    (folder / "prefect.db").write_bytes(content)
    return folder


def servers_of(site: Site, runs: list[str]) -> set[str]:
    """The servers that *runs* say they had."""
    lines = [line for run in runs for line in site.text(run).splitlines() if "server http" in line]
    assert len(lines) == len(runs)
    assert all(line.split()[-1] == line.split()[-3] for line in lines)
    return {line.split()[-1] for line in lines}


def test_a_worker_has_one_server_for_all_its_runs_and_ends_it(
    alone: Site, pytestconfig: pytest.Config
) -> None:
    """Also when the worker is killed; what it leaves behind is in nobody's way."""
    folder = give_database(alone, migrated_by(PYTHON, pytestconfig).read_bytes())
    worker = alone.start_worker(SYNTASK_WORKER_LEASE_SECONDS="2")
    try:
        runs = alone.ask("tells", times=3, parameters={"number": 21})
        assert {alone.until(run, seconds=_SLOW).state for run in runs} == {State(StateType.COMPLETED)}
        assert len(servers_of(alone, runs)) == 1
        (asleep,) = alone.ask("sleeps")
        until(lambda: "asleep" in alone.text(asleep), seconds=_SLOW)
        below = descendants(worker.pid)
        assert len(below) >= 3  # a keeper, its server, and the run
    finally:
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait(15)
    until(lambda: not any(map(is_alive, below)))

    with alone.worker(SYNTASK_WORKER_LEASE_SECONDS="2") as after:
        (run,) = alone.ask("tells")
        assert alone.until(run, seconds=_SLOW).state.type is StateType.COMPLETED
        assert alone.until(asleep).state.type is StateType.CRASHED
        below = descendants(after.pid)
        after.terminate()
        assert after.wait(60) == 0
        until(lambda: not any(map(is_alive, below)))  # what is killed goes on for a moment
    assert [each.name for each in folder.parent.iterdir()] == ["0"]  # the second one has the first one's
    assert not list((alone.home / "prefect").glob("worker-*"))


def test_a_server_that_does_not_start_is_no_failure_of_the_flow(alone: Site) -> None:
    """The state says what to do; the next run tries again."""
    folder = give_database(alone, b"this is no database" * 1000)
    (run,) = alone.ask("tells")
    with alone.worker():
        state = alone.until(run, seconds=_SLOW).state
    assert state.type is StateType.CRASHED
    assert state.message.startswith("Prefect's server did not start. It exited with code ")
    assert f"Its output is in `{folder / 'server.log'}`." in state.message
    assert "Run `prefect server start` and set PREFECT_API_URL to its address" in state.message
    assert not list((alone.home / "prefect").glob("worker-*"))


@pytest.mark.skipif(bool(missing(NEWER)), reason=missing(NEWER) or "it is installed")
def test_each_version_of_prefect_has_a_server_of_its_own(alone: Site) -> None:
    """A run may have another interpreter."""
    env = {"PYTHONPATH": str(Path(__file__).parents[2])}
    newer = {"command": f"{NEWER} -P -m syntask_yaml.worker.child", "env": env}
    pool = {"name": "default", "job_variables": newer}
    alone.deploy({"newer": {"entrypoint": "flows.py:tells", "work_pool": pool}})
    (run,) = alone.ask("newer")
    with alone.worker():
        assert alone.until(run, seconds=_SLOW).state == State(StateType.COMPLETED), alone.text(run)
    assert [each.name for each in (alone.home / "prefect").iterdir()] == [version_of(NEWER)]
