"""Every adapter of the port, in turn, with a clock that stands still.

`backend` is one handle on a fresh backend and `twin` another one on the same, as a second process
would have it. `pool` is the name of a process pool that is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syntask_yaml.backend.connect import OwnBackend
from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.backend.memory import MemoryBackend
from syntask_yaml.model.deployment import Deployment, Stored, Write

Open = Callable[[], OwnBackend]
Deploy = Callable[..., list[Stored]]


@dataclass
class Clock:
    """A clock that moves when it is told to."""

    now: datetime = datetime(2026, 3, 2, 12, 0, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now


def _memory(_folder: Path, clock: Clock) -> Open:
    backend = MemoryBackend(clock=clock)
    return lambda: backend


def _embedded(folder: Path, clock: Clock) -> Open:
    return lambda: EmbeddedBackend.open(folder / "home" / "syntask.db", clock=clock)


@pytest.fixture(name="clock")
def _clock() -> Clock:
    return Clock()


@pytest.fixture(name="open_backend", params=[_memory, _embedded], ids=["memory", "embedded"])
def _open_backend(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Open]:
    """Opens a handle on the same backend, as often as it is called."""
    open_one: Open = request.param(tmp_path, clock)
    opened: list[OwnBackend] = []

    def open_backend() -> OwnBackend:
        opened.append(open_one())
        return opened[-1]

    yield open_backend
    for backend in opened:
        backend.close()


@pytest.fixture(name="backend")
def _backend(open_backend: Open) -> OwnBackend:
    return open_backend()


@pytest.fixture(name="twin")
def _twin(backend: OwnBackend, open_backend: Open) -> OwnBackend:  # after `backend`, not before it
    return open_backend()


@pytest.fixture(name="pool")
def _pool() -> str:
    return "default"


@pytest.fixture(name="deploy")
def _deploy(backend: OwnBackend) -> Deploy:
    """Writes deployments over what is there, and returns them as they are stored."""

    def deploy(*wanted: Deployment) -> list[Stored]:
        names = [deployment.full_name for deployment in wanted]
        there = {each.deployment.full_name: each for each in backend.deployments(names=names)}
        writes = [Write(there.get(each.full_name), each) for each in wanted]
        assert [None] * len(writes) == [written.error for written in backend.write(writes)]
        stored = {each.deployment.full_name: each for each in backend.deployments(names=names)}
        return [stored[name] for name in names]

    return deploy
