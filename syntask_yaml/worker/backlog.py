"""Reports that the store does not have yet, in memory or, if there are many, on disk."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from syntask_yaml.backend.queue import Claim, RunReports
from syntask_yaml.model.run import LogLine, State
from syntask_yaml.worker.children import WaitingChildren

# Bytes of lines in memory, and bytes that are read from the file at a time.
_HELD = 1_000_000


class ClaimLost(Exception):
    """Another worker has claimed the run."""


@dataclass
class Backlog:
    """The undelivered lines, children and states of a run, each state with its time.

    *folder* is the directory of the file.
    """

    folder: Path
    lines: list[LogLine] = field(default_factory=list)
    children: WaitingChildren = field(default_factory=WaitingChildren)
    states: list[tuple[State, datetime]] = field(default_factory=list)
    name: str = ""
    _size: int = 0
    _aside: _Aside | None = None

    def add(self, lines: Iterable[LogLine]) -> None:
        """Keep *lines* until they are delivered."""
        for line in lines:
            self.lines.append(line)
            self._size += len(line.message)

    def put_aside(self) -> Sequence[LogLine]:
        """Move the lines to disk if there are many; return those that do not fit there and are lost."""
        if self._size < _HELD:
            return ()
        lines, done = self._taken(), 0
        with suppress(OSError):
            self._aside = self._aside or _Aside.make(self.folder)
            for line in lines:
                self._aside.write(line)
                done += 1
        return lines[done:]

    def deliver(self, queue: RunReports, claim: Claim, now: datetime) -> Iterator[State]:
        """Deliver all lines, the children, a new name of the run, then the states; yield the accepted ones.

        Raises ClaimLost for what is rejected. Raises BackendError if the store fails; delivered items are not
        delivered again.
        """
        if self._aside is not None:
            for lines in self._aside.lines():
                self._append(queue, claim, lines)
            self.close()
        if self.lines:
            self._append(queue, claim, self.lines)
            self._taken()
        if children := self.children.all():
            if not queue.put_children(claim.run.id, children, token=claim.token):
                raise ClaimLost
            self.children.clear()
        if self.name:
            if not queue.rename(claim, self.name):
                raise ClaimLost
            self.name = ""
        while self.states:
            state, heard = self.states[0]
            # A run that is ready begins after the delivery; one that has ended began before.
            if not queue.report(claim, state, heard if state.type.is_final else now):
                raise ClaimLost
            self.states.pop(0)
            yield state

    @staticmethod
    def _append(queue: RunReports, claim: Claim, lines: Sequence[LogLine]) -> None:
        if not queue.append_logs(claim.run.id, lines, token=claim.token):
            raise ClaimLost

    def drop(self) -> None:
        """Discard undelivered items, which another worker delivers."""
        self._taken()
        self.children.clear()
        self.states.clear()
        self.name = ""
        self.close()

    def _taken(self) -> list[LogLine]:
        lines, self.lines, self._size = self.lines, [], 0
        return lines

    def close(self) -> None:
        """Close the file."""
        if self._aside is not None:
            self._aside.close()
            self._aside = None


@dataclass
class _Aside:
    """A file of log lines, one JSON document per line."""

    descriptor: int
    _written: int = 0
    _read: int = 0

    @classmethod
    def make(cls, folder: Path) -> _Aside:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / ".syntask-reports"
        path.unlink(missing_ok=True)
        return cls(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))

    def write(self, line: LogLine) -> None:
        """Append *line*, or nothing. Raises OSError if the disk is full."""
        fields = (line.timestamp.isoformat(), line.level, line.message, line.logger, line.task)
        rest, at = json.dumps(fields).encode() + b"\n", self._written
        while rest:
            done = os.pwrite(self.descriptor, rest, at)
            rest, at = rest[done:], at + done
        self._written = at

    def lines(self) -> Iterator[list[LogLine]]:
        """Yield the lines in chunks. A chunk counts as read when the next one is requested."""
        with os.fdopen(os.dup(self.descriptor), "rb") as file:
            file.seek(self._read)
            while file.tell() < self._written:
                some = file.readlines(min(_HELD, self._written - file.tell()))
                yield [_line(each) for each in some]
                self._read = file.tell()

    def close(self) -> None:
        os.close(self.descriptor)


def _line(text: bytes) -> LogLine:
    moment, *fields = json.loads(text)
    return LogLine(datetime.fromisoformat(moment), *fields)
