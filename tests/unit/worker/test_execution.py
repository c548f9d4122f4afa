"""When a run may call its flow: never once it is somebody else's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syntask_yaml.backend.queue import Claim
from syntask_yaml.model.deployment import Deployment, Write
from syntask_yaml.model.run import Cause, CauseKind, Run, RunRequest, StateType
from syntask_yaml.worker.execution import Execution
from syntask_yaml.worker.log_limit import Amount
from syntask_yaml.worker.protocol import Report
from tests.support.memory import MemoryBackend

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass
class ReadyRun:
    """A run that is ready and, as one in a container does, takes a while to end."""

    done: list[str] = field(default_factory=list)
    descriptors: tuple[int, ...] = ()
    logged: int = 0

    def poll(self) -> int | None:
        return None

    def hear(self, *, is_last: bool = False) -> Iterator[Report]:  # noqa: ARG002
        yield Report("ready")

    def skip_output(self) -> Amount:
        return Amount()

    def go(self) -> None:
        self.done.append("go")

    def stop(self, *, force: bool = False) -> None:
        self.done.append("kill" if force else "stop")

    def explain(self, code: int) -> str:
        return str(code)

    def cause(self, code: int) -> Cause:
        return Cause(kind=CauseKind.EXIT, exit_code=code)

    def let_go(self) -> bool:
        self.done.append("let go")
        return True

    def close(self) -> None:
        pass


def claimed(backend: MemoryBackend) -> Claim:
    deployment = Deployment(flow="f", name="d", entrypoint="x.py:x", work_pool="default")
    (written,) = backend.write([Write(None, deployment)])
    backend.create_run(RunRequest(deployment_id=written.id or "", scheduled=NOW))
    claim = backend.claim("default", worker="one", now=NOW, lease=30)
    assert claim is not None
    return claim


def cancelled(execution: Execution, run: Run) -> None:
    execution.lose(run)


def left(execution: Execution, _run: Run) -> None:
    execution.leave()


@pytest.mark.parametrize(("lost", "done"), [(cancelled, "kill"), (left, "let go")])
def test_a_run_that_is_ready_when_it_is_lost_does_not_call_its_flow(
    tmp_path: Path, lost: Callable[[Execution, Run], None], done: str
) -> None:
    """Nobody knows that it began: whoever has it now would call the flow a second time."""
    backend = MemoryBackend(clock=lambda: NOW)
    claim = claimed(backend)
    running = ReadyRun()
    execution = Execution(claim, running, tmp_path / "run")

    execution.hear(NOW)
    lost(execution, backend.cancel(claim.run.id))
    list(execution.deliver(backend, NOW))

    assert running.done == [done]


def test_a_run_that_is_ready_calls_its_flow_once_the_store_has_that_it_runs(tmp_path: Path) -> None:
    backend = MemoryBackend(clock=lambda: NOW)
    running = ReadyRun()
    execution = Execution(claimed(backend), running, tmp_path / "run")

    execution.hear(NOW)

    assert [state.type for state in execution.deliver(backend, NOW)] == [StateType.RUNNING]
    assert running.done == ["go"]


class EndedRun(ReadyRun):
    """One that has ended by the time it is heard of."""

    def poll(self) -> int | None:
        return 0


def test_a_run_that_ends_while_the_store_takes_nothing_ended_when_it_did(tmp_path: Path) -> None:
    """It begins when the store has that: only then it calls its flow."""
    backend = MemoryBackend(clock=lambda: NOW)
    claim = claimed(backend)
    execution = Execution(claim, ReadyRun(), tmp_path / "run")
    execution.hear(NOW)
    began, ended = NOW + timedelta(seconds=2), NOW + timedelta(seconds=25)
    list(execution.deliver(backend, began))
    execution.running = EndedRun()

    execution.hear(ended)
    list(execution.deliver(backend, NOW + timedelta(seconds=41)))

    run = backend.run(claim.run.id)
    assert run is not None
    assert (run.started, run.ended) == (began, ended)
