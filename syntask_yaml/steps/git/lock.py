"""A lock of a directory between threads and processes, which a killed process releases."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from syntask_yaml.steps.base import StepContext, StepStopped
from syntask_yaml.stopping import TICK


@contextmanager
def only_one(target: Path, context: StepContext) -> Iterator[None]:
    """Hold the lock file beside *target*, and wait for it if necessary. Raises StepStopped."""
    path = target.with_name(f"{target.name}.lock")
    descriptor = _acquire(path, context)
    try:
        yield
    finally:
        with suppress(FileNotFoundError):
            path.unlink()
        os.close(descriptor)


def _acquire(path: Path, context: StepContext) -> int:
    wait = _patience(path, context)
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            while not _is_locked(descriptor):
                wait()
        except BaseException:
            os.close(descriptor)
            raise
        # The previous holder removed the file, so this lock has no effect: lock the new file.
        if _is_still_at(path, descriptor):
            return descriptor
        os.close(descriptor)


def _is_locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_still_at(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _patience(path: Path, context: StepContext) -> Callable[[], None]:
    is_told = False

    def wait() -> None:
        nonlocal is_told
        if not is_told:
            context.write(f"Waiting for another process that clones into the same directory (`{path.name}`).")
            is_told = True
        if context.stop.wait(TICK):
            raise StepStopped("Waiting for another clone was stopped.")

    return wait
