"""A lease has one holder at a time, whom everybody sees; a ledger is seen by everybody."""

from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from syntask_yaml.backend.base import OwnBackend
from syntask_yaml.backend.leases import LeaseHeld, this_process
from syntask_yaml.model.lease import Holder, Lease

ELSEWHERE = Holder(name="ann@elsewhere", process=12, machine="elsewhere")
LONG, OVER = 600.0, -5.0


def take(backend: OwnBackend, holder: Holder = ELSEWHERE, *, seconds: float = LONG) -> Lease:
    lease = backend.take_lease("shop", holder, seconds=seconds)
    assert lease is not None
    return lease


def test_a_lease_that_is_held_says_by_whom_and_since_when(backend: OwnBackend, twin: OwnBackend) -> None:
    """To who asks for it next; another name is free."""
    lease = take(backend)
    with pytest.raises(LeaseHeld) as caught:
        take(twin, this_process())

    assert caught.value.lease.holder == ELSEWHERE
    assert caught.value.lease.since == lease.since
    said = str(lease.since.astimezone().isoformat(" ", "seconds"))
    assert caught.value.detail == f"ann@elsewhere (process 12) has been deploying `shop` since {said}."
    assert "`--wait 10m`" in caught.value.hint
    assert twin.take_lease("another", this_process(), seconds=LONG)


def test_what_is_given_back_is_free(backend: OwnBackend, twin: OwnBackend) -> None:
    """And what was given back once is not given back for somebody else."""
    first = take(backend)
    backend.release_lease(first)
    second = take(twin)
    backend.release_lease(first)
    with pytest.raises(LeaseHeld):
        take(backend)
    twin.release_lease(second)
    take(backend)


def test_a_lease_that_ran_out_is_taken_over(backend: OwnBackend, twin: OwnBackend) -> None:
    """Its old holder learns that when it renews it."""
    old = take(backend, seconds=OVER)
    new = take(twin)
    assert (backend.renew_lease(old, seconds=LONG), twin.renew_lease(new, seconds=LONG)) == (False, True)


def test_a_renewed_lease_stays(backend: OwnBackend, twin: OwnBackend) -> None:
    """Counted from when it was renewed."""
    lease = take(backend, seconds=OVER)
    assert backend.renew_lease(lease, seconds=LONG)
    with pytest.raises(LeaseHeld):
        take(twin)


def test_the_lease_of_a_process_that_has_ended_is_free_at_once(backend: OwnBackend, twin: OwnBackend) -> None:
    """Where it ran on this machine; of another machine's nobody here knows."""
    ended = subprocess.Popen(["true"])
    ended.wait()
    take(backend, this_process()._replace(process=ended.pid))
    take(twin, ELSEWHERE._replace(process=ended.pid))
    with pytest.raises(LeaseHeld):
        take(backend)


def test_of_many_that_ask_at_once_one_gets_it(backend: OwnBackend, twin: OwnBackend) -> None:
    """Also where one that ran out is to be taken over."""

    def ask(backend: OwnBackend) -> bool:
        try:
            take(backend)
        except LeaseHeld:
            return False
        return True

    take(backend, seconds=OVER)
    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(ask, [backend, twin] * 4)) == 1


def test_a_lease_is_no_variable_of_the_users(backend: OwnBackend) -> None:
    """It is not listed with them."""
    take(backend)
    assert backend.variables() == []


def test_a_ledger_is_what_was_kept_last(backend: OwnBackend, twin: OwnBackend) -> None:
    """Under its own name, for every process."""
    whole = {f"etl/d{number}": {"tags": "0" * 12} for number in range(500)}

    backend.keep_ledger("one", {"a": {}})
    backend.keep_ledger("one", whole)
    backend.keep_ledger("two", {"b": {}})

    assert twin.read_ledger("one") == whole
    assert twin.read_ledger("two") == {"b": {}}
    assert twin.read_ledger("three") == {}
