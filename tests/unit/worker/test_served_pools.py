"""Several work pools and one worker."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from syntask_yaml.backend.base import RunFilter
from syntask_yaml.errors import StepFailed
from syntask_yaml.model.deployment import Deployment, Write
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.model.run import RunRequest
from syntask_yaml.worker.loop import Worker
from syntask_yaml.worker.options import WorkerOptions
from syntask_yaml.worker.runner.base import Launch, Runner, Running
from syntask_yaml.worker.served_pools import ServedPools
from tests.support.memory import MemoryBackend

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def busy(*pools: str, runs: int = 2, type_: str = "process") -> MemoryBackend:
    """A backend with due runs in each of *pools*, those of the first one due before all others."""
    backend = MemoryBackend(clock=lambda: NOW)
    for position, pool in enumerate(pools):
        backend.create_pool(WorkPool(name=pool, type=type_))
        variables = {"command": "sleep 600"}
        deployment = Deployment(
            flow="sleep", name=pool, entrypoint="x.py:x", work_pool=pool, job_variables=variables
        )
        (written,) = backend.write([Write(None, deployment)])
        request = RunRequest(
            deployment_id=written.id or "", scheduled=NOW - timedelta(hours=len(pools) - position)
        )
        for _ in range(runs):
            backend.create_run(request)
    return backend


def test_each_pool_has_its_turn() -> None:
    """However many runs of one pool wait, those of the others begin."""
    served = ServedPools(busy("a", "b", "c"), WorkerOptions(name="worker"), dict.fromkeys("cba", "process"))
    claimed = [claim.run.work_pool for claim in iter(lambda: served.claim(NOW), None) if claim]
    assert claimed == ["a", "b", "c", "a", "b", "c"]


def test_what_is_due_next_is_the_first_of_all_pools() -> None:
    served = ServedPools(busy("a", "b"), WorkerOptions(name="worker"), {"a": "process", "b": "process"})
    assert served.next_due(NOW - timedelta(hours=3)) == NOW - timedelta(hours=2)
    assert served.next_due(NOW - timedelta(hours=1.5)) == NOW - timedelta(hours=1)
    assert served.next_due(NOW) is None


def test_a_pool_that_comes_later_is_served_at_once_and_the_limit_is_for_all(tmp_path: Path) -> None:
    backend = busy("a", "b")
    environ = {"PATH": "/usr/bin:/bin"}
    options = WorkerOptions(name="worker", limit=3)
    worker = Worker(
        backend,
        options,
        {"a": "process"},
        home=tmp_path,
        environ=environ,
        notify=lambda _event: None,
    )
    worker.tick(NOW)
    assert [(each.pool, each.running) for each in backend.workers()] == [("a", 2)]
    worker.serve({"a": "process", "b": "process"}, NOW)
    worker.tick(NOW)
    assert [(each.pool, each.running, each.is_online) for each in backend.workers()] == [
        ("a", 2, True),
        ("b", 1, True),
    ]
    for run in backend.runs(RunFilter()):
        backend.cancel(run.id)
    worker.stop()
    worker.stop()
    worker.run(lambda: NOW)
    assert [each.is_online for each in backend.workers()] == [False, False]


def test_a_run_gets_the_runner_of_what_its_pool_is_now(tmp_path: Path) -> None:
    """A pool can be made anew with another type between two looks of the worker at the pools."""
    started: list[str] = []

    def starting(type_: str) -> Runner:
        def start(_launch: Launch, /) -> Running:
            started.append(type_)
            raise StepFailed("nothing is started")

        return start

    worker = Worker(
        busy("a", type_="docker"),
        WorkerOptions(name="worker"),
        {"a": "process"},
        home=tmp_path,
        environ={},
        notify=lambda _event: None,
        runners={type_: starting(type_) for type_ in ("process", "docker")},
    )
    worker.tick(NOW)
    assert started == ["docker", "docker"]
