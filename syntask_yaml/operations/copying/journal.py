"""The journal of unfinished copies, in files, from which the next copy resumes.

Each move of schedules has a file. It is written before the source is paused, and contains the waiting runs,
which pausing deletes. Deployments being written share one file: their triggers are written after them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from syntask_yaml.model.value import Json
from syntask_yaml.records import RecordFolder


@dataclass(frozen=True, slots=True)
class WaitingRun:
    """A scheduled run for the time *due* that did not start, with its complete *parameters*."""

    due: datetime
    parameters: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """The move of the schedules of the deployment *name* from *source*, since *began*, to *destination*."""

    name: str
    source: str
    destination: str
    began: datetime
    waiting: tuple[WaitingRun, ...] = ()


@dataclass(frozen=True, slots=True)
class Moves:
    """The unfinished moves from *source* to *destination*, stored in *folder*.

    Each method raises FileFailed if a file cannot be read or written.
    """

    folder: Path
    source: str
    destination: str

    def all(self) -> dict[str, Move]:
        """Return the moves by the name of the deployment."""
        ends = (self.source, self.destination)
        moves = self._records.read_all(_decode)
        return {move.name: move for move in moves if (move.source, move.destination) == ends}

    def write(self, move: Move) -> Move:
        """Record the start of a move."""
        self._records.write(self.source, self.destination, move.name, content=_encode(move))
        return move

    def remove(self, move: Move) -> None:
        """Remove a finished move."""
        self._records.remove(self.source, self.destination, move.name)

    def lock(self) -> AbstractContextManager[None]:
        """Lock out other copies on this machine."""
        return self._records.lock()

    @property
    def _records(self) -> RecordFolder:
        return _records(self.folder)


@dataclass(frozen=True, slots=True)
class Unfinished:
    """The deployments being written from *source* to *destination*, stored below *folder*.

    Each method raises FileFailed if a file cannot be read or written.
    """

    folder: Path
    source: str
    destination: str

    def names(self) -> frozenset[str]:
        """Return their names."""
        found = self._records.find(self.source, self.destination, decode=_names)
        return found or frozenset()

    def write(self, names: Collection[str]) -> None:
        """Replace the recorded names."""
        if names:
            self._records.write(self.source, self.destination, content={"deployments": sorted(names)})
        else:
            self._records.remove(self.source, self.destination)

    @property
    def _records(self) -> RecordFolder:
        return _records(self.folder / "deployments")


def _records(folder: Path) -> RecordFolder:
    hint = "Restore it from a backup, or delete it and check which side schedules."
    return RecordFolder(folder, "a copy", hint)


def _names(content: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(map(str, content["deployments"]))


def _encode(move: Move) -> dict[str, Any]:
    return {
        **{key: getattr(move, key) for key in ("name", "source", "destination")},
        "began": move.began.isoformat(),
        "waiting": [{"due": each.due.isoformat(), "parameters": each.parameters} for each in move.waiting],
    }


def _decode(content: Mapping[str, Any]) -> Move:
    return Move(
        **{key: str(content[key]) for key in ("name", "source", "destination")},
        began=datetime.fromisoformat(content["began"]),
        waiting=tuple(
            WaitingRun(datetime.fromisoformat(each["due"]), dict(each["parameters"]))
            for each in content["waiting"]
        ),
    )
