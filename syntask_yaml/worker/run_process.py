"""The process of a run, from the side of the worker or supervisor that started it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

from syntask_yaml.model.run import Cause, CauseKind
from syntask_yaml.worker.framing import Assembly
from syntask_yaml.worker.log_limit import Amount
from syntask_yaml.worker.protocol import GO, LONGEST_LINE, Job, Report
from syntask_yaml.worker.spawn import UNKNOWN, RunEnds, Spawn, spawn_program

_CHUNK = 65_536
# Chunks per read of a pipe: few, so that a run that never stops writing does not starve the others, and at
# the end as many as a pipe can hold.
_CHUNKS, _LAST_CHUNKS = 2, 16


@dataclass(slots=True)
class _Pipe:
    """A descriptor to read from, and its incomplete line. A line that is too long is split."""

    descriptor: int
    pending: bytearray = field(default_factory=bytearray)
    is_open: bool = True

    def lines(self, *, is_last: bool = False) -> Iterator[bytes]:
        """Yield the complete lines; at the end of the pipe, and with *is_last*, also the incomplete one."""
        for chunk in self._chunks(_LAST_CHUNKS if is_last else _CHUNKS):
            # Only the new chunk is searched: a long line arrives in many chunks.
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
        """Drop the available output, and return its amount."""
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
    """The process of a run and its pipes; *words* are its program and arguments, started by *spawn*.

    It leads a process group of its own, so that all processes of the flow can be ended with it.
    """

    def __init__(
        self,
        job: Job,
        words: Sequence[str],
        *,
        directory: Path,
        environ: Mapping[str, str],
        spawn: Spawn = spawn_program,
    ) -> None:
        self._memory_kills = memory_kills()
        with ExitStack() as ours, ExitStack() as theirs:
            control, self._control = _pipe(theirs, ours)
            reports, reports_end = _pipe(ours, theirs)
            out, out_end = _pipe(ours, theirs)
            err, err_end = _pipe(ours, theirs)
            ends = RunEnds(control, reports_end, out_end, err_end)
            self._process = spawn(words, directory=directory, environ=environ, ends=ends)
            self._descriptors = ours.pop_all()
        self._reports, self._out, self._err = _Pipe(reports), _Pipe(out), _Pipe(err)
        self._assembly = Assembly()
        for pipe in (self._out, self._err, self._reports):
            os.set_blocking(pipe.descriptor, False)
        self._send(job.encode())

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def logged(self) -> int:
        return 0

    @property
    def descriptors(self) -> tuple[int, ...]:
        pipes = (self._reports, self._out, self._err)
        return (*self._process.descriptors, *(pipe.descriptor for pipe in pipes if pipe.is_open))

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
        self._process.signal(signal.SIGKILL if force else signal.SIGTERM)

    def explain(self, code: int) -> str:
        return how_it_ended(code)

    def cause(self, code: int) -> Cause:
        before, after = self._memory_kills, memory_kills()
        kills = None if before is None or after is None else after - before
        known = None if code == UNKNOWN else code
        return Cause(kind=CauseKind.EXIT, exit_code=known, memory_kills=kills)

    def let_go(self) -> bool:
        return False

    def close(self) -> None:
        self._process.close()
        self._descriptors.close()

    def _send(self, line: bytes) -> None:
        left = memoryview(line)
        with suppress(BrokenPipeError):  # it has ended; the exit code tells how
            while left:
                left = left[os.write(self._control, left) :]


def how_it_ended(code: int) -> str:
    """Describe the exit *code* of a process that reported no result; negative for a signal."""
    if code == UNKNOWN:
        return (
            "The process of the run ended without a result. How it ended is not known, because"
            " the fork server of the worker was killed before."
        )
    if code < 0:
        name = signal.Signals(-code).name if -code in set(signal.Signals) else str(-code)
        more = " This often means that the machine ran out of memory." if name == "SIGKILL" else ""
        return f"The process of the run was killed by {name}.{more}"
    return f"The process of the run exited with code {code} without a result."


def _pipe(reader: ExitStack, writer: ExitStack) -> tuple[int, int]:
    """Return a new pipe; *reader* closes the end to read from, *writer* the other."""
    read, write = os.pipe()
    reader.callback(os.close, read)
    writer.callback(os.close, write)
    return read, write


_VMSTAT = Path("/proc/vmstat")


def memory_kills(vmstat: Path = _VMSTAT) -> int | None:
    """Return the number of out-of-memory kills on this machine since its start.

    They include those for the limit of a container. None if the system does not report them.
    """
    try:
        lines = vmstat.read_text(encoding="ascii").splitlines()
    except (OSError, ValueError):
        return None
    counts = dict(line.split(maxsplit=1) for line in lines if " " in line)
    return int(counts["oom_kill"]) if counts.get("oom_kill", "").isdigit() else None
