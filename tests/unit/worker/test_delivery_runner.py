"""Deliveries: what happens when the store is away, when attempts fail, and when it is to stop."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from syntask_yaml.errors import BackendUnreachable
from syntask_yaml.model.automation import Automation, AutomationWrite
from syntask_yaml.model.delivery import Attempt, Delivery, DeliveryClaim, DeliveryState
from syntask_yaml.model.deployment import Deployment, Write
from syntask_yaml.model.run import RunRequest
from syntask_yaml.worker.delivery_runner import DeliveryRunner
from syntask_yaml.worker.options import WorkerOptions
from tests.support.memory import MemoryBackend

START = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Away(MemoryBackend):
    """A store that does not take the first reports."""

    failures = 0

    def report_delivery(self, claim: DeliveryClaim, attempt: Attempt, now: datetime) -> bool:
        if self.failures:
            self.failures -= 1
            raise BackendUnreachable("away")
        return super().report_delivery(claim, attempt, now)


@dataclass
class ConversionContext:
    """A run that was cancelled, and deliveries that run *command* for it."""

    command: list[str]
    folder: Path
    backend: Away = field(default_factory=lambda: Away(clock=lambda: START))
    now: datetime = START
    run_id: str = ""

    def __post_init__(self) -> None:
        list(self.backend.write([Write(None, Deployment(flow="etl", name="a", work_pool="default"))]))
        action: dict[str, Any] = {"type": "run-command", "command": self.command, "timeout": 60}
        tell = Automation(name="tell", trigger={"type": "event"}, actions=(action,))
        list(self.backend.write_automations([AutomationWrite(None, tell)]))
        self.end_a_run()
        options = WorkerOptions(name="w", delivery_attempts=3, delivery_pause=10)
        self.deliveries = DeliveryRunner(self.backend, options, self.folder, os.environ, lambda _event: None)

    def end_a_run(self) -> None:
        deployment = self.backend.deployments()[0]
        self.run_id = self.backend.create_run(RunRequest(deployment_id=deployment.id)).id
        self.backend.cancel(self.run_id)

    @property
    def delivery(self) -> Delivery:
        (found,) = self.backend.deliveries(self.run_id)
        return found

    def attempt(self) -> Delivery:
        """The delivery after the attempt that is due."""
        self.deliveries.tick(self.now)
        deadline = time.monotonic() + 60
        while self.deliveries._ongoing:
            assert time.monotonic() < deadline
            time.sleep(0.01)
            self.deliveries.tick(self.now)
        return self.delivery


def test_what_the_store_does_not_take_is_written_later(tmp_path: Path) -> None:
    """And not done a second time."""
    scene = ConversionContext(["sh", "-c", "echo x >> done"], tmp_path)
    scene.backend.failures = 2
    for _ in range(2):
        with pytest.raises(BackendUnreachable):
            scene.attempt()

    assert (scene.attempt().state, scene.delivery.attempts) == (DeliveryState.DELIVERED, 1)
    assert (tmp_path / "done").read_text(encoding="utf-8") == "x\n"


def test_pauses_grow_until_it_is_given_up(tmp_path: Path) -> None:
    """Nothing is tried before it is due."""
    scene = ConversionContext(["sh", "-c", "echo why >&2; exit 3"], tmp_path)
    first = scene.attempt()
    assert first.due is not None
    assert timedelta(seconds=7) <= first.due - scene.now <= timedelta(seconds=13)
    scene.now += timedelta(seconds=5)
    assert scene.attempt().attempts == 1

    scene.now += timedelta(seconds=10)
    second = scene.attempt()
    assert second.due is not None
    assert timedelta(seconds=14) <= second.due - scene.now <= timedelta(seconds=26)
    scene.now += timedelta(seconds=30)
    last = scene.attempt()
    assert (last.state, last.attempts, last.due) == (DeliveryState.FAILED, 3, None)
    assert last.message == "`sh` exited with code 3: why"


def test_it_is_idle_once_nothing_is_due(tmp_path: Path) -> None:
    scene = ConversionContext(["true"], tmp_path)
    seen = [scene.deliveries.is_idle]
    scene.attempt()
    scene.deliveries.tick(scene.now)
    seen.append(scene.deliveries.is_idle)
    scene.deliveries.hurry()
    seen.append(scene.deliveries.is_idle)

    assert seen == [False, True, False]


def test_a_worker_that_stops_leaves_a_backlog_to_others(tmp_path: Path) -> None:
    """After a while it begins nothing; another worker finds what is left."""
    scene = ConversionContext(["true"], tmp_path)
    scene.deliveries.tick(scene.now, is_last=True)
    assert scene.delivery.attempts == 1
    scene.now += timedelta(seconds=16)
    scene.end_a_run()
    scene.deliveries.hurry()
    scene.deliveries.tick(scene.now, is_last=True)
    while scene.deliveries._ongoing:
        time.sleep(0.01)
        scene.deliveries.tick(scene.now, is_last=True)
    assert scene.deliveries.is_idle
    assert (scene.delivery.state, scene.delivery.attempts) == (DeliveryState.PENDING, 0)
    scene.deliveries.hurry()
    assert scene.attempt().state is DeliveryState.DELIVERED


def test_one_automation_whose_attempts_hang_delays_no_other(tmp_path: Path) -> None:
    """However many of its deliveries came before."""
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    scene = ConversionContext(["sh", "-c", f"read _ < {gate}"], tmp_path)
    for _ in range(39):
        scene.end_a_run()
    call: dict[str, Any] = {"type": "run-command", "command": ["true"], "timeout": 60}
    page = Automation(name="page", trigger={"type": "event"}, actions=(call,))
    scene.deliveries.tick(scene.now)
    list(scene.backend.write_automations([AutomationWrite(None, page)]))
    scene.end_a_run()
    scene.deliveries.hurry()

    def states() -> dict[str, DeliveryState]:
        return {each.automation: each.state for each in scene.backend.deliveries(scene.run_id)}

    deadline = time.monotonic() + 60
    try:
        while states().get("page") is not DeliveryState.DELIVERED:
            assert time.monotonic() < deadline
            time.sleep(0.01)
            scene.deliveries.tick(scene.now)
        assert states()["tell"] is DeliveryState.PENDING
    finally:
        scene.deliveries.stop()


def test_an_attempt_without_a_thread_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system can have no room for one; a worker that stops meanwhile does not wait for it."""

    def no_room(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    scene = ConversionContext(["true"], tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", no_room)
        scene.deliveries.tick(scene.now)
    scene.deliveries.stop()
    assert scene.attempt().message == "No thread can be started."
    scene.now += timedelta(minutes=1)
    assert scene.attempt().state is DeliveryState.DELIVERED
