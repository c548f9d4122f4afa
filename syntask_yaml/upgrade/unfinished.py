"""The record of an upgrade's writes, to finish an upgrade that was killed.

The files depend on each other: after the file of a flow is rewritten, its old name is lost, but the files
that import it need it. The record has all writes until they are done.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from syntask_yaml.errors import FileFailed
from syntask_yaml.files import write_atomically
from syntask_yaml.operations.init import write_schema
from syntask_yaml.records import RecordFolder
from syntask_yaml.upgrade.result import FileChange

_HINT = "Delete it, and undo what the upgrade wrote, or it is not finished."


@dataclass(frozen=True, slots=True)
class _Write:
    """The write of a file: the digest of its bytes *before*, and its bytes *after*; None for no file."""

    path: Path
    before: str | None
    after: bytes | None = field(repr=False)
    is_new_project: bool

    @property
    def is_done(self) -> bool:
        return _digest(self.path) == (None if self.after is None else _digest_of(self.after))

    @property
    def is_open(self) -> bool:
        return _digest(self.path) == self.before

    def do(self) -> None:
        if self.after is None:
            self.path.unlink()
            return
        if self.is_new_project:
            write_schema(self.path.parent)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(self.path, self.after.decode("latin-1"), encoding="latin-1")


@dataclass(frozen=True, slots=True)
class UnfinishedUpgrade:
    """The recorded writes of an upgrade in *directory*, in *folder*. Each method raises FileFailed."""

    folder: Path
    directory: Path

    def begin(self, changes: Iterable[FileChange]) -> None:
        """Record the writes."""
        self._records.write(*self._key, content={"writes": [_encode(change) for change in changes]})

    def end(self) -> None:
        """Delete the record."""
        self._records.remove(*self._key)

    @property
    def paths(self) -> list[Path]:
        """The files that are still to be written; none if all writes or none of them were done."""
        return [each.path for each in self._left]

    def finish(self) -> list[Path]:
        """Write the remaining files and return them. A file that was edited since stays as it is."""
        left = self._left
        for each in left:
            try:
                each.do()
            except OSError as error:
                raise FileFailed.unwritten(each.path, error) from error
        self.end()
        return [each.path for each in left]

    @property
    def _left(self) -> list[_Write]:
        writes = self._records.find(*self._key, decode=_decode) or []
        return [each for each in writes if each.is_open] if any(each.is_done for each in writes) else []

    @property
    def _key(self) -> tuple[str]:
        return (str(self.directory.resolve()),)

    @property
    def _records(self) -> RecordFolder:
        return RecordFolder(self.folder, "an upgrade", _HINT)


def _encode(change: FileChange) -> dict[str, Any]:
    return {
        "path": str(change.path.absolute()),
        "before": None if change.before is None else _digest_of(change.before.encode(change.encoding)),
        "after": None if change.after is None else change.after.encode(change.encoding).decode("latin-1"),
        "is_new_project": change.before is None and change.is_project,
    }


def _decode(content: Mapping[str, Any]) -> list[_Write]:
    return [
        _Write(
            Path(each["path"]),
            each["before"],
            None if each["after"] is None else each["after"].encode("latin-1"),
            each["is_new_project"],
        )
        for each in content["writes"]
    ]


def _digest(path: Path) -> str | None:
    try:
        return _digest_of(path.read_bytes())
    except FileNotFoundError:
        return None


def _digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
