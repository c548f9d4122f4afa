"""A runner that raises what nobody foresaw: its run ends, and says so; its worker and other runs go on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from syntask_yaml.backend.base import RunFilter
from syntask_yaml.backend.queue import Claim
from syntask_yaml.model.deployment import Deployment, Write
from syntask_yaml.model.run import Run, RunRequest, State, StateType
from syntask_yaml.worker import starter
from syntask_yaml.worker.loop import Worker
from syntask_yaml.worker.options import WorkerOptions
from syntask_yaml.worker.protocol import Report
from syntask_yaml.worker.runner.base import Launch, Running
from syntask_yaml.worker.runner.process import start_process
from syntask_yaml.worker.starter import Starter
from tests.support.memory import MemoryBackend

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass
class Faulty:
    """A run that is ready, and raises where it is told to."""

    verb: str
    real: Running

    def __getattr__(self, name: str) -> Any:
        if name == self.verb:
            raise ZeroDivisionError("nobody foresaw this")
        return getattr(self.real, name)

    def hear(self, *, is_last: bool = False) -> Iterator[Report]:  # noqa: ARG002
        if self.verb == "hear":
            raise ZeroDivisionError("nobody foresaw this")
        yield Report("ready")


def worker_with(verb: str, backend: MemoryBackend, home: Path) -> Worker:
    def start(launch: Launch) -> Running:
        if launch.variables["command"] == "true":
            return start_process(launch)
        if verb == "start":
            raise ZeroDivisionError("nobody foresaw this")
        return cast("Running", Faulty(verb, start_process(launch)))

    return Worker(
        backend,
        WorkerOptions(name="worker"),
        {"default": "process"},
        home=home,
        environ={"PATH": "/usr/bin:/bin"},
        notify=lambda _event: None,
        runners={"process": start},
    )


def asked(backend: MemoryBackend, name: str, command: str) -> str:
    deployment = Deployment(
        flow="f",
        name=name,
        entrypoint="x.py:x",
        work_pool="default",
        job_variables={"command": command},
    )
    list(backend.write([Write(None, deployment)]))
    (stored,) = backend.deployments(names=[deployment.full_name])
    return backend.create_run(RunRequest(deployment_id=stored.id, scheduled=NOW)).id


@pytest.mark.parametrize("verb", ["start", "poll", "hear", "go", "descriptors"])
def test_only_the_run_ends(tmp_path: Path, verb: str) -> None:
    backend = MemoryBackend(clock=lambda: NOW)
    faulty, sound = asked(backend, "faulty", "sleep 600"), asked(backend, "sound", "true")
    worker = worker_with(verb, backend, tmp_path)
    for seconds in range(2000):
        worker.tick(NOW + timedelta(milliseconds=seconds))
        worker.wait(NOW)
        ended = {run.id: run.state for run in backend.runs(RunFilter()) if run.state.type.is_final}
        if ended.keys() == {faulty, sound}:
            break
    assert [ended[each].type for each in (faulty, sound)] == [StateType.CRASHED, StateType.COMPLETED]
    assert "ZeroDivisionError: nobody foresaw this. Please report it" in ended[faulty].message
    text = "\n".join(line.message for line in backend.logs(faulty))
    assert "Traceback" in text
    assert "test_guarded.py" in text
    worker.stop()
    worker.run(lambda: NOW)


def test_a_run_that_cannot_be_found_again_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though what finds the runs of dead workers failed."""

    def find(_legacy: object) -> Running:
        raise ZeroDivisionError("nobody foresaw this")

    monkeypatch.setattr(starter, "ADOPTERS", {"docker": find})
    state = State(StateType.RUNNING)
    run = Run(id="0" * 8, name="run", flow="f", deployment_id=None, deployment=None, state=state)
    made = Starter(MemoryBackend(), WorkerOptions(name="worker"), {}, tmp_path, {})
    execution = made.adopt(Claim(run=run, token="t", pool_type="docker"))
    execution.hear(NOW)
    assert execution.is_over
