"""Variables of the backend, in flow code."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from syntask.variables import Variable


@pytest.fixture(autouse=True)
def _store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNTASK_HOME", str(tmp_path))


def test_a_variable_is_written_and_read() -> None:
    assert Variable.set("region", {"a": [1]}, tags=["x"]) == Variable("region", {"a": [1]}, ["x"])

    assert Variable.get("region") == {"a": [1]}
    assert Variable.get("other") is None
    assert Variable.get("other", "here") == "here"


def test_a_variable_is_replaced_only_on_request() -> None:
    Variable.set("region", 1)
    with pytest.raises(ValueError, match="already has a variable `region`"):
        Variable.set("region", 2)
    assert Variable.get("region") == 1

    Variable.set("region", 2, overwrite=True)
    assert Variable.get("region") == 2


def test_a_variable_is_removed() -> None:
    Variable.set("region", 1)

    assert Variable.unset("region")
    assert not Variable.unset("region")


def test_coroutines_have_them_too() -> None:
    async def use() -> object:
        await Variable.aset("region", 1)
        found = await Variable.aget("region")
        await Variable.aunset("region")
        return found, await Variable.aget("region", "gone")

    assert asyncio.run(use()) == (1, "gone")
