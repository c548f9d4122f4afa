"""The journal of a run in a container: a JSON document per line, appended during the run.

Its lines are the log of the run, in this order. So a worker that takes over a run knows from the number of
lines in the store where the previous worker stopped.

    {"kind": "begun", "lines": 0}     by the worker: the number of lines in the store
    {"kind": "log", "moment": …, …}   a `Report`
    {"kind": "ended", "code": 0, …}   by the supervisor, the last line
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from syntask_yaml.worker.log_limit import Amount
from syntask_yaml.worker.protocol import Report

# Docker's exit codes: the container could not be created, and the command was not found in it.
NOT_STARTED, NO_SUCH_COMMAND = 125, 127
_CHUNK = 65_536
# Chunks per read: few, so that a run that never stops writing does not starve the others.
_CHUNKS = 4
# Seconds between attempts to write to a full disk.
_PAUSE = 0.2


@dataclass(frozen=True, slots=True)
class Ended:
    """The end of a run's process: its exit code, negative for a signal.

    *reason* explains the end, if the code does not. *out_of_memory*: the kernel killed a process of the
    container for its memory limit. *left_out* is the output beyond the log limit.
    """

    code: int
    reason: str = ""
    out_of_memory: bool = False
    left_out: Amount = field(default_factory=Amount)


class JournalWriter:
    """A writer that appends to a journal. Each record is one write, so there may be several writers.

    A writer that *waits* blocks while the disk is full; others raise OSError.
    """

    def __init__(self, path: Path, *, waits: bool = False) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        self._waits = waits

    @classmethod
    def note(cls, path: Path, text: str) -> None:
        """Append a line of the worker to the log of the run."""
        with closing(cls(path)) as journal:
            journal.report(Report("log", text, level=logging.INFO, logger="worker"))

    def begin(self, lines: int) -> None:
        """Record the number of log lines before the first one of this journal."""
        self._write({"kind": "begun", "lines": lines})

    def report(self, report: Report) -> None:
        self._write({**asdict(report), "moment": time.time()})

    def end(self, ended: Ended) -> None:
        self._write({"kind": "ended", **asdict(ended)})

    def close(self) -> None:
        os.close(self._descriptor)

    def _write(self, record: dict[str, Any]) -> None:
        rest = json.dumps(record).encode() + b"\n"
        while rest:
            try:
                rest = rest[os.write(self._descriptor, rest) :]
            except OSError:
                if not self._waits:
                    raise
                time.sleep(_PAUSE)


@dataclass
class JournalReader:
    """A reader that follows a growing journal."""

    path: Path
    begun: int = 0
    ended: Ended | None = None
    is_at_end: bool = False
    _file: Any = field(default=None, repr=False)
    _pending: bytearray = field(default_factory=bytearray, repr=False)

    def reports(self, *, is_last: bool = False) -> Iterator[Report]:
        """Yield new reports: all of them with *is_last*, otherwise a limited number."""
        for chunk in self._chunks(is_last=is_last):
            first, *others = chunk.split(b"\n")
            self._pending += first
            for other in others:
                line, self._pending = bytes(self._pending), bytearray(other)
                yield from self._decoded(line)

    def _chunks(self, *, is_last: bool) -> Iterator[bytes]:
        done = 0
        while is_last or done < _CHUNKS:
            chunk = self._read()
            self.is_at_end = len(chunk) < _CHUNK
            if not chunk:
                return
            yield chunk
            done += 1

    def _read(self) -> bytes:
        try:
            self._file = self._file or self.path.open("rb", buffering=0)
            chunk: bytes = self._file.read(_CHUNK)
        except OSError:
            return b""
        return chunk

    def _decoded(self, line: bytes) -> Iterator[Report]:
        record: Any = None
        with suppress(ValueError, RecursionError):
            record = json.loads(line)
        match record:
            case {"kind": "begun", "lines": int(lines)}:
                self.begun = lines
            case {"kind": "ended", "code": int()}:
                self.ended = _ended(record)
            case _:
                yield Report.decode(line)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


def _ended(record: dict[str, Any]) -> Ended:
    try:
        left_out = Amount(**record["left_out"])
        return Ended(record["code"], str(record["reason"]), bool(record["out_of_memory"]), left_out)
    except (KeyError, TypeError):  # written by the code of the run
        return Ended(record["code"])
