"""Runs that call themselves without an end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from syntask import flow, task


@flow
def subflows() -> None:
    subflows()


@task
def again() -> None:
    again()


@flow
def tasks() -> None:
    again()


@flow
async def coroutines() -> None:
    await coroutines()


@pytest.mark.parametrize("call", [subflows, tasks, coroutines], ids=lambda call: call.name)
def test_a_run_that_calls_itself_fails_in_order(
    call: Callable[..., Any], capfd: pytest.CaptureFixture[str]
) -> None:
    state = call(return_state=True)
    state = asyncio.run(state) if asyncio.iscoroutine(state) else state

    assert state.is_failed()
    assert "Python's recursion limit" in state.message
    assert "Logging error" not in capfd.readouterr().err


def test_a_flow_may_call_itself_often() -> None:
    @flow
    def countdown(number: int) -> int:
        return number and countdown(number - 1)

    assert countdown(40) == 0
