"""Interrupt a command when its terminal is closed."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from types import FrameType


def on_hangup(act: Callable[[], None]) -> None:
    """Call *act* when the terminal is closed, unless SIGHUP is ignored, as with `nohup`."""
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        return
    terminals = [stream for stream in (1, 2) if os.isatty(stream)]

    def handle(_number: int, _frame: FrameType | None) -> None:
        # Writing to the closed terminal would fail.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in terminals:
            os.dup2(nowhere, stream)
        os.close(nowhere)
        act()

    signal.signal(signal.SIGHUP, handle)


def interrupt() -> None:
    """Raise SIGINT, as Ctrl-C does."""
    raise KeyboardInterrupt
