"""An SQLite file shared by many processes: opening, reading and writing it.

Write-ahead logging lets everybody read while one writes. With `synchronous=NORMAL` a commit is
handed to the operating system, and nobody waits for it to reach the disk: whatever becomes of the
process, no commit is lost. If the machine loses power, the last moments may be gone, never more, and
the file is whole: a run that was taken or ended in them is taken again, or found to have crashed.
`FULL` would close that gap, and have every claim and every state of a run wait for the disk: 5,000
commits a second instead of 31,000 where this was measured, a hundred or so on a disk that spins.
"""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import RLock
from typing import Any, TypeAlias, TypeVar

from syntask_yaml.backend.embedded.faults import code_of, replaced, translated
from syntask_yaml.backend.embedded.migrate import check_is_ours, migrate
from syntask_yaml.backend.embedded.statements import SQL
from syntask_yaml.backend.embedded.watch import StoreWatch
from syntask_yaml.errors import BackendUnreachable

_OLDEST_SQLITE = (3, 37)
_SETTINGS = ("PRAGMA synchronous = NORMAL", "PRAGMA foreign_keys = ON", "PRAGMA cache_size = -4000")

# Seconds between two looks at a lock. By chance, so that no two processes keep step.
_PAUSE = (0.0005, 0.002)

_T = TypeVar("_T")
Arguments: TypeAlias = Mapping[str, Any] | Sequence[Any]


class Store:
    """An open store. Threads may share it: one at a time asks, or has a transaction.

    *patience* is for how many seconds to wait for a lock, and may be changed.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path, patience: float) -> None:
        self.path = path
        self.patience = patience
        self._connection = connection
        self._lock = RLock()
        self._file = _identity(path)
        self._watch: StoreWatch | None = None

    @classmethod
    def open(cls, path: Path, *, patience: float, creates: bool = True) -> Store:
        """Open the store at *path*, and wait *patience* seconds for a lock.

        One that does not exist is created, or without *creates* an empty one in memory.
        """
        if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
            raise BackendUnreachable(
                f"This Python uses SQLite {sqlite3.sqlite_version}; the store requires 3.37 or later.",
                hint="Install a newer Python.",
            )
        with translated(path):
            is_in_memory = not creates and _could_be_made(path)
            if not is_in_memory:
                _make_file(path)
            connection = sqlite3.connect(
                ":memory:" if is_in_memory else path,
                timeout=patience,
                isolation_level=None,
                check_same_thread=False,
            )
            try:
                _prepare(connection, path, patience)
            except BaseException:
                connection.close()
                raise
        return cls(connection, path, patience)

    def all(self, name: str, /, **values: Any) -> list[sqlite3.Row]:
        """Return the rows of the statement *name*."""
        return self.read(name, list, **values)

    def read(self, name: str, collect: Callable[[Iterable[sqlite3.Row]], _T], /, **values: Any) -> _T:
        """What *collect* makes of the rows of the statement *name*, which are not all in memory at once."""
        with self._lock, translated(self.path):
            return _patiently(lambda: collect(self._connection.execute(SQL[name], values)), self.patience)

    def one(self, name: str, /, **values: Any) -> sqlite3.Row | None:
        """Return the first row of the statement *name*, if there is one."""
        return next(iter(self.all(name, **values)), None)

    def answer(self, name: str, /, **values: Any) -> Any:
        """The one value that the statement *name* answers with."""
        return self.all(name, **values)[0]["answer"]

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All changes inside, or none; nobody else changes anything meanwhile."""
        with self._lock, translated(self.path):
            try:
                _patiently(lambda: self._connection.execute("BEGIN IMMEDIATE"), self.patience)
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                # It may not have begun, and a full disk may have ended it already.
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
                raise

    def change(self, name: str, /, **values: Any) -> int:
        """Do the statement *name*, in a transaction; how many rows it changed."""
        return self._connection.execute(SQL[name], values).rowcount

    def change_each(self, name: str, rows: Iterable[Arguments]) -> int:
        """Do the statement *name* for each of *rows*, in a transaction; how many rows it changed."""
        return self._connection.executemany(SQL[name], rows).rowcount

    @property
    def watch(self) -> StoreWatch:
        """What tells that somebody writes; only who waits for that needs one."""
        if self._watch is None:
            self._watch = StoreWatch(self.path)
        return self._watch

    def check_place(self) -> None:
        """Raise BackendUnreachable if what is at the path of the store is another file by now, or none."""
        if _identity(self.path) != self._file:
            raise replaced(self.path)

    def close(self) -> None:
        if self._watch is not None:
            self._watch.close()
        with self._lock:
            self._connection.close()


def _identity(path: Path) -> tuple[int, int] | None:
    """Return what tells the file at *path* from any other; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _could_be_made(path: Path) -> bool:
    """Return whether there is no file at *path*, and a folder above it."""
    above = next((folder for folder in path.parents if folder.exists()), path)
    return not path.exists() and above.is_dir()


def _make_file(path: Path) -> None:
    """An empty file, and the folders to it, which nobody else may read."""
    for folder in reversed([folder for folder in path.parents if not folder.exists()]):
        folder.mkdir(mode=0o700, exist_ok=True)
    # Not opened if it is there: closing a file lets go of all of this process's locks on it.
    if not path.exists():
        path.touch(mode=0o600)


def _prepare(connection: sqlite3.Connection, path: Path, patience: float) -> None:
    check_is_ours(connection, path)
    _patiently(lambda: connection.execute("PRAGMA journal_mode = WAL"), patience)
    for setting in _SETTINGS:
        connection.execute(setting)
    migrate(connection)
    connection.execute("PRAGMA busy_timeout = 0")
    connection.row_factory = sqlite3.Row


def _patiently(ask: Callable[[], _T], patience: float) -> _T:
    """Return what *ask* comes to as soon as nobody is in the way, for at most *patience* seconds.

    SQLite could wait by itself, but sleeps for up to 100 ms at a time, in which others come and go:
    of eight busy workers, some would not get a turn for a second.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            return ask()
        except sqlite3.OperationalError as error:
            if code_of(error) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(random.uniform(*_PAUSE))
