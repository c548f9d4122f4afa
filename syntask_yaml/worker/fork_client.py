"""Starts of runs through the fork server, where this makes no difference to the flow."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import site
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from syntask_yaml.worker.fork_server import ENDED, LENGTH, READY, RECORD, STARTED
from syntask_yaml.worker.protocol import FORK_FD
from syntask_yaml.worker.spawn import UNKNOWN, Process, RunEnds, spawn_program

# Variables that Python, its startup hooks and the C library only read at the start of a process.
_AT_START = re.compile(r"PYTHON|COVERAGE_PROCESS_|HOME$|LC_|LANG$|LOCPATH$|LD_|GLIBC_|MALLOC_|OPENSSL_")
# Maximum bytes of an order: a socket accepts it at once, and any program an environment of that size.
_LONGEST = 65_536
# Seconds: the timeout of a fork, and the pause after a server that failed to start.
_PATIENCE = 10.0
_TRY_AGAIN = 600.0


def can_fork() -> bool:
    """Return whether this system supports forking.

    On macOS, it is unsafe to fork a process with threads of system libraries. Also, the end of a process that
    is not our child must be observable.
    """
    if sys.platform != "linux":
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError:  # an old kernel, or a sandbox
        return False
    return True


@dataclass
class ForkingSpawn:
    """A spawn of a worker's runs. *words* start the server, *environ* is a run's base environment.

    The server is started with the second run, and ends with this process. A run that cannot be forked, or not
    yet, is started as a new program.
    """

    words: Sequence[str]
    environ: Mapping[str, str]
    _server: _Server | None = None
    _retired: list[_Server] = field(default_factory=list)
    _is_first: bool = True
    _not_before: float = 0.0

    def __call__(
        self, words: Sequence[str], *, directory: Path, environ: Mapping[str, str], ends: RunEnds
    ) -> Process:
        if words != self.words or not self._starts_alike(environ):
            return spawn_program(words, directory=directory, environ=environ, ends=ends)
        self._look_at_server()
        process = self._forked(directory, environ, ends)
        process = process or spawn_program(words, directory=directory, environ=environ, ends=ends)
        if self._server is None and not self._is_first and monotonic() >= self._not_before:
            with suppress(OSError):  # retried with the next run
                self._server = _Server(self.words, self.environ)
        self._is_first = False
        return process

    def _starts_alike(self, environ: Mapping[str, str]) -> bool:
        """Return whether Python starts with *environ* as the server did."""
        path = environ.get("PYTHONPATH")
        is_absolute = not path or all(map(os.path.isabs, path.split(os.pathsep)))
        return is_absolute and _at_start(environ) == _at_start(self.environ)

    def _look_at_server(self) -> None:
        """Retire a server that has ended, or that lacks modules that new processes would find."""
        self._retired = [each for each in self._retired if not each.has_ended]
        server = self._server
        if server is not None and (server.has_ended or server.is_outdated):
            if server.has_ended and not server.is_ready:
                self._not_before = monotonic() + _TRY_AGAIN
            server.retire()
            self._retired.append(server)
            self._server = None

    def _forked(self, directory: Path, environ: Mapping[str, str], ends: RunEnds) -> Process | None:
        if self._server is None or not self._server.is_ready:
            return None
        order = json.dumps({"directory": str(directory), "environ": dict(environ)}).encode()
        return self._server.fork(order, ends) if len(order) <= _LONGEST else None


class _Server:
    """A fork server, from the worker's side. Raises OSError if it cannot be started."""

    def __init__(self, words: Sequence[str], environ: Mapping[str, str]) -> None:
        self._installation = _installation()
        self._is_ready = False
        self._socket, theirs = socket.socketpair()
        self._socket.settimeout(_PATIENCE)
        with theirs:
            # Closed pipes: streams of another kind would behave differently in the runs.
            self._process = subprocess.Popen(
                words,
                cwd="/",
                env={**environ, FORK_FD: str(theirs.fileno())},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        for stream in (self._process.stdout, self._process.stderr):
            assert stream is not None
            stream.close()

    @property
    def is_ready(self) -> bool:
        if not self._is_ready and _is_readable(self._socket.fileno(), 0):
            self._is_ready = self._socket.recv(len(READY)) == READY
        return self._is_ready

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    @property
    def is_outdated(self) -> bool:
        """Whether a package was installed since, so that new processes may find other modules."""
        return self._installation != _installation()

    def retire(self) -> None:
        """Send no more orders; the server waits for the runs that it has forked."""
        self._socket.close()

    def fork(self, order: bytes, ends: RunEnds) -> Process | None:
        """Return the process for *order*, or None if it could not be forked."""
        status, status_end = os.pipe()
        try:
            self._send(order, (ends.control, ends.report, ends.out, ends.err, status_end))
        except OSError:  # the server has ended, or does not read
            self._process.kill()
        finally:
            os.close(status_end)
        if not _is_readable(status, _PATIENCE):
            self._process.kill()
        # If the server dies, either the run reports its start, or all other ends of the pipe are closed. It
        # cannot begin unnoticed beside a new program.
        if pid := _number(os.read(status, RECORD), STARTED):
            with suppress(ProcessLookupError):  # it was killed
                return _Forked(pid, status)
        os.close(status)
        return None

    def _send(self, order: bytes, passed: Sequence[int]) -> None:
        message = len(order).to_bytes(LENGTH, "big") + order
        sent = socket.send_fds(self._socket, [message], passed)
        self._socket.sendall(message[sent:])


class _Forked:
    """A forked process. It continues after the end of the server, which would have reported its exit code."""

    def __init__(self, pid: int, status: int) -> None:
        self.pid = pid
        self._status, self._end = status, os.pidfd_open(pid)
        os.set_blocking(status, False)
        self._code: int | None = None
        self._is_orphan = False

    @property
    def descriptors(self) -> tuple[int, ...]:
        return (self._end if self._is_orphan else self._status,)

    def poll(self) -> int | None:
        if self._code is None and not self._is_orphan:
            with suppress(BlockingIOError):
                self._code = _number(os.read(self._status, RECORD), ENDED)
                self._is_orphan = self._code is None
        if self._code is None and self._is_orphan and _is_readable(self._end, 0):
            self._code = self._inherited_code()
        return self._code

    def signal(self, number: signal.Signals) -> None:
        # The server has reaped processes whose end it reported; their ids can belong to other groups now.
        if self.poll() is None or self._is_orphan:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    def close(self) -> None:
        self.signal(signal.SIGKILL)
        _is_readable(self._end, None)
        self.poll()  # reaps it, if it has become a child of this process
        os.close(self._end)
        os.close(self._status)

    def _inherited_code(self) -> int:
        """Return the exit code of an orphan, which is known if this process inherits orphans."""
        try:
            return os.waitstatus_to_exitcode(os.waitpid(self.pid, os.WNOHANG)[1])
        except ChildProcessError:
            return UNKNOWN


def _is_readable(descriptor: int, seconds: float | None) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(None if seconds is None else seconds * 1000))


def _number(record: bytes, kind: bytes) -> int | None:
    return int(record[1:]) if record.startswith(kind) else None


def _at_start(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if _AT_START.match(name)}


def _installation() -> tuple[tuple[str, int], ...]:
    """Return a value that changes when a package or Python itself is installed."""
    places = map(Path, (sys.executable, *site.getsitepackages(), site.getusersitepackages()))
    return tuple((str(place), place.stat().st_mtime_ns) for place in places if place.exists())
