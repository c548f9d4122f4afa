"""How a worker ends: told to, once or twice, or killed."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from syntask_yaml.model.run import StateType
from tests.support.processes import is_alive, kill, runs_of, start
from tests.support.site import PROGRAM, Site, until

Deployed = Callable[..., Site]
FULL = Path("/dev/full")


@pytest.fixture(name="site")
def _site(deployed: Deployed) -> Site:
    return deployed("sleeps", "returns")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_once_it_lets_runs_finish(site: Site, number: int) -> None:
    """And takes no more."""
    (run,) = site.ask("sleeps", parameters={"seconds": 1.0})
    with site.worker() as worker:
        until(lambda: site.marked("began"))
        worker.send_signal(number)
        (other,) = site.ask("returns")
        assert worker.wait(30) == 0
    assert site.run(run).state.type is StateType.COMPLETED
    assert site.run(other).state.type is StateType.SCHEDULED


def test_told_twice_it_cancels_them(site: Site) -> None:
    runs = site.ask("sleeps", times=2)
    with site.worker() as worker:
        until(lambda: len(site.marked("began")) == 2)
        worker.terminate()
        until(lambda: "Stop again" in (site.folder / "worker.log").read_text())
        worker.terminate()
        assert worker.wait(30) == 0
    states = [site.run(run).state for run in runs]
    assert {state.type for state in states} == {StateType.CANCELLED}
    assert {state.message for state in states} == {"The worker was stopped."}


def test_where_the_terminal_is_closed_it_cancels_them(site: Site) -> None:
    """In order: none is left to be found by another worker."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # also where all tests are to outlive theirs
    try:
        (run,) = site.ask("sleeps")
        with site.worker() as worker:
            until(lambda: site.marked("began"))
            worker.send_signal(signal.SIGHUP)
            assert worker.wait(30) == 0
    finally:
        signal.signal(signal.SIGHUP, before)
    state = site.run(run).state
    assert (state.type, state.message) == (StateType.CANCELLED, "The worker was stopped.")


@pytest.mark.skipif(not FULL.exists(), reason="only Linux has a disk that is always full")
def test_what_it_says_is_lost_where_the_disk_of_its_log_is_full_and_no_run_is(site: Site) -> None:
    """It starts there, too, as after the machine did, and ends as it is told to."""
    argv = [PROGRAM, "worker", "start"]
    worker = start(argv, log=FULL, environ=site.environment(), cwd=site.code)
    try:
        (run,) = site.ask("returns")
        assert site.until(run).state.type is StateType.COMPLETED
        worker.terminate()
        assert worker.wait(30) in (0, 120)  # Python has not written its last words, either
    finally:
        kill(worker)


def test_idle_it_ends_at_once(site: Site) -> None:
    with site.worker() as worker:
        until(lambda: "serves" in (site.folder / "worker.log").read_text())
        (run,) = site.ask("returns")
        site.until(run)
        worker.terminate()
        assert worker.wait(10) == 0
    assert "Stopping." in (site.folder / "worker.log").read_text()


def test_killed_it_takes_its_runs_along_and_the_next_one_finds_them(site: Site) -> None:
    """Nothing goes on unseen, and nothing is RUNNING for ever; its directory is gone, too."""
    (run,) = site.ask("sleeps")
    worker = site.start_worker(SYNTASK_WORKER_LEASE_SECONDS="1")
    until(lambda: site.marked("began"))
    (child,) = runs_of(worker.pid)
    kill_only(worker)
    until(lambda: not is_alive(child))
    assert site.run(run).state.type is StateType.RUNNING

    with site.worker(SYNTASK_WORKER_LEASE_SECONDS="1"):
        state = site.until(run).state
        until(lambda: not list((site.home / "runs").iterdir()))
    assert (state.type, state.message) == (
        StateType.CRASHED,
        "The worker that executed the run stopped responding.",
    )


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has the kernel end a process")
def test_killed_it_takes_along_a_run_that_lets_no_other_thread_run(deployed: Deployed) -> None:
    site = deployed("holds_the_lock")
    site.ask("holds_the_lock")
    worker = site.start_worker()
    until(lambda: site.marked("began"))
    (child,) = runs_of(worker.pid)
    kill_only(worker)
    until(lambda: not is_alive(child))


def test_a_worker_that_slept_too_long_ends_what_is_no_longer_its(site: Site) -> None:
    """Another one has found its run; the state that it then has is not written over."""
    (run,) = site.ask("sleeps")
    worker = site.start_worker(SYNTASK_WORKER_LEASE_SECONDS="1")
    try:
        until(lambda: site.marked("began"))
        (child,) = runs_of(worker.pid)
        worker.send_signal(signal.SIGSTOP)
        with site.worker("--name", "other", SYNTASK_WORKER_LEASE_SECONDS="1"):
            assert site.until(run).state.type is StateType.CRASHED
        worker.send_signal(signal.SIGCONT)
        until(lambda: not is_alive(child))
        assert site.run(run).state.type is StateType.CRASHED
    finally:
        kill(worker)


def test_a_lease_is_renewed_while_a_run_goes_on(site: Site) -> None:
    """Another worker does not take it for dead."""
    short = {"SYNTASK_WORKER_LEASE_SECONDS": "1"}
    (run,) = site.ask("sleeps", parameters={"seconds": 3.0})
    with site.worker(**short), site.worker(**short):
        assert site.until(run).state.type is StateType.COMPLETED
    assert site.marked("began") == ["x"]


def test_once_it_executes_all_that_is_due_now(site: Site) -> None:
    """Two at a time; what is due later waits."""
    runs = site.ask("returns", times=5)
    (later,) = site.ask("returns", scheduled=datetime.now(UTC) + timedelta(hours=1))
    site.work("--limit", "2")
    assert {site.run(run).state.type for run in runs} == {StateType.COMPLETED}
    assert site.run(later).state.type is StateType.SCHEDULED


def test_with_a_limit_it_executes_no_more_at_a_time(site: Site) -> None:
    runs = site.ask("sleeps", times=3, parameters={"seconds": 0.3})
    with site.worker("--limit", "1"):
        ended = [site.until(run) for run in runs]
    times = sorted((run.started, run.ended) for run in ended if run.started and run.ended)
    assert len(times) == 3
    assert all(end <= begin for (_, end), (begin, _) in pairwise(times))


def test_a_number_that_is_none(site: Site) -> None:
    """Settings are checked before any run is taken."""
    for name, value in (
        ("SYNTASK_WORKER_LEASE_SECONDS", "soon"),
        ("SYNTASK_WORKER_GRACE_SECONDS", "-1"),
        ("SYNTASK_KEEP_RUNS", "nan"),
    ):
        done = site.call("worker", "start", "--run-once", **{name: value})
        assert (done.returncode, f"`{name}` is `{value}`" in done.stderr) == (64, True), done.stderr


def kill_only(process: subprocess.Popen[bytes]) -> None:
    """End the process alone, and none that it started."""
    process.kill()
    process.wait()
