"""A pipe that ends this process when another one ends."""

from __future__ import annotations

import fcntl
import os
import signal
import sys
from contextlib import suppress
from threading import Thread


def bind_life(descriptor: int, *, is_bound: bool = True) -> None:
    """Make the kernel kill this process group at the next event of the pipe, which is its end.

    This works even if no thread of this process is scheduled, but on Linux only. Elsewhere, or if the pipe
    has already ended, a thread that reads from it must detect the end.
    """
    if sys.platform != "linux":
        return
    flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
    with suppress(OSError):  # not supported in some sandboxes
        fcntl.fcntl(descriptor, fcntl.F_SETOWN, -os.getpgrp())
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGKILL)
        wanted = flags | os.O_ASYNC if is_bound else flags & ~os.O_ASYNC
        fcntl.fcntl(descriptor, fcntl.F_SETFL, wanted)


def end_with(descriptor: int) -> None:
    """Have this process group killed at the end of the pipe, on any system."""
    bind_life(descriptor)
    Thread(target=_watch, args=(descriptor,), name="syntask-life", daemon=True).start()


def _watch(descriptor: int) -> None:
    """End the process if the kernel does not, or if the pipe ended before."""
    while os.read(descriptor, 4096):
        pass
    os.killpg(os.getpgrp(), signal.SIGKILL)
