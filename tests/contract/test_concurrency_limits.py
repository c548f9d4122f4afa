"""Concurrency limits: what they are on every backend, and who gets their slots on ours."""

from __future__ import annotations

import multiprocessing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from syntask_yaml.backend.base import Backend, OwnBackend
from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.errors import BackendConflict, BackendRefused, NotFound
from syntask_yaml.model.concurrency_limit import GlobalConcurrencyLimit, SlotAnswer, SlotRequest
from tests.contract.queue import Clock

DB = GlobalConcurrencyLimit(name="db", limit=2)
# A quarter, so that no server rounds it.
RATE = GlobalConcurrencyLimit(name="tag:rate", limit=2, slot_decay_per_second=0.25, is_active=False)


@pytest.fixture(name="limits", autouse=True)
def _limits(backend: Backend) -> Backend:
    """Servers are shared, and keep their limits."""
    for each in backend.concurrency_limits():
        backend.delete_concurrency_limit(each.name)
    return backend


def test_limits_are_kept_by_name(backend: Backend, twin: Backend) -> None:
    for limit in (RATE, DB):
        backend.create_concurrency_limit(limit)

    assert twin.concurrency_limits() == [DB, RATE]


def test_a_name_is_taken_once(backend: Backend) -> None:
    backend.create_concurrency_limit(DB)

    with pytest.raises(BackendConflict, match="already has a concurrency limit `db`"):
        backend.create_concurrency_limit(replace(DB, limit=9))
    assert backend.concurrency_limits() == [DB]


def test_a_limit_is_changed(backend: Backend) -> None:
    backend.create_concurrency_limit(RATE)
    backend.update_concurrency_limit("tag:rate", {"limit": 5, "is_active": True})
    backend.update_concurrency_limit("tag:rate", {"slot_decay_per_second": 2.0})

    wanted = replace(RATE, limit=5, is_active=True, slot_decay_per_second=2.0)
    assert backend.concurrency_limits() == [wanted]


def test_a_limit_that_is_not_there(backend: Backend) -> None:
    with pytest.raises(NotFound, match="no concurrency limit `db`"):
        backend.update_concurrency_limit("db", {"limit": 5})
    assert not backend.delete_concurrency_limit("db")


def test_a_limit_is_deleted(backend: Backend) -> None:
    backend.create_concurrency_limit(DB)

    assert backend.delete_concurrency_limit("db")
    assert backend.concurrency_limits() == []


def test_a_name_that_a_server_refuses_is_refused(backend: Backend) -> None:
    with pytest.raises(BackendRefused, match="`a/b` is not a valid concurrency limit name"):
        backend.create_concurrency_limit(replace(DB, name="a/b"))


_OWN = pytest.mark.own(reason="Prefect's own code takes the slots of a server")


def take(
    backend: OwnBackend, clock: Clock, token: str, *names: str, slots: int = 1, is_rate: bool = False
) -> SlotAnswer:
    request = SlotRequest(names=names, slots=slots, token=token, is_rate=is_rate)
    return backend.take_slots(request, clock.now, lease=60)


def in_use(backend: OwnBackend) -> dict[str, int]:
    return {each.name: each.in_use for each in backend.concurrency_limits()}


@_OWN
def test_slots_are_taken_until_they_are_given_back(
    backend: OwnBackend, twin: OwnBackend, clock: Clock
) -> None:
    backend.create_concurrency_limit(DB)
    assert take(backend, clock, "one", "db", slots=2).is_taken
    assert take(twin, clock, "two", "db") == SlotAnswer(is_taken=False, full="db", most=2)
    assert in_use(twin) == {"db": 2}

    backend.give_back_slots("one")
    assert take(twin, clock, "two", "db").is_taken
    assert in_use(backend) == {"db": 1}


@_OWN
def test_who_holds_slots_is_told(backend: OwnBackend, twin: OwnBackend, clock: Clock) -> None:
    """The run whose code took them; for other code, who runs it."""
    backend.create_concurrency_limit(DB)
    request = SlotRequest(names=("db",), slots=1, token="one", run_id="some-run")
    assert backend.take_slots(request, clock.now, lease=60).is_taken
    take(backend, clock, "two", "db")

    (limit,) = twin.concurrency_limits()
    assert (limit.holders[0], "@" in limit.holders[1]) == ("some-run", True)
    clock.advance(61)
    assert twin.concurrency_limits()[0].holders == ()


@_OWN
def test_all_slots_are_taken_or_none(backend: OwnBackend, clock: Clock) -> None:
    backend.create_concurrency_limit(DB)
    backend.create_concurrency_limit(replace(DB, name="full", limit=0))

    assert take(backend, clock, "one", "db", "full", "db") == SlotAnswer(is_taken=False, full="full")
    assert in_use(backend) == {"db": 0, "full": 0}


@_OWN
def test_what_no_limit_has_is_not_limited(backend: OwnBackend, clock: Clock) -> None:
    backend.create_concurrency_limit(replace(DB, limit=0, is_active=False))

    assert take(backend, clock, "one", "db", "other") == SlotAnswer(is_taken=True, missing=("other",))


@_OWN
def test_a_lease_that_runs_out_frees_its_slots(backend: OwnBackend, clock: Clock) -> None:
    backend.create_concurrency_limit(replace(DB, limit=1))
    take(backend, clock, "one", "db")
    clock.advance(50)
    assert backend.renew_slots("one", clock.now, lease=60)
    clock.advance(50)
    assert not take(backend, clock, "two", "db").is_taken

    clock.advance(11)
    assert take(backend, clock, "two", "db").is_taken
    assert not backend.renew_slots("one", clock.now, lease=60)


def _take_and_end(store: Path, now: datetime) -> None:
    backend = EmbeddedBackend.open(store)
    assert backend.take_slots(SlotRequest(names=("db",), slots=1, token="child"), now, lease=60).is_taken
    backend.close()


@_OWN
def test_a_process_that_ended_holds_nothing(backend: OwnBackend, clock: Clock, tmp_path: Path) -> None:
    backend.create_concurrency_limit(replace(DB, limit=1))
    child = multiprocessing.get_context("spawn").Process(
        target=_take_and_end, args=(tmp_path / "home" / "syntask.db", clock.now)
    )
    child.start()
    child.join()
    assert child.exitcode == 0

    assert in_use(backend) == {"db": 0}
    assert take(backend, clock, "two", "db").is_taken


@_OWN
def test_a_rate_gives_slots_back_by_the_second(backend: OwnBackend, clock: Clock) -> None:
    backend.create_concurrency_limit(replace(RATE, is_active=True))
    assert take(backend, clock, "one", "tag:rate", slots=2, is_rate=True).is_taken
    clock.advance(3.5)
    assert not take(backend, clock, "two", "tag:rate", is_rate=True).is_taken

    clock.advance(0.5)
    assert in_use(backend) == {"tag:rate": 1}
    assert take(backend, clock, "two", "tag:rate", is_rate=True).is_taken
    assert in_use(backend) == {"tag:rate": 2}


@_OWN
def test_the_rate_of_a_limit_that_does_not_decay(backend: OwnBackend, clock: Clock) -> None:
    backend.create_concurrency_limit(DB)

    with pytest.raises(BackendRefused, match="`db` does not decay"):
        take(backend, clock, "one", "db", is_rate=True)
