"""`syntask upgrade switch` and `back`: from Prefect 2 to the embedded backend, killed at each write."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.operations.schedule_sides import is_on
from tests.support.console import Console
from tests.support.prefect_2_api import Prefect2Api, prefect_2_api
from tests.support.upgrading import FLOW

NAME = "load-orders/often"
_PROJECT = """\
name: orders
deployments:
  - name: often
    entrypoint: flows.py:load_orders
    schedules: [{cron: 0 6 * * *}]
"""
# A switch has fewer writes than this.
_MOST_WRITES = 20


@pytest.fixture(name="old")
def _old(console: Console) -> Iterator[Prefect2Api]:
    """A server with a deployment that has a schedule, and one at rest; and a project that has it too."""
    console.directory.joinpath("flows.py").write_text(FLOW, encoding="utf-8")
    console.directory.joinpath("syntask.yaml").write_text(_PROJECT, encoding="utf-8")
    with prefect_2_api() as api:
        api.schedule(True, False)
        yield api


def is_new_on(console: Console) -> bool:
    """Whether the new deployment schedules."""
    backend = EmbeddedBackend.open(console.home / ".syntask" / "syntask.db", creates=False)
    try:
        return any(is_on(each) for each in backend.deployments(names=[NAME]))
    finally:
        backend.close()


def killed(console: Console, number: int, verb: str) -> int:
    """Run a command, and kill it before its write of that *number*; the exit code."""
    root = Path(__file__).parents[2]
    command = f"PYTHONPATH={root} {sys.executable} -m tests.support.killed {number} upgrade {verb}"
    return console.run(command).returncode


def test_a_kill_before_any_write_is_finished_or_undone(console: Console, old: Prefect2Api) -> None:
    """Never do both schedule; by turns the next `switch` ends it, and the next `back`."""
    server = f"--from-server={old.url}"
    for number in range(1, _MOST_WRITES):
        shutil.rmtree(console.home / ".syntask", ignore_errors=True)
        old.schedule(True, False)
        old.run(datetime.now(UTC) + timedelta(hours=1))
        code = killed(console, number, f"switch {NAME} {server}")
        assert not (old.is_on and is_new_on(console)), number
        if code == 0:
            break
        if number % 2:
            again = console.run(f"syntask upgrade switch {NAME} {server}")
            assert again.returncode == 0, again.stdout
            assert (old.is_on, is_new_on(console), old.runs) == (False, True, []), number
        undone = console.run(f"syntask upgrade back {NAME}")
        is_recorded = "was not switched" not in undone.stdout
        assert (undone.returncode == 0) is is_recorded, undone.stdout
        assert (old.is_on, is_new_on(console), old.active) == (True, False, [True, False]), number
    assert 5 < number < _MOST_WRITES - 1
    assert (old.is_on, is_new_on(console)) == (False, True)


def test_the_deployments_of_the_server_are_read_once(console: Console, old: Prefect2Api) -> None:
    """Whatever the number of names; what schedules is read for each."""
    done = console.run(f"syntask upgrade switch {NAME} often --from-server={old.url}")

    assert done.returncode == 0, done.stdout
    assert f"{NAME} already schedules on" in done.stdout
    pages = [each for each in old.asked if each == "POST /deployments/filter"]
    assert len(pages) == 1
    assert (old.is_on, is_new_on(console)) == (False, True)


def test_a_kill_on_the_way_back_is_finished(console: Console, old: Prefect2Api) -> None:
    server = f"--from-server={old.url}"
    for number in range(1, _MOST_WRITES):
        assert console.run(f"syntask upgrade switch {NAME} {server}").returncode == 0
        code = killed(console, number, f"back {NAME}")
        assert not (old.is_on and is_new_on(console)), number
        if code == 0:
            break
        done = console.run(f"syntask upgrade back {NAME}")
        assert done.returncode == 0, done.stdout
        assert (old.is_on, is_new_on(console), old.active) == (True, False, [True, False]), number
    assert 3 < number < _MOST_WRITES - 1


def test_a_schedule_keeps_its_parameters(console: Console, old: Prefect2Api) -> None:
    """Servers of Prefect 3 delete those that are not sent with what pauses or resumes it."""
    schedule = old.deployment["schedules"][0]
    schedule["parameters"] = {"region": "us"}

    assert console.run(f"syntask upgrade switch {NAME} --from-server={old.url}").returncode == 0
    assert (old.is_on, schedule["parameters"]) == (False, {"region": "us"})
    assert console.run(f"syntask upgrade back {NAME}").returncode == 0
    assert (old.is_on, schedule["parameters"]) == (True, {"region": "us"})


def test_only_runs_to_come_of_schedules_are_dropped(console: Console, old: Prefect2Api) -> None:
    """What runs, and what somebody asked for, stays; a late run that nothing took is named."""
    now = datetime.now(UTC).replace(microsecond=0)
    running = old.run(now - timedelta(minutes=2), "RUNNING")
    by_hand = old.run(now + timedelta(hours=2), is_scheduled=False)
    late = old.run(now - timedelta(minutes=1))
    old.run(now + timedelta(hours=1))

    done = console.run(f"syntask upgrade switch {NAME} --from-server={old.url} -o json 2>/dev/null")

    (switched,) = json.loads(done.stdout)["deployments"]
    assert old.runs == [running, by_hand]
    assert switched["missed"] == [late["expected_start_time"]]


def test_a_run_that_an_agent_took_ahead_is_waited_for(console: Console, old: Prefect2Api) -> None:
    """The new side starts after its time, or it would make the same one."""
    due = datetime.now(UTC) + timedelta(seconds=6)
    old.run(due, "PENDING")

    done = console.run(f"syntask upgrade switch {NAME} --from-server={old.url}")

    assert done.returncode == 0, done.stdout
    assert datetime.now(UTC) > due
    assert is_new_on(console)


def test_a_switch_that_was_interrupted_is_in_the_status(console: Console, old: Prefect2Api) -> None:
    server = f"--from-server={old.url}"
    old.run(datetime.now(UTC) + timedelta(hours=1))
    number = next(each for each in range(1, _MOST_WRITES) if is_between(console, old, each))

    done = console.run(f"syntask upgrade status {server}")

    assert number
    assert f"`{NAME}` was interrupted while switching." in done.stdout


def is_between(console: Console, old: Prefect2Api, number: int) -> bool:
    """Whether the kill before that write leaves a switch begun."""
    killed(console, number, f"switch {NAME} --from-server={old.url}")
    return any((console.home / ".syntask" / "switches").glob("*.json"))
