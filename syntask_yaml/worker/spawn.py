"""Starts of a run's process, as a new program or as a fork."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from syntask_yaml.worker.protocol import CONTROL_FD, REPORT_FD

# The exit code if it is unknown, because the process that would have received it was killed.
UNKNOWN = 256


@dataclass(frozen=True, slots=True)
class RunEnds:
    """A run's descriptors, of the pipes to its starter."""

    control: int
    report: int
    out: int
    err: int


class Process(Protocol):
    """A process that leads a session, and so a process group, of its own."""

    @property
    def pid(self) -> int: ...

    @property
    def descriptors(self) -> tuple[int, ...]:
        """Descriptors that become readable when it may have ended."""
        ...

    def poll(self) -> int | None:
        """Return the exit code, negative for a signal, or `UNKNOWN`; None until it has ended."""
        ...

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the whole group, if it still exists."""
        ...

    def close(self) -> None:
        """Kill the group, wait for the end of the process, and release its resources."""
        ...


class Spawn(Protocol):
    """A function that starts processes of runs."""

    def __call__(
        self, words: Sequence[str], *, directory: Path, environ: Mapping[str, str], ends: RunEnds
    ) -> Process:
        """Start the program and arguments *words*. The caller closes *ends*.

        Raises OSError or ValueError if that is impossible.
        """
        ...


def spawn_program(
    words: Sequence[str], *, directory: Path, environ: Mapping[str, str], ends: RunEnds
) -> Process:
    """Start *words* as a new program."""
    process = subprocess.Popen(
        words,
        cwd=directory,
        env={**environ, CONTROL_FD: str(ends.control), REPORT_FD: str(ends.report)},
        stdin=subprocess.DEVNULL,
        stdout=ends.out,
        stderr=ends.err,
        pass_fds=(ends.control, ends.report),
        start_new_session=True,
    )
    return _Program(process)


class _Program:
    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.descriptors = _end_of(process.pid)

    @property
    def pid(self) -> int:
        return self._process.pid

    def poll(self) -> int | None:
        return self._process.poll()

    def signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):  # it has ended already
            os.killpg(self.pid, number)

    def close(self) -> None:
        self.signal(signal.SIGKILL)
        self._process.wait()
        for descriptor in self.descriptors:
            os.close(descriptor)


def _end_of(pid: int) -> tuple[int, ...]:
    """Return a descriptor that becomes readable when the process ends, if the system supports it."""
    if sys.platform != "linux":
        return ()
    try:
        return (os.pidfd_open(pid),)
    except OSError:  # an old kernel, or a sandbox: the end is noticed a moment later
        return ()
