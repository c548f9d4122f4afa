"""The journal of switches from an old server, one file for each switch, written before each step.

Each file records the old deployment's schedules before the first step, so that an interrupted switch can be
finished or undone.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any

from syntask_yaml.backend.prefect.old_schedules import Scheduling
from syntask_yaml.records import RecordFolder


class Phase(Enum):
    """The progress of a switch. Between the first and the last phase, the next command continues it."""

    SWITCHING = "switching"
    SWITCHED = "switched"
    GOING_BACK = "going back"


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """A switch from the deployment *old_name* on the server at *old_url* to *name* on *new_url*.

    *former* are the old schedules before the switch, *coming* the times of the runs that were scheduled when
    the scheduling side was stopped.
    """

    name: str
    old_name: str
    old_id: str
    old_url: str
    new_url: str
    former: Scheduling
    phase: Phase
    began: datetime
    coming: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Journal:
    """The entries in the *folder*. Each method raises FileFailed for an unreadable or unwritable file."""

    folder: Path

    def entries(self) -> list[JournalEntry]:
        """Return all entries, sorted by name."""
        return sorted(self._records.read_all(_decode), key=lambda entry: entry.name)

    def find(self, old_url: str, old_name: str) -> JournalEntry | None:
        """Return the entry of a deployment on the server at *old_url*."""
        return self._records.find(old_url, old_name, decode=_decode)

    def write(self, entry: JournalEntry) -> JournalEntry:
        """Record the progress of the switch."""
        self._records.write(entry.old_url, entry.old_name, content=_encode(entry))
        return entry

    def remove(self, entry: JournalEntry) -> None:
        """Remove a switch that was undone."""
        self._records.remove(entry.old_url, entry.old_name)

    def lock(self) -> AbstractContextManager[None]:
        """Hold the lock that excludes other switches on this machine."""
        return self._records.lock()

    @property
    def _records(self) -> RecordFolder:
        hint = "Restore it from a backup, or delete it and check `syntask upgrade status`."
        return RecordFolder(self.folder, "a switch", hint)


def _encode(entry: JournalEntry) -> dict[str, Any]:
    former = entry.former
    return {
        **{key: getattr(entry, key) for key in ("name", "old_name", "old_id", "old_url", "new_url")},
        "former": {"paused": former.paused, "active": dict(former.active), "has_list": former.has_list},
        "phase": entry.phase.value,
        "began": entry.began.isoformat(),
        "coming": [due.isoformat() for due in entry.coming],
    }


def _decode(content: Mapping[str, Any]) -> JournalEntry:
    return JournalEntry(
        **{key: str(content[key]) for key in ("name", "old_name", "old_id", "old_url", "new_url")},
        former=Scheduling(**content["former"]),
        phase=Phase(content["phase"]),
        began=datetime.fromisoformat(content["began"]),
        coming=tuple(map(datetime.fromisoformat, content["coming"])),
    )
