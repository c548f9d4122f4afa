"""Read files up to a size limit, and replace them atomically."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import glob
import os
import stat
from pathlib import Path
from typing import IO

_MOST = 64 * 1024 * 1024
_KINDS = {stat.S_IFDIR: "directory", stat.S_IFIFO: "pipe", stat.S_IFSOCK: "socket"}


def home_path(path: str | Path) -> Path:
    """Return *path* with its `~` or `~name` expanded; unchanged if there is no such user, as in a shell."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)


def kind_of_file(mode: int) -> str:
    """Return the type of a file with *mode*: `regular file`, `directory`, `pipe`, `socket` or `device`."""
    return "regular file" if stat.S_ISREG(mode) else _KINDS.get(stat.S_IFMT(mode), "device")


def read_given(path: Path) -> str:
    """Return the text of a file named on the command line, which may be a pipe, as from `<(command)`.

    Raises OSError, also above the size limit, and UnicodeDecodeError.
    """
    with path.open("rb") as file:
        return read_bounded(file).decode("utf-8")


def read_regular(path: Path) -> str:
    """Return the text of a file that a project names.

    Raises OSError, also for files that are not regular, since reading them could block, and
    UnicodeDecodeError.
    """
    if not stat.S_ISREG(mode := path.stat().st_mode):
        raise OSError(errno.EINVAL, f"It is a {kind_of_file(mode)}, not a regular file", str(path))
    return read_given(path)


def read_bounded(file: IO[bytes]) -> bytes:
    """Return the content of *file*. Raises OSError above the size limit, as for an endless device."""
    content = file.read(_MOST + 1)
    if len(content) > _MOST:
        raise OSError(errno.EFBIG, f"It is larger than {_MOST >> 20} MiB")
    return content


def write_atomically(path: Path, text: str, *, encoding: str = "utf-8") -> None:
    """Replace the content of *path* by *text*, so that a reader never sees a part of it, even after a crash.

    The text goes to a temporary file in the same folder, which is flushed to disk and renamed. An existing
    file keeps its mode and owner, and links are followed. Temporary files of killed processes are removed.
    Raises OSError, also if an existing file is not writable.
    """
    target = _target(path)
    if target.exists() and not os.access(target, os.W_OK):
        os.close(os.open(target, os.O_WRONLY | os.O_NONBLOCK))  # raises the cause: a disk can be read-only
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    content = text.encode(encoding)
    _remove_drafts(target)
    descriptor, draft = _open_draft(target)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            _take_over(target, descriptor)
            os.fsync(descriptor)
            draft.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise
    _flush_folder(target.parent)


def _target(path: Path) -> Path:
    """Return *path* with its links resolved."""
    try:
        return path.resolve()
    except RuntimeError as error:  # how Python up to 3.12 reports a circle of links
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path)) from error


def _open_draft(target: Path) -> tuple[int, Path]:
    """Return a new temporary file next to *target*, locked while it is open."""
    while True:
        draft = target.with_name(f".{target.name}.{os.urandom(4).hex()}.draft")
        descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        with contextlib.suppress(OSError):  # a file system without locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.fstat(descriptor).st_nlink:
            return descriptor, draft
        os.close(descriptor)  # another process removed it as a leftover


def _remove_drafts(target: Path) -> None:
    """Remove the temporary files of *target* that no process holds a lock on."""
    for draft in target.parent.glob(f".{glob.escape(target.name)}.*.draft"):
        with contextlib.suppress(OSError):
            descriptor = os.open(draft, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                draft.unlink()
            finally:
                os.close(descriptor)


def _take_over(target: Path, descriptor: int) -> None:
    """Copy the mode of the existing file to *descriptor*, and its owner if permitted."""
    try:
        old = target.stat()
    except FileNotFoundError:
        return
    with contextlib.suppress(OSError):
        os.fchown(descriptor, old.st_uid, old.st_gid)
    os.fchmod(descriptor, old.st_mode & 0o7777)


def _flush_folder(folder: Path) -> None:
    """Flush the rename to disk, on file systems that support it."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def lock_for_life(path: Path) -> bool:
    """Lock the file at *path*, creating it if needed, until this process ends.

    Return False if another process holds the lock.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return False
    return True


def shown_path(path: Path, directory: Path) -> str:
    """Return *path* for display: relative to *directory* if it is below it, with `/` on every system.

    Bytes that are not UTF-8 are written as `\\xff`.
    """
    return printable(path.relative_to(directory).as_posix() if path.is_relative_to(directory) else str(path))


def printable(name: str) -> str:
    """Return the file *name* with bytes that are not UTF-8 as `\\xff`."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")
