"""A function under `@flow` stays the function that it is, and has methods."""

from __future__ import annotations

import asyncio
import copy
import functools
import inspect
import pickle
from pathlib import Path
from typing import Any

import cloudpickle  # type: ignore[import-untyped]  # comes with Prefect
import pytest

from syntask import flow
from syntask._options import FlowOptions, options_of
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
    @flow
    def method(self, word: str) -> str:
        return word


def test_it_is_a_function_for_everything_else() -> None:
    found: Any = plain
    assert inspect.isfunction(found)
    assert inspect.iscoroutinefunction(later)
    assert str(inspect.signature(plain)) == "(city: 'str', days: 'int' = 1) -> 'str'"
    assert inspect.getdoc(plain) == "Says it."
    assert plain("Rome") == "Rome 1"
    assert asyncio.run(later()) == 1
    assert Team().method("x") == "x"
    assert options_of(later) == FlowOptions(name="later", retries=2)
    assert "self" not in inspect.signature(plain.deploy).parameters


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


def test_a_decorator_around_it_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parent)

    @functools.wraps(plain)
    def wrapper(city: str) -> str:
        return plain(city)

    wrapper.deploy("wrapped", print_next_steps=False, parameters={"city": "Rome"})  # type: ignore[attr-defined]

    (stored,) = api.deployments()
    assert (stored.deployment.full_name, stored.deployment.entrypoint) == (
        "plain/wrapped",
        "test_flow.py:plain",
    )
