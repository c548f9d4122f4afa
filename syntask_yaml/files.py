"""Files are replaced whole, or not at all."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import glob
import os
import secrets
from pathlib import Path


def home_path(path: str | Path) -> Path:
    """*path* with the home that its `~` or `~name` means; unchanged where nobody has one, as in a shell."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)


def write_atomically(path: Path, text: str, *, encoding: str = "utf-8") -> None:
    """Make *text* the content of *path*, so that nobody ever sees a part of it, even after a crash.

    The text is written beside, flushed to the disk, and renamed. The mode and owner of a file that was
    there are kept, and a link is written through. A draft that a process which was killed left behind is
    removed. Raises OSError, also where the file that is there is not to be written.
    """
    target = path.resolve()
    if target.exists() and not os.access(target, os.W_OK):
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


def _open_draft(target: Path) -> tuple[int, Path]:
    """A new file beside *target*, locked for as long as it is open."""
    while True:
        draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}.draft")
        descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        with contextlib.suppress(OSError):  # a file system without locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.fstat(descriptor).st_nlink:
            return descriptor, draft
        os.close(descriptor)  # somebody took it for one that was left behind


def _remove_drafts(target: Path) -> None:
    """Remove drafts of *target* that nobody is writing: whoever does holds a lock."""
    for draft in target.parent.glob(f".{glob.escape(target.name)}.*.draft"):
        with contextlib.suppress(OSError):
            descriptor = os.open(draft, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                draft.unlink()
            finally:
                os.close(descriptor)


def _take_over(target: Path, descriptor: int) -> None:
    """Give what is written the mode of the file that was there, and, where that may be done, its owner."""
    try:
        old = target.stat()
    except FileNotFoundError:
        return
    with contextlib.suppress(OSError):
        os.fchown(descriptor, old.st_uid, old.st_gid)
    os.fchmod(descriptor, old.st_mode & 0o7777)


def _flush_folder(folder: Path) -> None:
    """Make the new name last; some file systems have no such thing."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
