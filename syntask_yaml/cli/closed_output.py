"""Detect that the reader of the output has closed it, as `head` does."""

from __future__ import annotations

import os
import select
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedWriter, FileIO, TextIOWrapper
from typing import TextIO

from syntask_yaml.errors import SyntaskError

# The exit code of a program that SIGPIPE ends. The signal itself stays ignored: it would also end a command
# that loses a connection.
OUTPUT_CLOSED = 128 + signal.SIGPIPE


class OutputClosed(Exception):
    """The reader of the output has closed it."""


def complete_writes() -> None:
    """Prevent silent truncation of output.

    With PYTHONUNBUFFERED, Python ignores partial writes, as to a full disk or a closed pipe. A buffer below
    each stream writes the rest, or fails. It leaves the descriptor open, whose owner is the stream.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        raw = getattr(stream, "buffer", None)
        if isinstance(stream, TextIOWrapper) and isinstance(raw, FileIO):
            buffer = BufferedWriter(FileIO(raw.fileno(), "w", closefd=False))
            buffered = TextIOWrapper(
                buffer, encoding=stream.encoding, errors=stream.errors, line_buffering=True
            )
            setattr(sys, name, buffered)


@contextmanager
def detect_closed_output() -> Iterator[None]:
    """Raise OutputClosed if a write fails because the reader is gone; click and rich would exit with 1.

    Another broken pipe is a SyntaskError.
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
    """Redirect unwritable output to nowhere: Python would fail to flush it at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(nowhere, stream.fileno())


def _has_no_reader(stream: TextIO) -> bool:
    try:
        descriptor = stream.fileno()
    except OSError:  # a replacement of a stream has no descriptor
        return False
    poll = select.poll()
    poll.register(descriptor, 0)
    return any(found & (select.POLLERR | select.POLLHUP) for _, found in poll.poll(0))
