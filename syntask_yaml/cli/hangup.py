"""Interrupt a command when its terminal is closed."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from types import FrameType


def on_hangup(act: Callable[[], None]) -> None:
    """Have *act* called when the terminal is closed, unless the command is to outlive it, as with `nohup`."""
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        return
    terminals = [stream for stream in (1, 2) if os.isatty(stream)]

    def handle(_number: int, _frame: FrameType | None) -> None:
        # Nobody reads any more, and writing would fail.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in terminals:
            os.dup2(nowhere, stream)
        os.close(nowhere)
        act()

    signal.signal(signal.SIGHUP, handle)


def interrupt() -> None:
    """Act as Ctrl-C does."""
    raise KeyboardInterrupt
