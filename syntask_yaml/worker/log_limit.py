"""The size limit of a run's log."""

from __future__ import annotations

from dataclasses import dataclass

# Bytes of a line besides its text.
_LINE = 50
# Reserve for the worker's own lines, such as the traceback of a failure.
_RESERVE = 2_000_000


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of output: lines and bytes."""

    lines: int = 0
    bytes: int = 0

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.lines + other.lines, self.bytes + other.bytes)

    def __sub__(self, other: Amount) -> Amount:
        return Amount(self.lines - other.lines, self.bytes - other.bytes)


@dataclass
class LogLimit:
    """A limit of *limit* bytes for a run's log, None for no limit, which counts the rest."""

    limit: int | None = None
    left_out: Amount = Amount()
    _kept: int = 0

    @property
    def is_reached(self) -> bool:
        return self.left_out != Amount()

    def admits(self, text: str, *, is_own: bool = False) -> bool:
        """Return whether a line is kept. After the first rejected one, only the worker's own lines can be."""
        size = _size(text)
        room = None if self.limit is None else self.limit + (_RESERVE if is_own else 0)
        if room is None or (self._kept + size + _LINE <= room and (is_own or not self.is_reached)):
            self._kept += size + _LINE
            return True
        self.leave_out(text)
        return False

    def leave_out(self, text: str) -> None:
        """Count a line that is not kept."""
        self.left_out += Amount(1, _size(text))

    def last_words(self) -> str:
        """Return the last line of the log, about rejected lines."""
        return (
            f"{self.left_out.lines:,} more lines ({_shown(self.left_out.bytes)}) were dropped:"
            f" the log reached SYNTASK_LOG_LIMIT, {_shown(self.limit or 0)}."
        )


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "backslashreplace"))


def _shown(size: float) -> str:
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:,.3g} GB"
