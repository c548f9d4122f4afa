"""Records on the disk: one file for each, and every failure names it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from syntask_yaml.errors import FileFailed
from syntask_yaml.records import RecordFolder


@pytest.fixture(name="records")
def _records(tmp_path: Path) -> RecordFolder:
    return RecordFolder(tmp_path / "home" / "records", "a test", "Delete it.")


def decode(content: Mapping[str, Any]) -> str:
    return str(content["text"])


def test_a_record_is_found_by_its_whole_key(records: RecordFolder) -> None:
    records.write("a", "b", content={"text": "first"})
    records.write("a", "b", content={"text": "second"})
    records.write("ab", content={"text": "other"})

    assert records.find("a", "b", decode=decode) == "second"
    assert records.find("a", decode=decode) is None
    assert sorted(records.read_all(decode)) == ["other", "second"]


def test_a_record_that_is_removed_is_gone(records: RecordFolder) -> None:
    records.write("a", content={"text": "x"})

    records.remove("a")
    records.remove("a")

    assert records.read_all(decode) == []


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 2, "text": "x"}', '{"format": 1}', "\x00"])
def test_a_damaged_record_is_named(records: RecordFolder, text: str) -> None:
    records.write("a", content={"text": "x"})
    (file,) = records.folder.glob("*.json")
    file.write_text(text, encoding="utf-8")

    with pytest.raises(FileFailed, match=file.name) as failure:
        records.find("a", decode=decode)
    assert failure.value.hint == "Delete it."


def test_a_folder_that_cannot_be_made_is_reported(records: RecordFolder) -> None:
    records.folder.parent.write_text("a file", encoding="utf-8")

    with pytest.raises(FileFailed, match="cannot be written"):
        records.write("a", content={})
    with pytest.raises(FileFailed, match="cannot be locked"), records.lock():
        pass


def test_the_lock_is_held_by_one_at_a_time(records: RecordFolder) -> None:
    def other() -> None:
        with records.lock():
            records.write("a", content={"text": "second"})

    with records.lock():
        thread = Thread(target=other)
        thread.start()
        thread.join(0.2)
        assert thread.is_alive()
        records.write("a", content={"text": "first"})
    thread.join(10)

    assert records.find("a", decode=decode) == "second"


def test_records_are_for_their_owner_alone(records: RecordFolder) -> None:
    """They have the parameters of runs. The folder above may be new, too, and be everybody's."""
    records.write("a", content={"text": "x"})
    assert records.folder.stat().st_mode & 0o077 == 0


def test_the_lock_alone_makes_a_folder_for_its_owner(records: RecordFolder) -> None:
    with records.lock():
        assert records.folder.stat().st_mode & 0o077 == 0
