"""Results that are kept in files: found again, or as if they were not there."""

from __future__ import annotations

import enum
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pydantic import BaseModel, ConfigDict, Field

from syntask import flow, task
from syntask._exceptions import HashError, SerializationError
from syntask._results.cache_policies import DEFAULT, INPUTS, NO_CACHE, hash_objects
from syntask._results.json_values import dumps, loads
from syntask._results.store import ResultStore

VALUES: list[Any] = [
    None, True, 7, 10**30, 0.1, "text", [1, [2]], {"a": {"b": []}}, {1: "one", (2, 3): "pair"},
    {"$type": "x"},
    (1, (2,)), {1, 2}, frozenset({"a"}), b"\x00\xff", 1 + 2j, Decimal("1.10"), date(2026, 1, 31),
    datetime(2026, 1, 31, 12, tzinfo=UTC), timedelta(days=1, microseconds=3), Path("a/b"),
    UUID("12345678-1234-5678-1234-567812345678"),
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=[f"{number}" for number in range(len(VALUES))])
def test_values_come_back_as_they_went(value: Any, tmp_path: Path) -> None:
    found = loads(dumps(value))
    assert (type(found), found) == (type(value), value)
    for serializer in ("json", "pickle", "compressed/json", "compressed/pickle"):
        store = ResultStore(str(tmp_path), serializer)
        store.write("key", value)
        stored = store.read("key")
        assert stored is not None
        assert stored.value == value


@pytest.mark.parametrize("value", [{"b": 1, "a": {"d": 2, "c": 3}}, {2: "b", 1: "a"}])
def test_a_mapping_keeps_its_order(value: dict[Any, Any]) -> None:
    """Otherwise, the columns of a report are in another order where its data is from a cache."""
    assert repr(loads(dumps(value))) == repr(value)


class Colour(enum.Enum):
    RED = "red"


class Number(int):
    pass


@pytest.mark.parametrize("value", [object(), Colour.RED, Number(1), [Colour.RED], print], ids=type)
def test_what_json_cannot_hold_is_said(value: Any) -> None:
    """Also what would come back as something else."""
    with pytest.raises(SerializationError, match="JSON cannot hold"):
        dumps(value)


def test_the_order_of_a_mapping_or_set_makes_no_other_key() -> None:
    assert hash_objects({"a": 1, "b": {2, 3}}) == hash_objects({"b": {3, 2}, "a": 1})
    assert hash_objects({1: "a", 2: "b"}) == hash_objects({2: "b", 1: "a"})
    assert hash_objects([1]) != hash_objects((1,))
    with pytest.raises(HashError, match="cache_key_fn"):
        hash_objects(number for number in [1])


class _Region(enum.Enum):
    EU = "eu"


@dataclass
class _Batch:
    ids: set[int]


class _Order(BaseModel):
    model_config = ConfigDict(extra="allow")

    ids: set[int] = Field(default_factory=set)


@pytest.mark.parametrize(
    "make",
    [
        _Batch,
        lambda ids: _Order(ids=ids),
        lambda ids: _Order.model_validate({"others": ids}),
        lambda ids: [_Region.EU, {"batch": (_Order(ids=ids), ids)}],
    ],
)
def test_a_set_inside_of_a_value_makes_one_key(make: Callable[[set[int]], Any]) -> None:
    """Of equal sets, these two list their items in another order, as sets of texts do in each process."""
    one, other = {0, 8}, {8, 0}
    assert list(one) != list(other)

    assert hash_objects(make(one)) == hash_objects(make(other))
    assert hash_objects(make(one)) != hash_objects(make({0, 9}))


def test_a_value_that_contains_itself_has_a_key() -> None:
    batches: list[Any] = []
    batches.append(batches)

    assert hash_objects(batches) == hash_objects(batches)


@pytest.fixture(name="calls")
def _calls(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Any]:
    monkeypatch.setenv("SYNTASK_HOME", str(tmp_path))
    return []


def files(home: Path) -> list[Path]:
    return sorted((home / "results").iterdir())


def test_a_file_that_is_cut_off_or_foreign_is_replaced(calls: list[int], tmp_path: Path) -> None:
    @task(cache_key_fn=lambda _context, inputs: f"orders-{inputs['day']}")
    def load(day: int) -> dict[str, int]:
        calls.append(day)
        return {"rows": 1000 + day}

    assert load(1) == load(1) == {"rows": 1001}
    assert calls == [1]
    (file,) = files(tmp_path)
    assert file.name == "orders-1.result"
    whole = file.read_bytes()
    for damaged in (b"", whole[:10], whole[:-1], whole + b"x", b"{}\n", b"\xff\n{}", b"null\n1", b"[1]\n1"):
        file.write_bytes(damaged)
        assert load(1) == {"rows": 1001}
        assert file.read_bytes() == whole
    assert len(calls) == 9
    assert files(tmp_path) == [file]


def test_a_pickle_is_read_only_by_a_task_that_asks_for_pickles(calls: list[int], tmp_path: Path) -> None:
    """A file that somebody put there does not execute anything."""

    class Trap:
        def __reduce__(self) -> Any:
            return os.abort, ()

    ResultStore(str(tmp_path / "results"), "pickle").write("k", Trap())

    @task(cache_key_fn=lambda *_: "k")
    def load() -> int:
        return 1

    assert load() == 1


def test_a_result_without_a_form_is_not_kept_and_that_is_said(
    calls: list[int], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    @task(cache_policy=INPUTS)
    def colour(number: int) -> Colour:
        calls.append(number)
        return Colour.RED

    assert [colour(1), colour(1)] == [Colour.RED, Colour.RED]
    assert calls == [1, 1]
    assert 'Set `result_serializer="pickle"`' in caplog.text
    assert not (tmp_path / "results").exists() or files(tmp_path) == []

    kept = colour.with_options(result_serializer="pickle")
    assert [kept(1), kept(1)] == [Colour.RED, Colour.RED]
    assert calls == [1, 1, 1]


def test_a_result_is_taken_until_it_expires_or_is_refreshed(calls: list[int]) -> None:
    @task(cache_policy=INPUTS, cache_expiration=timedelta(hours=1))
    def count(_number: int) -> int:
        calls.append(1)
        return len(calls)

    @flow
    def main() -> Any:
        found = count(1, return_state=True)
        again = count(1, return_state=True)
        return [found.name, again.name, count(2), count.with_options(refresh_cache=True)(1), count(1)]

    assert main() == ["Completed", "Cached", 2, 3, 3]
    short = count.with_options(cache_expiration=timedelta(seconds=-1), refresh_cache=True)
    assert short(1) == 4
    assert count(1) == 5


def test_nothing_is_kept_unless_somebody_asks(calls: list[int], tmp_path: Path) -> None:
    @task
    def count(number: int) -> int:
        calls.append(number)
        return number

    @flow
    def main() -> Any:
        return [count(1), count(1)]

    main()
    count.with_options(cache_policy=NO_CACHE)(1)
    count.with_options(cache_policy=DEFAULT, persist_result=False)(1)
    assert len(calls) == 4
    assert not (tmp_path / "results").exists()
    main.with_options(persist_result=True)()
    assert len(calls) == 5  # the second call of the run takes the first one's


def test_a_failure_is_not_kept(calls: list[int]) -> None:
    @task(cache_policy=INPUTS, retries=1)
    def at_last(number: int) -> int:
        calls.append(number)
        if len(calls) < 2:
            raise ValueError
        return number

    assert [at_last(1), at_last(1)] == [1, 1]
    assert len(calls) == 2


def test_two_processes_that_write_one_key_leave_one_whole_file(tmp_path: Path) -> None:
    code = (
        "import sys; from syntask._results.store import ResultStore; store = ResultStore(sys.argv[1])\n"
        "for _ in range(200): store.write('k', 'x' * 10_000); assert store.read('k').value == 'x' * 10_000"
    )
    both = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)]) for _ in range(2)]
    assert [each.wait() for each in both] == [0, 0]
    assert [file.name for file in tmp_path.iterdir()] == ["k.result"]
    head = json.loads((tmp_path / "k.result").read_bytes().splitlines()[0])
    assert head["key"] == "k"


def test_keys_that_are_no_file_names(calls: list[int], tmp_path: Path) -> None:
    store = ResultStore(str(tmp_path / "r"))
    for key in ("../../up", "a/b", "", "x" * 500, "ü", "a b\n"):
        store.write(key, key)
        found = store.read(key)
        assert found is not None
        assert found.value == key
    assert all(file.parent == tmp_path / "r" for file in tmp_path.rglob("*.result"))


def test_options_that_mean_nothing_here() -> None:
    with pytest.raises(ValueError, match="`result_serializer` is 'yaml'; there are `json`, `pickle`"):
        task(lambda: 1, result_serializer="yaml")  # type: ignore[call-overload]
    with pytest.warns(UserWarning, match="`s3-bucket/results`, which is not a directory") as caught:
        kept = task(result_storage="s3-bucket/results")(len)
    assert caught[0].filename == __file__
    assert kept.result_storage is None


def test_a_folder_of_its_own(calls: list[Any], tmp_path: Path) -> None:
    @flow(result_storage=tmp_path / "here", persist_result=True)
    def main() -> int:
        return int(task(name="five")(lambda: 5)())

    assert main() == 5
    assert [file.parent for file in tmp_path.rglob("*.result")] == [tmp_path / "here"]
