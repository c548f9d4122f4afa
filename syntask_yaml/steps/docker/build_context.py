"""The build context: its files, their digest, and the archive for the engine."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from syntask_yaml.errors import StepFailed
from syntask_yaml.steps.base import StepContext, StepStopped
from syntask_yaml.steps.docker.patterns import IGNORE_FILE, Patterns

_LOOK_AROUND = 256


@dataclass(frozen=True, slots=True)
class Entry:
    """A file, directory or link. The path is relative to the root, with `/` as the separator."""

    path: str
    is_directory: bool
    is_link: bool
    mode: int


@dataclass(frozen=True, slots=True)
class BuildContext:
    """The build context in *root*, without the files that *patterns* exclude."""

    root: Path
    patterns: Patterns

    def entries(self) -> Iterator[Entry]:
        """Return all entries in the order of their paths. Links are not followed."""
        return self._below("")

    def _below(self, directory: str) -> Iterator[Entry]:
        above = self.patterns.inside(directory)
        prefix = f"{directory}/" if directory else ""
        with os.scandir(self.root / prefix) as listing:
            found = sorted(listing, key=lambda each: each.name)
        for each in found:
            path = prefix + each.name
            is_ignored = self.patterns.is_ignored(path, above)
            is_directory = each.is_dir(follow_symlinks=False)
            if not is_ignored:
                status = each.stat(follow_symlinks=False)
                if not stat.S_ISSOCK(status.st_mode):
                    yield Entry(path, is_directory, each.is_symlink(), stat.S_IMODE(status.st_mode))
            if is_directory and (not is_ignored or self.patterns.may_show(path)):
                yield from self._below(path)

    def digest(self, context: StepContext) -> str:
        """Return the SHA-256 of all entries: paths, kinds, modes, contents and targets of links.

        Times and owners are not included, because the engine ignores them.
        """
        return _digest((entry, self._content(entry)) for entry in _watched(self.entries(), context))

    def _content(self, entry: Entry) -> bytes:
        """Return a digest of the content of an entry, or the target of a link."""
        path = self.root / entry.path
        if entry.is_link:
            return b"->" + os.fsencode(path.readlink())
        if entry.is_directory or not path.is_file():
            return b""
        with path.open("rb", buffering=0) as file:
            return hashlib.file_digest(file, "sha256").digest()

    def archive(self, context: StepContext, *, digest: str, more: Mapping[str, bytes]) -> IO[bytes]:
        """Return an uncompressed tar archive of all entries; the files in *more* are added or replace some.

        Raises StepFailed if its content does not have *digest*, because files changed in the meantime.
        """
        file = TemporaryFile()  # noqa: SIM115  (handed out open)
        try:
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
                written = _digest(
                    (entry, self._add(archive, entry, is_replaced=entry.path in more))
                    for entry in _watched(self.entries(), context)
                )
                for name, content in more.items():
                    info = tarfile.TarInfo(name)
                    info.size, info.mode = len(content), 0o644
                    archive.addfile(info, io.BytesIO(content))
            if written != digest:
                hint = "Exclude files that change constantly in `.dockerignore`, or build again."
                raise StepFailed(f"Files in `{self.root}` changed while they were being read.", hint=hint)
        except BaseException:
            file.close()
            raise
        file.seek(0)
        return file

    def _add(self, archive: tarfile.TarFile, entry: Entry, *, is_replaced: bool) -> bytes:
        """Add an entry to the archive, and return the `_content` of what was added."""
        if is_replaced:
            return self._content(entry)
        path = self.root / entry.path
        info = archive.gettarinfo(str(path), arcname=entry.path)
        info.mtime = max(0, int(info.mtime))
        if info.islnk():  # two names of one file are two files in an image
            info.type, info.linkname, info.size = tarfile.REGTYPE, "", path.stat().st_size
        if not info.isreg():
            archive.addfile(info)
            return b"->" + os.fsencode(info.linkname) if info.issym() else b""
        with path.open("rb") as file:
            reader = _Hashing(file)
            archive.addfile(info, reader)
        return reader.digest


class _Hashing:
    """A file that is hashed while it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._hash.update(data)
        return data

    @property
    def digest(self) -> bytes:
        return self._hash.digest()


def _digest(parts: Iterator[tuple[Entry, bytes]]) -> str:
    whole = hashlib.sha256()
    for entry, content in parts:
        kind = "d" if entry.is_directory else "l" if entry.is_link else "f"
        mode = 0 if entry.is_link else entry.mode
        name = entry.path.encode("utf-8", "surrogateescape")
        whole.update(b"%d:%b%b%o:%d:%b" % (len(name), name, kind.encode(), mode, len(content), content))
    return whole.hexdigest()


def _watched(entries: Iterator[Entry], context: StepContext) -> Iterator[Entry]:
    for number, entry in enumerate(entries):
        if number % _LOOK_AROUND == 0 and context.stop.is_set():
            raise StepStopped("Reading the build context was stopped.")
        yield entry


def build_context(root: Path, ignore_file: Path | None = None) -> BuildContext:
    """Return the build context in *root*. Raises StepFailed if the directory does not exist."""
    if not root.is_dir():
        raise StepFailed(f"The build directory `{root}` does not exist.", hint="Fix `path:` of the step.")
    return BuildContext(root, Patterns.read(ignore_file or root / IGNORE_FILE))
