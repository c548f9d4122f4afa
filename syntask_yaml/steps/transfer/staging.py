"""A temporary directory for an incomplete download."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

_PREFIX, _SUFFIX = ".syntask-", ".part"


@contextmanager
def staging(target: Path) -> Iterator[Path]:
    """Yield a temporary directory in *target*, on the same disk.

    Directories of killed processes, which no longer hold their locks, are removed, too.
    """
    _remove_leftovers(target)
    directory, descriptor = _made(target)
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)
        os.close(descriptor)


def _made(target: Path) -> tuple[Path, int]:
    while True:
        directory = target / f"{_PREFIX}{uuid4().hex[:8]}{_SUFFIX}"
        directory.mkdir()
        descriptor = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        if directory.exists():  # nobody took it for a leftover before it was locked
            return directory, descriptor
        os.close(descriptor)


def is_staging(name: str) -> bool:
    """Return whether a relative name is that of such a directory, or in it."""
    first = name.partition("/")[0]
    return first.startswith(_PREFIX) and first.endswith(_SUFFIX)


def _remove_leftovers(target: Path) -> None:
    for path in target.glob(f"{_PREFIX}*{_SUFFIX}"):
        with suppress(OSError):
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path, ignore_errors=True)
            finally:
                os.close(descriptor)
