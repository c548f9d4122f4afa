"""A pipe whose other end is held by a process that this one must not outlive."""

from __future__ import annotations

import fcntl
import os
import signal
import sys
from contextlib import suppress


def bind_life(descriptor: int, *, is_bound: bool = True) -> None:
    """Have the kernel kill this process group at the next event of the pipe, which is its end.

    That works also while no thread of this process gets a turn, but on Linux only: elsewhere, and if the pipe
    has ended already, a thread that reads from it has to notice.
    """
    if sys.platform != "linux":
        return
    flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
    with suppress(OSError):  # not supported in some sandboxes
        fcntl.fcntl(descriptor, fcntl.F_SETOWN, -os.getpgrp())
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGKILL)
        wanted = flags | os.O_ASYNC if is_bound else flags & ~os.O_ASYNC
        fcntl.fcntl(descriptor, fcntl.F_SETFL, wanted)
