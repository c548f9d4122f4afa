"""What a switch from an old server has done so far: one file for each, written before each step.

The file says what the old deployment's schedules were before the first step, so that a switch that was
killed is finished by another one, or undone.
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
    """How far a switch is. Between the ends, whoever runs next goes on."""

    SWITCHING = "switching"
    SWITCHED = "switched"
    GOING_BACK = "going back"


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """One switch: the deployment *old_name* of the server at *old_url* gives way to *name* on *new_url*.

    *former* is what the old schedules were before it, *coming* the times of the runs that were to come when
    the side that schedules was stopped.
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
    """The entries in the *folder*. Each method raises FileFailed where that is not possible."""

    folder: Path

    def entries(self) -> list[JournalEntry]:
        """All entries, by name."""
        return sorted(self._records.read_all(_decode), key=lambda entry: entry.name)

    def find(self, old_url: str, old_name: str) -> JournalEntry | None:
        """The entry of a deployment on the server at *old_url*."""
        return self._records.find(old_url, old_name, decode=_decode)

    def write(self, entry: JournalEntry) -> JournalEntry:
        """Put down how far the switch is."""
        self._records.write(entry.old_url, entry.old_name, content=_encode(entry))
        return entry

    def remove(self, entry: JournalEntry) -> None:
        """Forget a switch that was undone."""
        self._records.remove(entry.old_url, entry.old_name)

    def lock(self) -> AbstractContextManager[None]:
        """Keep other switches on this machine waiting."""
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
