"""Runs that are forked from a warm process: nobody can tell, whatever ends, and nothing is left behind."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from syntask_yaml.model.run import Run, StateType
from syntask_yaml.worker.fork_client import can_fork
from syntask_yaml.worker.runner.process import DEFAULT_COMMAND
from tests.acceptance.worker.conftest import CODE
from tests.support.processes import end, fork_servers_of, is_alive, kill, runs_of
from tests.support.site import Site, until

pytestmark = pytest.mark.skipif(not can_fork(), reason="runs are forked on Linux only, with pidfd_open")

FLOWS = (
    "probe",
    "parent",
    "computes_elsewhere",
    "says_goodbye",
    "waits_and_vanishes",
    "waits_and_returns",
    "writes_a_lot",
    "takes_its_group_away",
)
COLD = {"command": shlex.join(DEFAULT_COMMAND)}


@dataclass
class Warm:
    """A worker with a fork server that is ready."""

    site: Site
    process: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def server(self) -> int:
        (server,) = fork_servers_of(self.pid)
        return server

    def ran(self, name: str, **variables: Any) -> Run:
        (run,) = self.site.ask(name, job_variables=variables)
        return self.site.until(run)

    def says(self, name: str, **variables: Any) -> str:
        run = self.ran(name, **variables)
        text = self.site.text(run.id)
        assert run.state.type is StateType.COMPLETED, (run.state, text)
        return text

    def is_forked(self, **variables: Any) -> bool:
        return parent_in(self.says("parent", **variables)) in fork_servers_of(self.pid)

    def warm_up(self) -> None:
        until(self.is_forked)


def line_of(text: str, word: str) -> str:
    """What follows *word* at the beginning of a line."""
    return next(line.removeprefix(word) for line in text.splitlines() if line.startswith(word))


def parent_in(text: str) -> int:
    return int(line_of(text, "PARENT"))


@pytest.fixture(name="served", scope="module")
def _served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warm]:
    site = Site(tmp_path_factory.mktemp("forks"))
    shutil.copytree(CODE, site.code, dirs_exist_ok=True)
    flows = {name: {"entrypoint": f"forked.py:{name}"} for name in FLOWS}
    loaded = {"entrypoint": "loaded.py:loaded"}
    bare = {**loaded, "pull": [], "work_pool": pool(working_dir=str(site.code))}
    site.deploy({**flows, "loaded": loaded, "loaded_without_pull_steps": bare})
    worker = Warm(site, site.start_worker())
    yield worker
    end(worker.process)


@pytest.fixture(name="warm")
def _warm(served: Warm) -> Warm:
    for mark in served.site.marks.iterdir():
        mark.unlink()
    served.warm_up()
    return served


def pool(**variables: Any) -> dict[str, Any]:
    return {"name": "default", "job_variables": variables}


def test_a_flow_sees_no_difference(warm: Warm) -> None:
    """While another run goes on, whose pipes it must not have."""
    warm.site.ask("waits_and_returns")
    until(lambda: warm.site.marked("waiting"))
    env = {"TZ": "Asia/Kathmandu", "ADDED": "ü", "NO_COLOR": None}
    texts = [warm.says("probe", working_dir=str(warm.site.code), env=env, **more) for more in ({}, COLD)]
    assert [parent_in(text) for text in texts] == [warm.server, warm.pid]
    forked, new = (json.loads(line_of(text, "PROBE")) for text in texts)
    assert forked == new
    assert forked["time zone"] == ["+0545", "+0545"]
    (warm.site.marks / "go").touch()


@pytest.mark.parametrize("name", ["loaded", "loaded_without_pull_steps"])
def test_no_more_modules_are_loaded(warm: Warm, name: str) -> None:
    """Than in a new process, where a file of the user could have the name of one of them."""
    texts = [warm.says(name, **more) for more in ({}, COLD)]
    assert [parent_in(text) for text in texts] == [warm.server, warm.pid]
    forked, new = (line_of(text, "MODULES").split() for text in texts)
    assert set(forked) == {*new, "_socket", "gc", "syntask_yaml.worker.fork_server"}


def test_chance_is_not_the_same(warm: Warm) -> None:
    """In two runs that are forked from one process."""
    assert line_of(warm.says("probe"), "CHANCE") != line_of(warm.says("probe"), "CHANCE")


def test_what_python_reads_at_its_start_makes_a_new_process(warm: Warm) -> None:
    for env in (
        {"PYTHONHASHSEED": "7"},
        {"PYTHONPATH": "/nowhere"},
        {"PYTHONUNBUFFERED": None},
        {"LC_ALL": "C"},
    ):
        assert not warm.is_forked(env=env), env
    assert not warm.is_forked(**COLD)
    assert not warm.is_forked(env={"LARGE": "x" * 100_000})
    assert warm.is_forked(env={"SMALL": "x"})


def test_a_directory_that_is_none(warm: Warm) -> None:
    messages = [warm.ran("parent", working_dir="/no/such", **more).state.message for more in ({}, COLD)]
    assert messages[0] == messages[1]
    assert "No such file or directory: PosixPath('/no/such')" in messages[0]
    assert warm.is_forked()


def test_flows_that_start_processes_and_threads(warm: Warm) -> None:
    text = warm.says("computes_elsewhere")
    assert [f"{kind} [0, 1, 4, 9]" in text for kind in ("fork", "spawn", "forkserver")] == [True] * 3
    assert "threads [0, 1, 2] fork 5" in text


def test_what_a_run_does_at_its_end(warm: Warm) -> None:
    assert "at the very end" in warm.says("says_goodbye")
    assert warm.says("writes_a_lot").count("x" * 50_000) == 100
    warm.says("takes_its_group_away")
    until(lambda: not is_alive(int(warm.site.marked("left")[0])))


@pytest.mark.parametrize("name", ["waits_and_returns", "waits_and_vanishes"])
def test_the_server_is_killed(warm: Warm, name: str) -> None:
    """Its runs go on; what they cannot say is said to be unknown. The next runs are forked again."""
    (run,) = warm.site.ask(name)
    until(lambda: warm.site.marked("waiting"))
    os.kill(warm.server, signal.SIGKILL)
    assert warm.says("parent")
    (warm.site.marks / "go").touch()
    ended = warm.site.until(run)
    if name == "waits_and_returns":
        assert (ended.state.type, "went on" in warm.site.text(run)) == (StateType.COMPLETED, True)
    else:
        assert ended.state.type is StateType.CRASHED
        assert (
            "How it ended is not known, because the fork server of the worker was killed"
            in ended.state.message
        )
    warm.warm_up()


def test_a_run_is_killed(warm: Warm) -> None:
    (run,) = warm.site.ask("waits_and_returns")
    until(lambda: warm.site.marked("waiting"))
    os.kill(int(warm.site.marked("waiting")[0]), signal.SIGKILL)
    state = warm.site.until(run).state
    assert (state.type, "was killed by SIGKILL" in state.message) == (StateType.CRASHED, True)


def test_many_runs_leave_nothing_behind(warm: Warm) -> None:
    """No descriptor, no process that has ended, and no directory."""

    def held() -> tuple[int, int]:
        return tuple(len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in (warm.pid, warm.server))  # type: ignore[return-value]

    before = held()
    for run in warm.site.ask("parent", times=200):
        assert warm.site.until(run).state.type is StateType.COMPLETED
    until(lambda: held() == before and runs_of(warm.pid) == [])
    assert list((warm.site.home / "runs").iterdir()) == []


def test_the_worker_is_killed(warm: Warm) -> None:
    """Then its server and its runs end."""
    server = warm.server
    warm.site.ask("waits_and_returns")
    until(lambda: warm.site.marked("waiting"))
    kill(warm.process)
    until(lambda: not is_alive(server) and not is_alive(int(warm.site.marked("waiting")[0])))
    warm.process = warm.site.start_worker()
