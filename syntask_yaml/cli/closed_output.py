"""Detect that the reader of the output has closed it, as `head` does."""

from __future__ import annotations

import os
import select
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedWriter, RawIOBase, TextIOWrapper
from typing import TextIO

from syntask_yaml.errors import SyntaskError

# What a shell reports of a program that the signal for it ends. The signal itself stays ignored: it would
# also end a command for a connection that is lost.
OUTPUT_CLOSED = 128 + signal.SIGPIPE


class OutputClosed(Exception):
    """Nobody reads the output any more."""


def whole_writes() -> None:
    """Let nothing that is printed be cut short in silence.

    With PYTHONUNBUFFERED, Python takes a write for whole of which the system wrote a part: the disk is full,
    or the reader left. A buffer below each line writes the rest, or fails.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        raw = getattr(stream, "buffer", None)
        if isinstance(stream, TextIOWrapper) and isinstance(raw, RawIOBase):
            buffered = TextIOWrapper(
                BufferedWriter(raw), encoding=stream.encoding, errors=stream.errors, line_buffering=True
            )
            setattr(sys, name, buffered)


@contextmanager
def noticing_closed_output() -> Iterator[None]:
    """Raise OutputClosed where writing fails because nobody reads; click and rich end with 1 for that.

    Another pipe that is closed is a SyntaskError.
    """
    try:
        yield
    except BrokenPipeError as error:
        if not any(map(_has_no_reader, (sys.stdout, sys.stderr))):
            raise SyntaskError(f"The connection to another program was lost: {error.strerror}.") from error
        raise OutputClosed from error
    except SystemExit as error:
        if isinstance(error.__context__, BrokenPipeError):
            raise OutputClosed from error
        raise


def forget_output() -> None:
    """Let output that cannot be written lead nowhere: Python would fail with the rest of it at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(nowhere, stream.fileno())


def _has_no_reader(stream: TextIO) -> bool:
    try:
        descriptor = stream.fileno()
    except OSError:  # what stands for a stream has none
        return False
    poll = select.poll()
    poll.register(descriptor, 0)
    return any(found & (select.POLLERR | select.POLLHUP) for _, found in poll.poll(0))
