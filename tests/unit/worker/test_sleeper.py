"""What wakes a worker that has nothing to do."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.model.block import Variable
from syntask_yaml.worker.sleeper import Sleeper

# Long enough that no test ends by it.
FOR_EVER = 600.0


@contextmanager
def after_a_while(do: Callable[[], object]) -> Iterator[None]:
    timer = threading.Timer(0.2, do)
    timer.start()
    try:
        yield
    finally:
        timer.join()


def test_it_sleeps_as_long_as_it_was_told() -> None:
    began = time.monotonic()
    Sleeper().sleep(0.1, reports=(), writes=())
    assert time.monotonic() - began >= 0.1


def test_a_call_wakes_it_once() -> None:
    sleeper = Sleeper()
    sleeper.wake()  # nobody sleeps yet
    with sleeper.can_be_woken():
        with after_a_while(sleeper.wake):
            sleeper.sleep(FOR_EVER, reports=(), writes=())
        sleeper.wake()
        sleeper.sleep(FOR_EVER, reports=(), writes=())
        began = time.monotonic()
        sleeper.sleep(0.1, reports=(), writes=())
        assert time.monotonic() - began >= 0.1


def test_a_report_wakes_it() -> None:
    read, write = os.pipe()
    with after_a_while(lambda: os.write(write, b"!")):
        Sleeper().sleep(FOR_EVER, reports=[read], writes=())
    os.close(read)
    os.close(write)


def test_a_write_of_another_process_wakes_it(tmp_path: Path) -> None:
    """What is written can be read then, or a moment later, in which the sleeps are short."""
    with (
        closing(EmbeddedBackend.open(tmp_path / "store.db")) as own,
        closing(EmbeddedBackend.open(tmp_path / "store.db")) as other,
    ):
        if not own.descriptors:
            pytest.skip("this system does not tell that a file is written")
        before, sleeper = own.changed(), Sleeper()
        with after_a_while(lambda: other.set_variable(Variable("a", 1))):
            sleeper.sleep(FOR_EVER, reports=(), writes=own.descriptors)
        for _ in range(4):
            if own.changed() != before:
                break
            sleeper.sleep(FOR_EVER, reports=(), writes=own.descriptors)
        assert own.changed() != before
        assert own.variables() == [Variable("a", 1)]


def test_a_store_that_cannot_be_watched_has_nothing_to_wait_for(tmp_path: Path) -> None:
    with closing(EmbeddedBackend.open(tmp_path / "none.db", creates=False)) as backend:
        assert backend.descriptors == ()
