"""Notice at once that another process has written to a store, on Linux."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inotify_simple import INotify


class StoreWatch:
    """A watch on the write-ahead log of the store at *path*, where every change begins.

    Where it cannot be watched, it has no descriptors.
    """

    def __init__(self, path: Path) -> None:
        self._inotify = _watch(path.with_name(f"{path.name}-wal"))

    @property
    def descriptors(self) -> tuple[int, ...]:
        """Descriptors that are readable since a process, this one too, began to write."""
        return () if self._inotify is None else (self._inotify.fileno(),)

    def clear(self) -> None:
        """Have them tell of the next write."""
        if self._inotify is not None:
            self._inotify.read(timeout=0)

    def close(self) -> None:
        if self._inotify is not None:
            self._inotify.close()


def _watch(log: Path) -> INotify | None:
    if sys.platform != "linux":
        return None
    from inotify_simple import INotify, flags

    try:
        inotify = INotify()
    except OSError:  # a sandbox, or too many watches of this user
        return None
    try:
        inotify.add_watch(log, flags.MODIFY)
    except OSError:  # or no such file, as for a store in memory
        inotify.close()
        return None
    return inotify
