"""Workers, containers and engines that are killed, and runs that are cancelled."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from docker.errors import APIError

from tests.support import container_engine, podman
from tests.support.container_engine import ContainerEngine
from tests.support.docker_pool import PoolProject, add_image, pool_project

pytestmark = pytest.mark.real

LINES = 30
COUNTED = [f"line {number}" for number in range(LINES)]


@pytest.fixture(name="podman", scope="session")
def _podman(docker: ContainerEngine) -> Iterator[ContainerEngine]:
    if podman.MISSING:
        pytest.skip(podman.MISSING)
    with podman.podman(docker.registry) as engine:
        if reason := engine.why_not():
            pytest.skip(reason)
        add_image(engine)
        yield engine


@pytest.fixture(name="either", params=["docker", pytest.param("podman", marks=pytest.mark.torture)])
def _either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PoolProject]:
    """A project on each engine."""
    engine: ContainerEngine = request.getfixturevalue(request.param)
    with pool_project(tmp_path / "project", engine, engine.environ) as project:
        yield project


def _lines(project: PoolProject, run: str) -> list[str]:
    return [line for line in project.logs(run) if line.startswith("line ")]


def _kill(project: PoolProject) -> None:
    worker = project.workers[-1]
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait(15)


def test_a_run_goes_on_when_its_worker_is_killed(either: PoolProject) -> None:
    """The next worker takes it over: it completes, with every line once."""
    run = either.start("count", parameters={"lines": LINES, "pause": 0.5})
    either.begin_worker("one")
    either.wait(lambda: _lines(either, run))
    _kill(either)
    before = len(_lines(either, run))
    assert either.state(run)["state"] == "RUNNING"

    either.begin_worker("two")
    ended = either.wait_for(run, "COMPLETED", "CRASHED", "FAILED")
    assert ended["state"] == "COMPLETED", ended
    assert 0 < before < LINES
    assert _lines(either, run) == COUNTED
    assert "taken over from another worker" in either.worker_log("two")
    assert either.directories() == []


def test_a_run_that_ended_meanwhile_gets_its_true_state(project: PoolProject) -> None:
    """Also where its container is gone by now, as its report is there."""
    failed, counted = project.start("fail"), project.start("count", parameters={"lines": 3, "pause": 1})
    os.kill(project.begin_worker("one").pid, 0)
    project.wait(lambda: len(project.containers()) == 2 and _lines(project, counted))
    _kill(project)
    project.wait(lambda: all(each["State"] == "exited" for each in project.containers()))
    for container in project.containers():
        if container["Labels"]["io.syntask.run"] == counted:
            project.engine.client.remove_container(container["Id"])

    project.begin_worker("two")
    assert project.wait_for(counted, "COMPLETED", "CRASHED")["state"] == "COMPLETED"
    assert _lines(project, counted) == COUNTED[:3]
    assert project.wait_for(failed, "FAILED", "CRASHED")["message"] == "ValueError: planned"


@pytest.mark.torture
def test_a_container_and_its_report_that_are_gone_are_a_crash(project: PoolProject) -> None:
    run = project.start("count", parameters={"lines": 1000})
    project.begin_worker("one")
    project.wait(lambda: _lines(project, run))
    _kill(project)
    (container,) = project.containers()
    project.engine.client.remove_container(container["Id"], force=True)

    project.begin_worker("two")
    message = project.wait_for(run, "CRASHED")["message"]
    assert "stopped responding" in message
    assert "does not exist any more" in message


@pytest.mark.torture
def test_two_workers_never_have_one_run(project: PoolProject) -> None:
    """Both start when the first one is dead."""
    run = project.start("count", parameters={"lines": LINES, "pause": 0.5})
    project.begin_worker("one")
    project.wait(lambda: _lines(project, run))
    _kill(project)
    project.begin_worker("two")
    project.begin_worker("three")

    project.wait_for(run, "COMPLETED")
    assert _lines(project, run) == COUNTED
    taken = [name for name in ("two", "three") if "taken over" in project.worker_log(name)]
    assert len(taken) == 1


@pytest.mark.torture
def test_a_worker_that_was_asleep_lets_go(project: PoolProject) -> None:
    """It wakes up to find that another one has its run, and leaves the container alone."""
    run = project.start("count", parameters={"lines": LINES, "pause": 0.5})
    asleep = project.begin_worker("one")
    project.wait(lambda: _lines(project, run))
    os.killpg(asleep.pid, signal.SIGSTOP)
    project.begin_worker("two")
    project.wait(lambda: "taken over" in project.worker_log("two"))
    os.killpg(asleep.pid, signal.SIGCONT)

    assert project.wait_for(run, "COMPLETED", "CRASHED", "FAILED")["state"] == "COMPLETED"
    assert _lines(project, run) == COUNTED
    assert asleep.poll() is None


def test_a_cancelled_run_is_asked_to_end_and_then_killed(either: PoolProject) -> None:
    polite, deaf = either.start("count", parameters={"lines": 1000}), either.start("stubborn")
    either.begin_worker()
    either.wait(lambda: _lines(either, polite) and "deaf" in either.logs(deaf))
    for run in (polite, deaf):
        either.syntask("flow-run", "cancel", run)

    for run in (polite, deaf):
        either.wait_for(run, "CANCELLED")
    either.wait(lambda: all(each["State"] in ("exited", "stopped") for each in either.containers()))


def test_a_run_whose_worker_died_can_be_cancelled(project: PoolProject) -> None:
    run = project.start("count", parameters={"lines": 1000})
    project.begin_worker("one")
    project.wait(lambda: _lines(project, run))
    _kill(project)
    project.syntask("flow-run", "cancel", run)
    assert project.state(run)["state"] == "CANCELLING"

    project.begin_worker("two")
    project.wait_for(run, "CANCELLED")
    assert [each["State"] for each in project.containers()] == ["exited"]


def test_a_container_that_is_killed(project: PoolProject) -> None:
    run = project.start("count", parameters={"lines": 1000})
    project.begin_worker()
    project.wait(lambda: _lines(project, run))
    project.engine.client.kill(project.containers()[0]["Id"])

    message = project.wait_for(run, "CRASHED")["message"]
    assert message.startswith("The container of the run was killed by SIGKILL.")


def test_a_container_that_is_removed(project: PoolProject) -> None:
    run = project.start("count", parameters={"lines": 1000})
    project.begin_worker()
    project.wait(lambda: _lines(project, run))
    project.engine.client.remove_container(project.containers()[0]["Id"], force=True)

    project.wait_for(run, "CRASHED")


def test_a_container_that_nobody_waits_for_is_removed(project: PoolProject) -> None:
    """Its run was cancelled before it began, while it had no worker."""
    run = project.start("tell")
    client = project.engine.client
    client.pull("runs", "1")
    store = f"embedded:{project.home / 'syntask.db'}"
    for each in (run, "of-another-store"):
        labels = {"io.syntask.store": store, "io.syntask.run": each, "io.syntask.start": "gone"}
        made = client.create_container(
            project.image, ["python", "-c", "input()"], labels=labels, stdin_open=True
        )
        client.start(made["Id"])
    project.syntask("flow-run", "cancel", run)

    project.begin_worker()
    project.wait(lambda: len(project.containers()) == 1)
    (left,) = project.containers()
    assert left["Labels"]["io.syntask.run"] == "of-another-store"


@pytest.mark.torture
def test_an_engine_that_is_killed(tmp_path: Path) -> None:
    """Its runs wait for it: what it ended with itself has crashed, and what is due later runs."""
    if container_engine.MISSING:
        pytest.skip(container_engine.MISSING)
    with container_engine.container_engine() as engine:
        add_image(engine)
        with pool_project(tmp_path / "project", engine, engine.environ) as project:
            run = project.start("count", parameters={"lines": 1000})
            worker = project.begin_worker()
            project.wait(lambda: _lines(project, run))
            engine.kill()
            project.wait(lambda: any("The run waits for it" in line for line in project.logs(run)))
            later = project.start("tell")
            time.sleep(1)
            assert project.state(run)["state"] == "RUNNING"
            engine.start()

            assert project.wait_for(run, "CRASHED", "COMPLETED")["state"] == "CRASHED"
            assert project.wait_for(later, "COMPLETED", "CRASHED")["state"] == "COMPLETED"
            assert worker.poll() is None


def test_a_container_that_podman_lost(podman: ContainerEngine, tmp_path: Path) -> None:
    """Killed while it makes or removes one, Podman can lose its storage, and then lists none at all."""
    with pool_project(tmp_path / "project", podman, podman.environ) as project:
        run = project.start("tell")
        podman.client.pull("runs", "1")
        store = f"embedded:{project.home / 'syntask.db'}"
        labels = {"io.syntask.store": store, "io.syntask.run": run, "io.syntask.start": "gone"}
        lost = podman.client.create_container(project.image, ["python"], labels=labels)["Id"]
        podman.kill()
        (file,) = podman.root.glob("data/overlay-containers/containers.json")
        known = json.loads(file.read_text(encoding="utf-8"))
        file.write_text(json.dumps([each for each in known if each["id"] != lost]), encoding="utf-8")
        podman.start()
        with pytest.raises(APIError, match="container not known"):
            project.containers()

        project.begin_worker()
        assert project.wait_for(run, "COMPLETED", "CRASHED")["state"] == "COMPLETED"
        assert lost not in [each["Id"] for each in project.containers()]
