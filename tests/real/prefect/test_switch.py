"""Schedules go from a real server of Prefect 2 to the backend at hand, and back: never on both."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.support.console import Console
from tests.support.old_prefect import old_python
from tests.support.prefect_server import PrefectServer, sqlite_server
from tests.support.processes import end, start
from tests.support.switching import NAME, Moving

_NEWEST = pytest.mark.torture
# A switch has fewer writes than this, whatever it goes to.
_MOST_WRITES = 40


@pytest.fixture(name="old", scope="module", params=["2.19", pytest.param("2.20", marks=_NEWEST)])
def _old(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    python = old_python(request.param)
    with sqlite_server(tmp_path_factory.mktemp("old"), python=python) as server:
        yield server


@pytest.fixture(name="moving", params=["embedded", pytest.param("server", marks=_NEWEST)])
def _moving(request: pytest.FixtureRequest, old: PrefectServer, tmp_path: Path) -> Moving:
    """A project, and the embedded backend or a Prefect 3 server as the new side."""
    for name in ("work", "home"):
        (tmp_path / name).mkdir()
    moving = Moving(old, Console(tmp_path / "work", tmp_path / "home"))
    if request.param == "server":
        server: PrefectServer = request.getfixturevalue("sqlite")
        server.empty()
        server.create_pool("default")
        moving.backend = server.api
    moving.prepare()
    return moving


def wait_for_runs(moving: Moving) -> None:
    """Until the old server has made runs ahead."""
    deadline = time.monotonic() + 600
    while not moving.coming():
        assert time.monotonic() < deadline, "the old server makes no runs"
        time.sleep(0.5)


def _document(said: str) -> dict[str, Any]:
    """What a command printed as JSON, below what it said on standard error."""
    found: dict[str, Any] = json.loads(said[said.index("{") :])
    return found


def where(moving: Moving) -> str:
    """Where the status says that the deployment schedules."""
    done = moving.run("status -o json")
    (found,) = _document(done.stdout)["deployments"]
    assert done.returncode == (1 if found["schedules_on"] == "both" else 0)
    return str(found["schedules_on"])


def test_a_switch_and_the_way_back(moving: Moving) -> None:
    """The old runs to come are gone, and a schedule that was at rest stays so."""
    wait_for_runs(moving)
    assert where(moving) == "old"

    done = moving.run(f"switch {NAME}")

    assert done.returncode == 0, done.stdout
    assert (moving.is_old_on, moving.is_new_on, moving.coming()) == (False, True, [])
    assert where(moving) == "new"
    assert f"{NAME} already schedules on" in moving.run(f"switch {NAME}").stdout

    done = moving.run(f"back {NAME}", server=False)

    assert done.returncode == 0, done.stdout
    assert (moving.is_old_on, moving.is_new_on, moving.active) == (True, False, [True, False])
    assert where(moving) == "old"
    assert moving.run(f"back {NAME}", server=False).returncode == 1


def test_one_that_fails_stops_no_other(moving: Moving) -> None:
    done = moving.run(f"switch load-orders/oftn {NAME}")

    assert (done.returncode, "Did you mean `load-orders/often`?" in done.stdout) == (1, True), done.stdout
    assert where(moving) == "new"


def test_both_is_an_error_that_a_switch_mends(moving: Moving) -> None:
    assert moving.console.run(f"syntask {moving.options} deploy --all").returncode == 0

    done = moving.run("status")

    assert done.returncode == 1
    assert f"`{NAME}` schedules on both servers" in done.stdout
    assert moving.run(f"switch {NAME}").returncode == 0
    assert where(moving) == "new"


def test_what_does_not_schedule_is_not_switched(moving: Moving) -> None:
    place = f"/deployments/{moving.deployment['id']}"
    moving.old.request("PATCH", place, {"paused": True})

    done = moving.run(f"switch {NAME}")

    assert (done.returncode, "has no active schedule" in done.stdout) == (1, True), done.stdout
    assert where(moving) == "neither"


@pytest.mark.torture
def test_a_kill_before_any_write_is_finished_or_undone(moving: Moving) -> None:
    """Never both, whenever it happens; by turns the next `switch` ends it, and the next `back`."""
    for number in range(1, _MOST_WRITES):
        moving.prepare()
        done = moving.killed(number, f"switch {NAME}")
        assert not (moving.is_old_on and moving.is_new_on), number
        if done.returncode == 0:
            break
        assert done.returncode == -9 or "Killed" in done.stdout or done.returncode == 137, done.stdout
        if number % 2:
            again = moving.run(f"switch {NAME}")
            assert again.returncode == 0, again.stdout
            assert (moving.is_old_on, moving.is_new_on) == (False, True), number
        undone = moving.run(f"back {NAME}", server=False)
        is_recorded = "was not switched" not in undone.stdout
        assert (undone.returncode == 0) is is_recorded, undone.stdout
        assert (moving.is_old_on, moving.is_new_on, moving.active) == (True, False, [True, False]), number
    else:
        pytest.fail("a switch never came to its end")


@pytest.mark.torture
def test_a_kill_on_the_way_back_is_finished_or_undone(moving: Moving) -> None:
    for number in range(1, _MOST_WRITES):
        moving.prepare()
        assert moving.run(f"switch {NAME}").returncode == 0
        done = moving.killed(number, f"back {NAME}")
        assert not (moving.is_old_on and moving.is_new_on), number
        if done.returncode == 0:
            break
        if number % 2:
            again = moving.run(f"switch {NAME}")
            assert again.returncode == 0, again.stdout
            assert (moving.is_old_on, moving.is_new_on) == (False, True), number
        undone = moving.run(f"back {NAME}", server=False)
        assert undone.returncode == 0, undone.stdout
        assert (moving.is_old_on, moving.is_new_on, moving.active) == (True, False, [True, False]), number
    else:
        pytest.fail("the way back never came to its end")


@pytest.mark.torture
def test_one_server_may_be_both_sides(sqlite: PrefectServer, tmp_path: Path) -> None:
    """As one that was upgraded: the new deployment has another name, and its own is told apart."""
    for name in ("work", "home"):
        (tmp_path / name).mkdir()
    sqlite.empty()
    sqlite.create_pool("default")
    moving = Moving(sqlite, Console(tmp_path / "work", tmp_path / "home"), backend=sqlite.api)
    moving.prepare()
    before = moving.deployment
    project = moving.console.directory / "syntask.yaml"
    text = project.read_text(encoding="utf-8")

    same = moving.run(f"switch {NAME}")
    project.write_text(text.replace("name: often", "name: frequent"), encoding="utf-8")
    done = moving.run(f"switch load-orders/frequent --old {NAME}")

    assert "is the same deployment before and after" in same.stdout
    assert done.returncode == 0, done.stdout
    found = {each["name"]: each for each in sqlite.every("deployments")}
    assert (found["often"]["id"], found["often"]["paused"]) == (before["id"], True)
    assert found["frequent"]["paused"] is False
    shown = _document(moving.run("status -o json").stdout)["deployments"]
    assert [(each["deployment"], each["new_deployment"], each["schedules_on"]) for each in shown] == [
        (NAME, "load-orders/frequent", "new")
    ]
    assert moving.run("back load-orders/frequent", server=False).returncode == 0
    found = {each["name"]: each for each in sqlite.every("deployments")}
    assert (found["often"]["paused"], found["frequent"]["paused"]) == (False, True)


def due_times(runs: list[dict[str, Any]], key: str) -> set[datetime]:
    return {datetime.fromisoformat(run[key]).replace(microsecond=0) for run in runs}


@pytest.mark.torture
def test_every_run_happens_once_while_agent_and_worker_are_at_work(
    old: PrefectServer, tmp_path: Path
) -> None:
    """An agent, a worker, and a run each ten seconds: each one happens on one side, or is reported."""
    for name in ("work", "home"):
        (tmp_path / name).mkdir()
    moving = Moving(old, Console(tmp_path / "work", tmp_path / "home"))
    moving.prepare(interval=10)
    wait_for_runs(moving)
    agent = start(
        [old.program, "agent", "start", "-q", "default"],
        log=tmp_path / "agent.log",
        environ=old.client_environ,
        cwd=moving.console.directory,
    )
    worker = start(
        [str(Path(__file__).parents[3] / ".venv/bin/syntask"), "worker", "start"],
        log=tmp_path / "worker.log",
        environ=moving.console.environment(),
        cwd=moving.console.directory,
    )
    try:
        time.sleep(35)
        done = moving.run(f"switch {NAME} -o json 2>/dev/null")
        assert done.returncode == 0, done.stdout
        time.sleep(35)
    finally:
        end(worker)
        end(agent)
    (switched,) = _document(done.stdout)["deployments"]
    states = ["COMPLETED", "RUNNING", "PENDING", "FAILED", "CRASHED"]
    chosen = {"flow_runs": {"state": {"type": {"any_": states}}}, "limit": 200}
    before = due_times(old.request("POST", "/flow_runs/filter", chosen), "expected_start_time")
    listed = moving.console.run(f"syntask flow-run ls --deployment {NAME} --limit 200 -o json").stdout
    runs = [run for run in json.loads(listed)["flow_runs"] if run["state"] != "SCHEDULED"]
    after = due_times(runs, "scheduled")
    missed = {datetime.fromisoformat(each) for each in switched["missed"]}

    assert before
    assert after
    assert (before & after, before & missed, after & missed) == (set(), set(), set())
    everything = sorted(before | after | missed)
    steps = {(later - earlier).total_seconds() for earlier, later in pairwise(everything)}
    assert steps == {10.0}
    assert max(before) < min(after)
