"""Calls that take long."""

from __future__ import annotations

from threading import Event

import pytest

from syntask_yaml.backend.prefect.wire import within


def test_a_long_call_is_told_while_it_goes_on() -> None:
    """It goes on here until it is told."""
    told = Event()
    assert within(60, told.wait, tell=told.set, patience=0)


def test_a_call_that_has_failed_is_not_told() -> None:
    """Also where it failed because something took too long."""
    told = Event()

    def fail() -> None:
        raise TimeoutError("no room")

    with pytest.raises(TimeoutError, match="no room"):
        within(60, fail, tell=told.set, patience=30)
    assert not told.is_set()


def test_who_waits_no_longer_than_that_is_not_told() -> None:
    told, end = Event(), Event()
    with pytest.raises(TimeoutError):
        within(0.01, end.wait, tell=told.set)
    end.set()
    assert not told.is_set()
