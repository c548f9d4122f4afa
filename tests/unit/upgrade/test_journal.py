"""What a switch has done so far, on the disk."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syntask_yaml.backend.prefect.old_schedules import Scheduling
from syntask_yaml.errors import FileFailed
from syntask_yaml.upgrade.journal import Journal, JournalEntry, Phase

NOW = datetime(2026, 1, 1, 6, tzinfo=UTC)
ENTRY = JournalEntry(
    name="load-orders/nightly",
    old_name="load-orders/night",
    old_id="5a734f3a-0d0f-4f78-874c-5487fdf266f7",
    old_url="http://old.example/api",
    new_url="embedded:/srv/store.db",
    former=Scheduling(paused=False, active={"a": True, "b": False}),
    phase=Phase.SWITCHING,
    began=NOW,
    coming=(NOW,),
)


@pytest.fixture(name="journal")
def _journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "home" / "switches")


def test_what_is_written_is_read(journal: Journal) -> None:
    journal.write(ENTRY)

    assert journal.entries() == [ENTRY]
    assert journal.find(ENTRY.old_url, ENTRY.old_name) == ENTRY


def test_there_is_one_entry_for_each_switch(journal: Journal) -> None:
    """A later phase takes the place of an earlier one; another server's deployment is another switch."""
    done = replace(ENTRY, phase=Phase.SWITCHED, coming=())
    for entry in (ENTRY, done, replace(ENTRY, old_url="http://other.example/api")):
        journal.write(entry)

    assert len(journal.entries()) == 2
    assert journal.find(ENTRY.old_url, ENTRY.old_name) == done


def test_a_switch_that_was_undone_is_forgotten(journal: Journal) -> None:
    journal.write(ENTRY)

    journal.remove(ENTRY)

    assert journal.entries() == []
    assert journal.find(ENTRY.old_url, ENTRY.old_name) is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 2}', "\x00"])
def test_a_damaged_entry_is_named(journal: Journal, text: str) -> None:
    journal.write(ENTRY)
    (file,) = journal.folder.glob("*.json")
    file.write_text(text, encoding="utf-8")

    with pytest.raises(FileFailed, match=file.name):
        journal.entries()


def test_no_journal_is_an_empty_one(journal: Journal) -> None:
    assert journal.entries() == []
