"""Runs as child processes of the worker."""

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

from syntask_yaml.worker.framing import Assembly
from syntask_yaml.worker.log_limit import Amount
from syntask_yaml.worker.protocol import CONTROL_FD, GO, LONGEST_LINE, REPORT_FD, Job, Report
from syntask_yaml.worker.run_environment import environment, working_directory
from syntask_yaml.worker.runner.base import Launch

# `-P`: no file of the user can shadow a module that the start of a run needs.
DEFAULT_COMMAND = (sys.executable, "-P", "-m", "syntask_yaml.worker.child")
_CHUNK = 65_536
# Chunks that are read from a pipe at a time: few, so that a run that never stops writing does not starve
# the others; and at the end as many as a pipe can hold.
_CHUNKS, _LAST_CHUNKS = 2, 16


def start_process(launch: Launch) -> RunProcess:
    """Start a run as a process: the `command` in the `working_dir` of the job variables, with their `env`."""
    variables = launch.variables
    environ = environment(launch.claim, launch.backend_url, variables, launch.environ)
    command = str(variables.get("command") or "") or None
    with working_directory(variables.get("working_dir"), launch.directory) as directory:
        return RunProcess(launch.job, directory=directory, environ=environ, command=command)


@dataclass(slots=True)
class _Pipe:
    """A descriptor to read from, and the line that is incomplete. A line that is too long is split."""

    descriptor: int
    pending: bytearray = field(default_factory=bytearray)
    is_open: bool = True

    def lines(self, *, is_last: bool = False) -> Iterator[bytes]:
        """Yield the complete lines; at the end of the pipe, and with *is_last*, also the incomplete one."""
        for chunk in self._chunks(_LAST_CHUNKS if is_last else _CHUNKS):
            # Only the new chunk is searched: a long line comes in many chunks.
            first, *others = chunk.split(b"\n")
            self.pending += first
            for other in others:
                yield bytes(self.pending)
                self.pending = bytearray(other)
            if len(self.pending) >= LONGEST_LINE:
                yield bytes(self.pending)
                self.pending = bytearray()
        if self.pending and (is_last or not self.is_open):
            yield bytes(self.pending)
            self.pending = bytearray()

    def skip(self) -> Amount:
        """Drop what is there, and return how much it was."""
        chunks = [bytes(self.pending), *self._chunks(_LAST_CHUNKS)]
        self.pending = bytearray()
        return Amount(sum(chunk.count(b"\n") for chunk in chunks), sum(map(len, chunks)))

    def _chunks(self, most: int) -> Iterator[bytes]:
        for _ in range(most):
            if not self.is_open:
                return
            try:
                chunk = os.read(self.descriptor, _CHUNK)
            except BlockingIOError:
                return
            self.is_open = bool(chunk)
            yield chunk


class RunProcess:
    """The process of one run and its pipes, as a `Running`.

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
                shlex.split(command) if command else DEFAULT_COMMAND,
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
        self._out, self._err = _pipe(self._process.stdout), _pipe(self._process.stderr)
        self._reports = _Pipe(report)
        self._assembly = Assembly()
        self._end = _end_of(self._process.pid)
        self._control = os.fdopen(control, "wb")
        for pipe in (self._out, self._err, self._reports):
            os.set_blocking(pipe.descriptor, False)
        self._send(job.encode())

    @property
    def descriptors(self) -> tuple[int, ...]:
        pipes = (self._reports, self._out, self._err)
        return (*self._end, *(pipe.descriptor for pipe in pipes if pipe.is_open))

    def hear(self, *, is_last: bool = False) -> Iterator[Report]:
        for line in self._out.lines(is_last=is_last):
            yield Report("log", line.decode(errors="replace").rstrip("\r"), logger="stdout")
        for line in self._err.lines(is_last=is_last):
            yield Report("log", line.decode(errors="replace").rstrip("\r"), level=40, logger="stderr")
        for line in self._reports.lines(is_last=is_last):
            yield from map(Report.decode, self._assembly.take(line))
        if is_last:
            yield from map(Report.decode, self._assembly.rest())

    def skip_output(self) -> Amount:
        return self._out.skip() + self._err.skip()

    def go(self) -> None:
        self._send(GO)

    def poll(self) -> int | None:
        return self._process.poll()

    def stop(self, *, force: bool = False) -> None:
        with suppress(ProcessLookupError):  # it has ended already
            os.killpg(self._process.pid, signal.SIGKILL if force else signal.SIGTERM)

    def close(self) -> None:
        self.stop(force=True)
        self._process.wait()
        for descriptor in (self._reports.descriptor, *self._end):
            os.close(descriptor)
        with suppress(BrokenPipeError):
            self._control.close()
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()

    def _send(self, line: bytes) -> None:
        with suppress(BrokenPipeError):  # it has ended; the exit code tells how
            self._control.write(line)
            self._control.flush()


def _pipe(stream: Any) -> _Pipe:
    return _Pipe(stream.fileno())


def _end_of(pid: int) -> tuple[int, ...]:
    """Return a descriptor that becomes readable when the process ends, if the system supports it."""
    if sys.platform != "linux":
        return ()
    try:
        return (os.pidfd_open(pid),)
    except OSError:  # an old kernel, or a sandbox: the end is noticed a moment later
        return ()
