"""Convert errors of SQLite and the disk to messages."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from syntask_yaml.backend.json_values import half_character
from syntask_yaml.errors import BackendError, BackendRefused, BackendUnreachable


class _Fault(NamedTuple):
    kind: type[BackendError]
    detail: str
    hint: str
    may_pass: bool = True


_LOCKED = _Fault(
    BackendUnreachable,
    "The store {path} is locked: another process has been writing to it for too long.",
    "Try again. If that does not help, look for a `syntask` process that hangs.",
)
_READ_ONLY = _Fault(
    BackendRefused,
    "Cannot write to the store {path}: the file, its directory or the disk is read-only.",
    "Make the directory writable, or set SYNTASK_HOME to another one.",
)
_UNOPENED = _Fault(
    BackendUnreachable,
    "Cannot open the store {path}: {reason}.",
    "Check that its directory exists and that you can read and write there, or set SYNTASK_HOME to "
    "another one.",
)
_DAMAGED = _Fault(
    BackendUnreachable,
    "The store {path} is damaged: {reason}.",
    "Restore a backup. Or move the file away, recover what is left with `sqlite3 FILE .recover`, "
    "and deploy again.",
    may_pass=False,
)

_FULL = _Fault(
    BackendError,
    "The disk is full. Nothing was written to the store {path}.",
    "Free some space and try again.",
)

# By primary result code. Other errors are reported in SQLite's own words.
_FAULTS: Mapping[int, _Fault] = {
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _UNOPENED,
    sqlite3.SQLITE_CANTOPEN: _UNOPENED,
    sqlite3.SQLITE_AUTH: _UNOPENED,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _Fault(
        BackendUnreachable,
        "{path} is not a store: it is not an SQLite database.",
        "Use another path, or move the file away.",
        may_pass=False,
    ),
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_IOERR: _Fault(
        BackendUnreachable,
        "Disk error while reading or writing the store {path}: {reason}.",
        "Check the disk. Stores on network drives are not supported: move the store to a local disk.",
    ),
}
# By extended result code, where it is more specific: the shared-memory file cannot grow.
_EXTENDED: Mapping[int, _Fault] = {
    sqlite3.SQLITE_IOERR_SHMSIZE: _FULL,
}
_OTHER = _Fault(BackendError, "SQLite error in the store {path}: {reason}.", "", may_pass=False)


def replaced(path: Path) -> BackendError:
    """Return the error for an open store whose file at *path* was replaced."""
    fault = _Fault(
        BackendUnreachable,
        "The store {path} was deleted or replaced while it was in use.",
        "Start the command again to use the current store.",
        may_pass=False,
    )
    return _worded(fault, path, "")


def code_of(error: sqlite3.Error) -> int:
    """Return the primary result code of *error*; 0 if it has none."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Raise errors of SQLite and the disk as a BackendError about the store at *path*.

    Misuse of SQLite is a bug, and is not translated.
    """
    try:
        yield
    except (sqlite3.ProgrammingError, sqlite3.InterfaceError):
        raise
    except sqlite3.Error as error:
        raise _worded(_fault_of(error), path, str(error)) from error
    except UnicodeEncodeError as error:
        raise half_character(error, "stored") from error
    except OSError as error:
        raise _worded(_UNOPENED, path, error.strerror or str(error)) from error


def _fault_of(error: sqlite3.Error) -> _Fault:
    extended = _EXTENDED.get(getattr(error, "sqlite_errorcode", 0))
    return extended or _FAULTS.get(code_of(error), _OTHER)


def _worded(fault: _Fault, path: Path, reason: str) -> BackendError:
    error = fault.kind(fault.detail.format(path=f"`{path}`", reason=reason), hint=fault.hint)
    error.may_pass = fault.may_pass
    return error
