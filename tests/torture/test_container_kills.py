"""`kill -9` of workers, of containers and of the engine, again and again on one store.

As often, on all engines together, as two thirds of what SYNTASK_TORTURE_KILLS says; `make torture` says three
hundred. Nothing is lost, doubled or left behind.
"""

from __future__ import annotations

import math
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest
from docker.errors import APIError

from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.backend.run_states import NEVER_BEGAN
from syntask_yaml.model.run import Run, RunRequest, StateType
from tests.support import container_engine, podman
from tests.support.container_engine import ContainerEngine
from tests.support.docker_pool import PoolProject, add_image, pool_project

pytestmark = [pytest.mark.real, pytest.mark.torture]

ENGINES = ("docker", "docker that restores", "podman")
KILLS = math.ceil(int(os.environ.get("SYNTASK_TORTURE_KILLS", "40")) * 2 / 3 / len(ENGINES))
LINES = 12
COUNTED = [f"line {number}" for number in range(LINES)]
WORKERS = 2


@pytest.fixture(name="engine", params=ENGINES)
def _engine(request: pytest.FixtureRequest) -> Iterator[ContainerEngine]:
    support = podman if request.param == "podman" else container_engine
    if support.MISSING:
        pytest.skip(support.MISSING)
    with ExitStack() as stack:
        if request.param == "podman":
            registry = stack.enter_context(container_engine.short_directory()) / "registry"
            mirror = stack.enter_context(container_engine.registry(registry))
            other = stack.enter_context(podman.podman(mirror))
            if reason := other.why_not():
                pytest.skip(reason)
            engine: ContainerEngine = other
        else:
            options = ["--live-restore"] if "restores" in request.param else []
            engine = stack.enter_context(container_engine.container_engine(options=options))
        add_image(engine)
        yield engine


def test_nothing_is_lost_doubled_or_left(
    engine: ContainerEngine, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    ends_containers = request.node.callspec.params["engine"] == "docker"
    with pool_project(tmp_path / "project", engine, engine.environ) as project:
        project.environ["SYNTASK_WORKER_LEASE_SECONDS"] = "2"
        (tmp_path / "marks").mkdir()
        project.deploy(
            "mark",
            auto_remove=True,
            image_pull_policy="IfNotPresent",
            volumes=[f"{tmp_path / 'marks'}:/marks"],
        )
        with closing(EmbeddedBackend.open(project.home / "syntask.db")) as backend:
            torture = Torture(project, backend, Random(KILLS), ends_containers=ends_containers)
            torture.kill_all()
            torture.check((tmp_path / "marks" / "begun").read_text(encoding="utf-8").split())
        project.begin_worker("last")  # looks for what was left behind
        clean: tuple[list[Any] | None, ...] = ([], None) if isinstance(engine, podman.PodmanEngine) else ([],)
        project.wait(lambda: containers(project, all=True) in clean)
        if containers(project, all=True) is None:
            print("Podman lost a layer when it was killed, and lists no container any more.")
        project.wait(lambda: not project.directories())


def containers(project: PoolProject, **which: Any) -> list[Any] | None:
    """The containers of runs; None where Podman lists none at all for one that it lost when it was killed."""
    try:
        return list(project.engine.client.containers(filters={"label": "io.syntask.run"}, **which))
    except APIError:
        return None


class Torture:
    """Two workers on one engine that *ends_containers* when it is killed, and who was killed."""

    def __init__(
        self, project: PoolProject, backend: EmbeddedBackend, chance: Random, *, ends_containers: bool
    ) -> None:
        self._project, self._backend, self._chance = project, backend, chance
        self._ends_containers = ends_containers
        self._workers = [project.begin_worker(f"worker-{number}") for number in range(WORKERS)]
        self._asked: list[str] = []
        # The runs whose container was killed, or may have been.
        self._hit: set[str] = set()
        self._kills = Counter[str]()

    def kill_all(self) -> None:
        """Ask for runs and kill, as often as there are kills; then wait until all runs have ended."""
        (stored,) = self._backend.deployments(names=["mark/d"])
        request = RunRequest(deployment_id=stored.id, parameters={"lines": LINES, "pause": 0.1})
        while self._kills.total() < KILLS:
            self._asked.append(self._backend.create_run(request).id)
            if self._chance.random() < 0.5:
                self._project.wait(self._has_begun)
            time.sleep(self._chance.uniform(0.0, 2.0))
            match kind := self._chance.choice(("worker", "worker", "container", "engine")):
                case "worker":
                    self._kill_worker()
                case "container":
                    self._asked.append(self._backend.create_run(request).id)
                    if not self._kill_container():
                        continue
                case "engine":
                    self._kill_engine()
            self._kills[kind] += 1
        self._project.wait(lambda: not self._unfinished(), seconds=300)

    def _has_begun(self) -> bool:
        """Whether the latest run has: on a slow machine all workers would be killed before they start one."""
        return self._run(self._asked[-1]).state.type not in (StateType.SCHEDULED, StateType.PENDING)

    def _kill_worker(self) -> None:
        number = self._chance.randrange(WORKERS)
        os.killpg(self._workers[number].pid, signal.SIGKILL)
        self._workers[number].wait(15)
        self._workers[number] = self._project.begin_worker(f"worker-{number}")

    def _kill_container(self) -> bool:
        """Kill one that goes on, as soon as there is one; False if all runs ended before one was seen."""
        found: list[Any] = []

        def are_there() -> bool:
            found[:] = containers(self._project) or []
            return bool(found)

        self._project.wait(lambda: are_there() or not self._unfinished())
        if not found:
            return False
        victim = self._chance.choice(found)
        self._hit.add(victim["Labels"]["io.syntask.run"])
        with suppress(Exception):  # it ended by itself
            self._project.engine.client.kill(victim["Id"])
        return True

    def _kill_engine(self) -> None:
        """Its service, and what the service does with its containers when it starts again."""
        self._project.engine.kill()
        if self._ends_containers:
            self._hit |= {run.id for run in self._unfinished() if run.state.type is not StateType.SCHEDULED}
        time.sleep(self._chance.uniform(0.0, 1.0))
        self._project.engine.start()

    def _unfinished(self) -> list[Run]:
        return [run for run in map(self._run, self._asked) if not run.state.type.is_final]

    def _run(self, id: str) -> Run:
        run = self._backend.run(id)
        assert run is not None
        return run

    def check(self, begun: list[str]) -> None:
        """Each run was executed once, where *begun* are the runs that began; only what was hit crashed."""
        executed = Counter(begun)
        ends = Counter[str]()
        for run in map(self._run, self._asked):
            messages = [each.message for each in self._backend.logs(run.id)]
            lines = [message for message in messages if message.startswith("line ")]
            if run.state.type is StateType.COMPLETED:
                assert (lines, executed[run.id]) == (COUNTED, 1), (run.id, messages)
            elif run.state == NEVER_BEGAN:  # three workers were killed before it began
                assert (lines, executed[run.id]) == ([], 0), (run.id, messages)
            else:
                assert run.id in self._hit, (run.state, messages)
                assert lines == COUNTED[: len(lines)], run.id
                assert executed[run.id] <= 1, run.id
            ends["NEVER BEGAN" if run.state == NEVER_BEGAN else run.state.type.value] += 1
        print(f"\n{KILLS} kills: {dict(self._kills)}; {len(self._asked)} runs: {dict(ends)}")
