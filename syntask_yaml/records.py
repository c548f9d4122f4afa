"""A folder of records: JSON files that are replaced as a whole, with one lock for all of them."""

from __future__ import annotations

import fcntl
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from syntask_yaml.errors import FileFailed
from syntask_yaml.files import write_atomically

_VERSION = 1
_Record = TypeVar("_Record")


@dataclass(frozen=True, slots=True)
class RecordFolder:
    """The records in *folder*. *what* names one in messages; *hint* says what to do about a damaged one.

    A record is identified by its *key*, one or more texts. Each method raises FileFailed if the folder or a
    file cannot be read or written, or if a file is not a valid record.
    """

    folder: Path
    what: str
    hint: str

    def read_all(self, decode: Callable[[Mapping[str, Any]], _Record]) -> list[_Record]:
        """Return all records, in the order of their files."""
        return [self._read(path, decode) for path in sorted(self.folder.glob("*.json"))]

    def find(self, *key: str, decode: Callable[[Mapping[str, Any]], _Record]) -> _Record | None:
        """Return the record with *key*; None if there is none."""
        path = self._path(key)
        return self._read(path, decode) if path.exists() else None

    def write(self, *key: str, content: Mapping[str, Any]) -> None:
        """Create or replace the record with *key*."""
        path = self._path(key)
        with _failing(path, "written"):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_atomically(path, json.dumps({"format": _VERSION, **content}, indent=2) + "\n")

    def remove(self, *key: str) -> None:
        """Delete the record with *key*, if there is one."""
        path = self._path(key)
        with _failing(path, "deleted"):
            path.unlink(missing_ok=True)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the lock of the folder; other processes on this machine wait for it."""
        path = self.folder / ".lock"
        with _failing(path, "locked"):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = path.open("w")
        with file:
            with _failing(path, "locked"):
                fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _read(self, path: Path, decode: Callable[[Mapping[str, Any]], _Record]) -> _Record:
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            if content["format"] != _VERSION:
                raise ValueError("another version")
            return decode(content)
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            detail = f"`{path}` is not the record of {self.what}: {type(error).__name__}."
            raise FileFailed(detail, hint=self.hint) from error

    def _path(self, key: tuple[str, ...]) -> Path:
        digest = hashlib.sha256("\n".join(key).encode()).hexdigest()
        return self.folder / f"{digest[:16]}.json"


@contextmanager
def _failing(path: Path, what: str) -> Iterator[None]:
    """Convert OSError to FileFailed, which names the file."""
    try:
        yield
    except OSError as error:
        detail = f"`{path}` cannot be {what}: {error.strerror or error}."
        raise FileFailed(
            detail, hint="Check the permissions of the folder, and that the disk is not full."
        ) from error
