"""Notification of writes to a store by other processes, on Linux."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inotify_simple import INotify


class StoreWatch:
    """A watch on the write-ahead log of the store at *path*, which every write modifies.

    If it cannot be watched, there are no descriptors.
    """

    def __init__(self, path: Path) -> None:
        self._inotify = _watch(path.with_name(f"{path.name}-wal"))

    @property
    def descriptors(self) -> tuple[int, ...]:
        """File descriptors that become readable when any process starts a write."""
        return () if self._inotify is None else (self._inotify.fileno(),)

    def clear(self) -> None:
        """Reset the descriptors until the next write."""
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
