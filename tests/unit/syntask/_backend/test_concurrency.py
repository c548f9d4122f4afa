"""Slots that flow code takes: by threads, coroutines and processes, on a real store."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

import pytest

from syntask import flow, task, unmapped
from syntask._runs.root import enter
from syntask._runs.tracking import ChildChange, RunInfo
from syntask.concurrency import asyncio as slots_in_coroutines
from syntask.concurrency.sync import (
    AcquireConcurrencySlotTimeoutError,
    ConcurrencySlotAcquisitionError,
    concurrency,
    rate_limit,
)
from syntask.variables import Variable
from syntask_yaml import api
from syntask_yaml.errors import BackendRefused
from syntask_yaml.model.concurrency_limit import GlobalConcurrencyLimit
from syntask_yaml.sdk.backends import own_backend_of


@pytest.fixture(autouse=True)
def _store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNTASK_HOME", str(tmp_path))
    own_backend_of.cache_clear()


def limit(name: str, number: int, *, decay: float = 0.0) -> None:
    with api.open_backend() as backend:
        backend.create_concurrency_limit(
            GlobalConcurrencyLimit(name=name, limit=number, slot_decay_per_second=decay)
        )


def in_use() -> dict[str, int]:
    with api.open_backend() as backend:
        return {each.name: each.in_use for each in backend.concurrency_limits()}


def test_threads_wait_for_a_slot() -> None:
    limit("db", 2)
    lock, inside, most = Lock(), 0, 0

    def work(_number: int) -> None:
        nonlocal inside, most
        with concurrency("db"):
            with lock:
                inside += 1
                most = max(most, inside)
            with lock:
                inside -= 1

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(12)))

    assert 1 <= most <= 2
    assert in_use() == {"db": 0}


def test_coroutines_wait_for_a_slot() -> None:
    limit("db", 1)
    order: list[str] = []

    async def work(name: str) -> None:
        async with slots_in_coroutines.concurrency(["db"]):
            order.append(f"{name} begins")
            await asyncio.sleep(0)
            order.append(f"{name} ends")

    async def together() -> None:
        await asyncio.gather(work("a"), work("b"))

    asyncio.run(together())
    assert order in (
        ["a begins", "a ends", "b begins", "b ends"],
        ["b begins", "b ends", "a begins", "a ends"],
    )


def test_slots_are_given_back_after_an_error() -> None:
    limit("db", 1)
    with pytest.raises(ZeroDivisionError), concurrency("db"):
        _ = 1 / 0

    assert in_use() == {"db": 0}


def test_waiting_ends() -> None:
    limit("db", 1)
    with concurrency("db"):
        with (
            pytest.raises(AcquireConcurrencySlotTimeoutError, match=r"a slot of `db` within 0\.1 seconds"),
            concurrency("db", timeout_seconds=0.1),
        ):
            pass
        with (
            pytest.raises(ConcurrencySlotAcquisitionError, match="a slot of `db` after 1 retries"),
            concurrency("db", max_retries=1),
        ):
            pass


def test_a_limit_that_is_not_there() -> None:
    """It limits nothing, or is a mistake."""
    with concurrency(["db", "other"]), concurrency([]):
        pass
    with (
        pytest.raises(ConcurrencySlotAcquisitionError, match="syntask concurrency-limit create db"),
        concurrency("db", strict=True),
    ):
        pass


def test_more_slots_than_there_are() -> None:
    """Nobody waits for what never comes; a limit of 0 is raised again some day."""
    limit("db", 2)
    limit("held", 0)
    with (
        pytest.raises(ConcurrencySlotAcquisitionError, match="syntask concurrency-limit update db --limit 3"),
        concurrency("db", occupy=3),
    ):
        pass
    with pytest.raises(AcquireConcurrencySlotTimeoutError), concurrency("held", timeout_seconds=0):
        pass
    assert in_use() == {"db": 0, "held": 0}


@pytest.mark.parametrize("number", [0, -1])
def test_no_slots_cannot_be_taken(number: int) -> None:
    """A negative number would make room for others."""
    limit("db", 1)
    with pytest.raises(ValueError, match="at least 1"), concurrency("db", occupy=number):
        pass


def test_a_rate() -> None:
    limit("api", 2, decay=20)
    for _ in range(4):
        rate_limit("api")
    asyncio.run(slots_in_coroutines.rate_limit("api"))

    limit("db", 2)
    with pytest.raises(BackendRefused, match="`db` does not decay"):
        rate_limit("db")


_HOLDER = """
import sys
from syntask.concurrency.sync import concurrency
with concurrency("db"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_what_a_killed_process_held_is_free() -> None:
    limit("db", 1)
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert in_use() == {"db": 1}
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()

        with concurrency("db", timeout_seconds=60):
            assert in_use() == {"db": 1}


def test_slots_of_a_server_are_not_taken_from_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNTASK_BACKEND", "http://127.0.0.1:9/api")

    with pytest.raises(BackendRefused, match="not by this process") as caught, concurrency("db"):
        pass
    assert any("Run the flow under a worker" in note for note in caught.value.__notes__)


def test_a_container_does_not_have_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNTASK__FLOW_RUN_ID", "11111111-1111-4111-a111-111111111111")

    with pytest.raises(BackendRefused, match="is in a container"), concurrency("db"):
        pass
    with pytest.raises(BackendRefused, match="is in a container"):
        Variable.get("region")


class Follower:
    """Follows a run, and keeps the changes of its children."""

    run = RunInfo("11111111-1111-4111-a111-111111111111", "calm-otter", "both")

    def __init__(self) -> None:
        self.changes: list[ChildChange] = []

    def follow(self, change: ChildChange) -> None:
        self.changes.append(change)

    def rename(self, name: str) -> None:
        pass

    def end(self, state: str, state_name: str, message: str) -> None:
        pass


@pytest.fixture(name="follower")
def _follower() -> Iterator[Follower]:
    follower = Follower()
    enter(follower)
    yield follower
    enter(None)


@task(tags=["heavy"], retries=1)
def heavy(tries: list[int], number: int) -> int:
    """Fails once; holds a slot in each attempt, and none in between."""
    assert in_use()["tag:heavy"] == 1
    tries.append(number)
    if tries.count(number) == 1:
        raise ConnectionError
    return number


def test_task_runs_wait_for_a_slot_of_their_tag(follower: Follower) -> None:
    limit("tag:heavy", 1)
    tries: list[int] = []

    @flow
    def both() -> list[int]:
        return heavy.map(unmapped(tries), [1, 2, 3]).result()

    assert both() == [1, 2, 3]
    assert sorted(tries) == [1, 1, 2, 2, 3, 3]
    assert in_use() == {"tag:heavy": 0}
    assert {each.state for each in follower.changes} == {"RUNNING", "COMPLETED"}
