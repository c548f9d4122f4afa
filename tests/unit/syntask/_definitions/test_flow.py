"""Flows: what the object is for the rest of Python, and what becomes of a call."""

from __future__ import annotations

import asyncio
import copy
import functools
import inspect
import pickle
from collections.abc import AsyncIterator, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import cloudpickle  # type: ignore[import-untyped]  # comes with Prefect
import pytest

from syntask import flow
from syntask._definitions.flow import Flow
from syntask._exceptions import FailedRun, ParameterBindError, ParameterTypeError, ReservedArgumentError
from syntask._runs.states import Cancelled, Completed, Failed, State
from syntask_yaml import api
from syntask_yaml.errors import UsageError


@flow
def plain(city: str, days: int = 1) -> str:
    """Says it."""
    return f"{city} {days}"


@flow(name="later", retries=2)
async def later() -> int:
    return 1


class Team:
    name = "ours"

    @flow
    def method(self, word: str) -> str:
        return f"{self.name} {word}"

    @flow
    @classmethod
    def of_the_class(cls) -> str:
        return cls.__name__

    @flow
    @staticmethod
    def of_nobody(word: str) -> str:
        return word


def test_it_looks_like_its_function() -> None:
    assert isinstance(plain, Flow)
    assert (plain.name, plain.fn.__name__) == ("plain", "plain")
    assert str(inspect.signature(plain)) == "(city: 'str', days: 'int' = 1) -> 'str'"
    assert inspect.getdoc(plain) == "Says it."
    assert (later.name, later.retries, later.isasync) == ("later", 2, True)
    assert "self" not in inspect.signature(plain.deploy).parameters


def test_what_a_call_returns() -> None:
    assert plain("Rome") == "Rome 1"
    assert plain("Rome", days=2) == "Rome 2"
    assert asyncio.run(later()) == 1
    state = plain("Rome", return_state=True)
    assert (state.name, state.result()) == ("Completed", "Rome 1")


def test_methods_know_their_object() -> None:
    assert Team().method("x") == "ours x"
    assert Team.of_the_class() == "Team"  # type: ignore[call-overload]
    assert Team().of_nobody("y") == "y"


def test_items_come_one_by_one() -> None:
    seen: list[str] = []

    @flow
    def counts() -> Iterator[int]:
        seen.append("begin")
        yield 1
        yield 2
        seen.append("end")

    items = counts()
    assert next(items) == 1
    assert seen == ["begin"]
    assert [*items] == [2]
    assert seen == ["begin", "end"]

    @flow
    async def counts_later() -> AsyncIterator[int]:
        yield 1
        yield 2

    async def collected() -> list[int]:
        return [each async for each in counts_later()]

    assert asyncio.run(collected()) == [1, 2]


def test_arguments_are_converted() -> None:
    """As the annotations ask, in a subflow too."""

    @flow
    def typed(day: date, count: int) -> Any:
        return day, count

    @flow
    def outer() -> Any:
        return typed("2026-01-31", "3")  # type: ignore[call-overload]

    assert outer() == (date(2026, 1, 31), 3)
    with pytest.raises(ParameterTypeError, match="`count` does not fit"):
        typed(date(2026, 1, 31), "x")  # type: ignore[call-overload]
    state = typed(date(2026, 1, 31), "x", return_state=True)
    assert state.is_failed()
    assert typed.with_options(validate_parameters=False)("soon", "x") == ("soon", "x")  # type: ignore[call-overload]


def test_arguments_that_the_function_does_not_have() -> None:
    with pytest.raises(ParameterBindError, match="plain"):
        plain("Rome", weeks=1)  # type: ignore[call-overload]
    with pytest.raises(ReservedArgumentError, match="`wait_for`"):

        @flow
        def waits(wait_for: int) -> None: ...


def test_attempts_are_made_until_one_completes() -> None:
    attempts: list[int] = []

    @flow(retries=2)
    def at_last() -> int:
        attempts.append(1)
        if len(attempts) < 3:
            raise ValueError("not yet")
        return 7

    assert at_last() == 7
    attempts.clear()
    with pytest.raises(ValueError, match="not yet"):
        at_last.with_options(retries=1)()
    assert len(attempts) == 2


def test_a_state_that_is_returned_is_the_one_of_the_run() -> None:
    def ends(state: State[Any]) -> Flow[[], Any]:
        return flow(lambda: state)

    named = ends(Completed(name="Skipped", message="nothing new"))(return_state=True)
    assert (named.type, named.name, named.message) == ("COMPLETED", "Skipped", "nothing new")
    with pytest.raises(FailedRun, match="no rows"):
        ends(Failed(message="no rows"))()
    assert ends(Cancelled())(return_state=True).is_cancelled()


def test_the_state_of_a_subflow_that_failed_fails_the_flow() -> None:
    @flow
    def inner() -> None:
        raise ValueError("inside")

    @flow
    def catches() -> str:
        return str(inner(return_state=True).message)

    @flow
    def passes_on() -> Any:
        return inner(return_state=True)

    assert "ValueError: inside" in catches()
    state = passes_on(return_state=True)
    assert (state.type, state.message) == ("FAILED", "1/1 states failed.")
    with pytest.raises(ValueError, match="inside"):
        passes_on()


def test_what_ends_the_process_crashes_the_run() -> None:
    seen: list[str] = []

    @flow(on_crashed=[lambda _flow, _run, state: seen.append(state.name)])
    def leaves() -> None:
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        leaves()
    assert seen == ["Crashed"]


def test_it_can_be_pickled_and_copied() -> None:
    assert pickle.loads(pickle.dumps(plain)) is plain
    assert copy.deepcopy(plain) is plain

    namespace: dict[str, object] = {"__name__": "__main__"}
    exec("from syntask import flow\n@flow\ndef double(x): return 2 * x", namespace)
    sent = cloudpickle.loads(cloudpickle.dumps(namespace["double"]))  # by value
    assert sent(2) == 4
    assert sent.deploy.__self__ is sent


def test_a_flow_without_a_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    namespace: dict[str, object] = {"__name__": "typed_in"}
    exec("from syntask import flow\n@flow\ndef typed(): pass", namespace)
    with pytest.raises(UsageError, match="not in a file"):
        namespace["typed"].deploy("x")  # type: ignore[attr-defined]

    @flow
    def inner() -> None: ...

    with pytest.raises(UsageError, match="inside of a function"):
        inner.deploy("x")


def test_a_decorator_below_it_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is deployed by the place of the function that is inside."""
    monkeypatch.chdir(Path(__file__).parent)

    decorated.deploy("wrapped", print_next_steps=False, parameters={"city": "Rome"})

    (stored,) = api.deployments()
    assert (stored.deployment.full_name, stored.deployment.entrypoint) == (
        "decorated/wrapped",
        "test_flow.py:decorated",
    )


def shouting(function: Any) -> Any:
    @functools.wraps(function)
    def wrapper(city: str) -> str:
        return f"{function(city)}!"

    return wrapper


@flow
@shouting
def decorated(city: str) -> str:
    return city
