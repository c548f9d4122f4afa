"""Records on a pipe with several writing processes and threads.

A write of up to PIPE_BUF bytes is atomic. So a record, which is a line, is one such write, or several that
name their writer:

    {"kind": "log", …}     a record
    +4711.3 {"kind": "l    a part of the third record of process 4711; more parts follow
    -4711.3 og", …}        its last part
"""

from __future__ import annotations

import os
import re
import select
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

_FRAME = min(getattr(select, "PIPE_BUF", 512), 4096)
_NUMBERS = count(1)
_PART = re.compile(rb"([+-])(\d+\.\d+) ")
# Bytes of incomplete records of a run; beyond this limit, the oldest one is used as it is.
_MOST_HELD = 16_000_000


def frames(record: bytes) -> Iterator[bytes]:
    """Yield *record*, which has no newline, as atomic writes for a pipe with several writers."""
    if len(record) < _FRAME:
        yield record + b"\n"
        return
    name = b" %d.%d " % (os.getpid(), next(_NUMBERS))
    size = _FRAME - len(name) - 1
    for start in range(0, len(record), size):
        is_last = start + size >= len(record)
        yield b"%s%s%s\n" % (b"-" if is_last else b"+", name[1:], record[start : start + size])


@dataclass
class Assembly:
    """An assembler of records from the lines of the pipe, within bounded memory."""

    _parts: dict[bytes, list[bytes]] = field(default_factory=dict)
    _held: int = 0

    def take(self, line: bytes) -> Iterator[bytes]:
        """Yield the records that *line* completes."""
        part = _PART.match(line)
        if part is None:
            yield line
            return
        self._parts.setdefault(part[2], []).append(line[part.end() :])
        self._held += len(line)
        if part[1] == b"-":
            yield self._joined(part[2])
        while self._held > _MOST_HELD:
            yield self._joined(next(iter(self._parts)))

    def rest(self) -> Iterator[bytes]:
        """Yield the incomplete records, at the end of the pipe."""
        while self._parts:
            yield self._joined(next(iter(self._parts)))

    def _joined(self, name: bytes) -> bytes:
        parts = self._parts.pop(name)
        self._held -= sum(len(part) + len(name) + 2 for part in parts)
        return b"".join(parts)
