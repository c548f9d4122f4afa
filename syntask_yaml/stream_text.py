"""Decode the output of a process to text."""

from __future__ import annotations

from codecs import getincrementaldecoder
from collections.abc import Callable

# The maximum number of characters kept of a stream, and of one line.
MAX_KEPT = 10_000_000
MAX_LINE = 65_536


class StreamText:
    """The text of one stream: passes on each line as it arrives, and keeps the beginning."""

    def __init__(self, on_line: Callable[[str], None]) -> None:
        self._decoder = getincrementaldecoder("utf-8")("replace")
        self._on_line = on_line
        self._kept: list[str] = []
        self._room = MAX_KEPT
        self._rest = ""

    def add(self, data: bytes, *, is_last: bool = False) -> None:
        text = self._decoder.decode(data, is_last)
        self._keep(text)
        *lines, rest = (self._rest + text).split("\n")
        self._rest = rest[rest.rfind("\r", 0, -1) + 1 :]
        for line in lines:
            self._hand_on(line)
        if len(self._rest) > MAX_LINE:
            self._hand_on(self._rest)
            self._rest = ""

    def close(self) -> None:
        self.add(b"", is_last=True)
        if self._rest:
            self._hand_on(self._rest)

    def __str__(self) -> str:
        note = f"\n[truncated after {MAX_KEPT:,} characters]" if self._room < 0 else ""
        return "".join(self._kept) + note

    def _keep(self, text: str) -> None:
        if self._room > 0:
            self._kept.append(text[: self._room])
        self._room -= len(text)

    def _hand_on(self, line: str) -> None:
        shown = line.rstrip("\r").rpartition("\r")[2]
        for start in range(0, len(shown) or 1, MAX_LINE):
            self._on_line(shown[start : start + MAX_LINE])
