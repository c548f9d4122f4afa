"""An SQLite file shared by many processes: open, read and write it.

With write-ahead logging, readers do not block. With `synchronous=NORMAL`, a commit is passed to the operating
system without waiting for the disk: no commit is lost if a process dies. A power failure can lose the commits
of the last moments, but does not corrupt the file: a run that was claimed or ended then is claimed again, or
has crashed. `FULL` would prevent that, but each claim and each state would wait for the disk: 5,000 commits a
second instead of 31,000 in our measurement, and about a hundred on a spinning disk.
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

# Seconds between two attempts to lock, randomized so that processes do not stay in step.
_PAUSE = (0.0005, 0.002)

_T = TypeVar("_T")
Arguments: TypeAlias = Mapping[str, Any] | Sequence[Any]


class Store:
    """An open store. Threads can share it: queries and transactions are serialized.

    *patience* is the maximal wait for a lock in seconds, and can be changed.
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
        """Open the store at *path*. Locks are awaited for *patience* seconds.

        A store that does not exist is created, or without *creates* opened as an empty one in memory.
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
        """Return *collect* of the rows of the statement *name*, which are not loaded at once."""
        with self._lock, translated(self.path):
            return _retry_while_locked(
                lambda: collect(self._connection.execute(SQL[name], values)), self.patience
            )

    def one(self, name: str, /, **values: Any) -> sqlite3.Row | None:
        """Return the first row of the statement *name*; None if there is none."""
        return next(iter(self.all(name, **values)), None)

    def answer(self, name: str, /, **values: Any) -> Any:
        """Return the single value of the statement *name*."""
        return self.all(name, **values)[0]["answer"]

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Execute the body in a transaction that excludes other writers."""
        with self._lock, translated(self.path):
            try:
                _retry_while_locked(lambda: self._connection.execute("BEGIN IMMEDIATE"), self.patience)
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                # The transaction may not have started, or a full disk may have ended it.
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
                raise

    def change(self, name: str, /, **values: Any) -> int:
        """Execute the statement *name* in a transaction. Return the number of changed rows."""
        return self._connection.execute(SQL[name], values).rowcount

    def change_each(self, name: str, rows: Iterable[Arguments]) -> int:
        """Execute the statement *name* for each of *rows* in a transaction. Return the rows changed."""
        return self._connection.executemany(SQL[name], rows).rowcount

    @property
    def watch(self) -> StoreWatch:
        """The watch for writes, created on first use."""
        if self._watch is None:
            self._watch = StoreWatch(self.path)
        return self._watch

    def check_place(self) -> None:
        """Raise BackendUnreachable if the file of the store was deleted or replaced."""
        if _identity(self.path) != self._file:
            raise replaced(self.path)

    def close(self) -> None:
        if self._watch is not None:
            self._watch.close()
        with self._lock:
            self._connection.close()


def _identity(path: Path) -> tuple[int, int] | None:
    """Return the device and the inode of the file at *path*; None if it does not exist."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _could_be_made(path: Path) -> bool:
    """Return whether there is no file at *path*, but a folder in which it can be created."""
    above = next((folder for folder in path.parents if folder.exists()), path)
    return not path.exists() and above.is_dir()


def _make_file(path: Path) -> None:
    """Create an empty private file and its parent folders."""
    for folder in reversed([folder for folder in path.parents if not folder.exists()]):
        folder.mkdir(mode=0o700, exist_ok=True)
    # Never open an existing file: closing it would release all locks of this process on it.
    if not path.exists():
        path.touch(mode=0o600)


def _prepare(connection: sqlite3.Connection, path: Path, patience: float) -> None:
    check_is_ours(connection, path)
    _retry_while_locked(lambda: connection.execute("PRAGMA journal_mode = WAL"), patience)
    for setting in _SETTINGS:
        connection.execute(setting)
    migrate(connection)
    connection.execute("PRAGMA busy_timeout = 0")
    connection.row_factory = sqlite3.Row


def _retry_while_locked(ask: Callable[[], _T], patience: float) -> _T:
    """Return the result of *ask*, repeated while the store is locked, for at most *patience* seconds.

    SQLite's own busy handler sleeps for up to 100 ms, while others acquire the lock: with eight busy workers,
    some would wait for a second.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            return ask()
        except sqlite3.OperationalError as error:
            if code_of(error) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(random.uniform(*_PAUSE))
