"""Cuts and insertions in a text: collected first, applied at once, so that positions stay valid."""

from __future__ import annotations

import re
from collections.abc import Sequence

_BREAKS = "\n\r\x85\u2028\u2029"
COMMENT = re.compile(r"([ \t]*)#")
_LAST_BREAK = re.compile(r"(?:\r\n|[\n\r])\Z")
_BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")


class TextEdits:
    """The edits of a text. Positions are indexes of the original text.

    Lines are given without line endings; they get that of the text.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        found = _BREAK.search(text)
        self._newline = found[0] if found and found[0] in ("\r\n", "\r") else "\n"
        self._splices: list[tuple[int, int, str]] = []

    @property
    def ends_line(self) -> bool:
        """Whether the text ends with a newline."""
        return _ends_line(self.text)

    def replace(self, start: int, end: int, new: str) -> None:
        """Replace the text from *start* to *end* by *new*, which may have several lines."""
        self._splices.append((start, end, new.replace("\n", self._newline)))

    def insert_lines(self, at: int, lines: Sequence[str]) -> None:
        """Insert whole lines at *at*, the start of a line or the end of the text."""
        if lines:
            self._splices.append((at, at, "".join(f"{line}{self._newline}" for line in lines)))

    def cut_lines(self, start: int, end: int) -> None:
        """Remove the lines from that of *start* to that of *end*."""
        self._splices.append((self.line_start(start), self.next_line(end), ""))

    def line_start(self, index: int) -> int:
        """Return the start of the line of *index*."""
        return 1 + max(self.text.rfind(each, 0, index) for each in _BREAKS)

    def begins_line(self, index: int) -> bool:
        """Return whether there are only spaces before *index* on its line."""
        return not self.text[self.line_start(index) : index].strip()

    def line_end(self, index: int) -> int:
        """Return the end of the line of *index*, before its line break."""
        found = _BREAK.search(self.text, index)
        return found.start() if found else len(self.text)

    def next_line(self, index: int) -> int:
        """Return the start of the line after that of *index*; the end of the text after the last one."""
        found = _BREAK.search(self.text, index)
        return found.end() if found else len(self.text)

    def behind_comments(self, line: int, column: int) -> int:
        """Return the end of the comments that begin at *line* and are indented deeper than *column*."""
        at = line
        while line < len(self.text):
            comment = COMMENT.match(self.text, line)
            following = self.next_line(line)
            if comment is not None and len(comment[1]) > column:
                at = following
            elif self.text[line:following].strip():
                break
            line = following
        return at

    def result(self, *, is_ended: bool = False) -> str:
        """Return the changed text; without a final newline if it had none, unless *is_ended*.

        Raises ValueError if edits overlap.
        """
        done, parts = 0, [""]
        for start, end, new in sorted(self._splices, key=lambda splice: splice[:2]):
            if start < done:
                raise ValueError("two changes overlap")
            parts.append(self.text[done:start])
            if start == len(self.text) and new:
                parts = ["".join(parts)]
                parts += [] if _ends_line(parts[0]) else [self._newline]
            parts.append(new)
            done = end
        text = "".join([*parts, self.text[done:]])
        keeps_end = is_ended or done < len(self.text) or self.ends_line
        return text if keeps_end else _LAST_BREAK.sub("", text)


def _ends_line(text: str) -> bool:
    return not text or text[-1] in _BREAKS
