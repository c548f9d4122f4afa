"""A run as a child process: started, listened to, told to go, stopped."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from syntask_yaml.worker.protocol import CONTROL_FD, GO, REPORT_FD, Job, Report

_DEFAULT_COMMAND = (sys.executable, "-m", "syntask_yaml.worker.child")
_CHUNK = 65536
_MAX_LINE = 1_000_000


@dataclass(slots=True)
class _Pipe:
    """One descriptor to read from, and what of a line has arrived."""

    descriptor: int
    pending: bytearray = field(default_factory=bytearray)
    is_open: bool = True

    def lines(self) -> Iterator[bytes]:
        """The lines that are there; at the end of the pipe also what has no end."""
        while self.is_open:
            try:
                chunk = os.read(self.descriptor, _CHUNK)
            except BlockingIOError:
                break
            self.is_open = bool(chunk)
            self.pending += chunk
            *complete, rest = self.pending.split(b"\n")
            yield from map(bytes, complete)
            self.pending = rest if len(rest) < _MAX_LINE else bytearray()
            if len(rest) >= _MAX_LINE:
                yield bytes(rest)
        if not self.is_open and self.pending:
            yield bytes(self.pending)
            self.pending.clear()


class RunProcess:
    """The process of one run and its pipes.

    It leads a process group of its own, so that all that the flow starts can be ended with it.
    """

    def __init__(
        self, job: Job, *, directory: Path, environ: Mapping[str, str], command: str | None = None
    ) -> None:
        control_read, control = os.pipe()
        report, report_write = os.pipe()
        passed = (control_read, report_write)
        try:
            self._process = subprocess.Popen(
                shlex.split(command) if command else _DEFAULT_COMMAND,
                cwd=directory,
                env={**environ, CONTROL_FD: str(control_read), REPORT_FD: str(report_write)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=passed,
                start_new_session=True,
            )
        except BaseException:
            os.close(control)
            os.close(report)
            raise
        finally:
            for descriptor in passed:
                os.close(descriptor)
        self._out, self._err = (_pipe(stream) for stream in (self._process.stdout, self._process.stderr))
        self._reports = _Pipe(report)
        self._control = os.fdopen(control, "wb")
        for pipe in (self._out, self._err, self._reports):
            os.set_blocking(pipe.descriptor, False)
        self._send(job.encode())

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def descriptors(self) -> tuple[int, ...]:
        """What becomes readable when there is something to hear."""
        pipes = (self._reports, self._out, self._err)
        return tuple(pipe.descriptor for pipe in pipes if pipe.is_open)

    def hear(self) -> Iterator[Report]:
        """What the run has said since: its own reports, and its output as log lines."""
        for line in self._out.lines():
            yield Report("log", line.decode(errors="replace").rstrip("\r"), logger="stdout")
        for line in self._err.lines():
            yield Report("log", line.decode(errors="replace").rstrip("\r"), level=40, logger="stderr")
        for line in self._reports.lines():
            yield Report.decode(line)

    def go(self) -> None:
        """Let the run begin."""
        self._send(GO)

    def poll(self) -> int | None:
        """The exit code; None while it runs."""
        return self._process.poll()

    def stop(self, *, force: bool = False) -> None:
        """Ask the run and all that it started to end, or end them."""
        with suppress(ProcessLookupError):  # they have ended already
            os.killpg(self._process.pid, signal.SIGKILL if force else signal.SIGTERM)

    def close(self) -> None:
        """End what the run left behind, and let go of the pipes."""
        self.stop(force=True)
        self._process.wait()
        os.close(self._reports.descriptor)
        with suppress(BrokenPipeError):
            self._control.close()
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()

    def _send(self, line: bytes) -> None:
        with suppress(BrokenPipeError):  # it has ended; its exit code says how
            self._control.write(line)
            self._control.flush()


def _pipe(stream: Any) -> _Pipe:
    return _Pipe(stream.fileno())
