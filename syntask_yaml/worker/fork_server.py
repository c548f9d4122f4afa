"""The fork server, which has imported the modules that each run needs, and no user code.

It is `syntask_yaml.worker.child` itself, with a socket to the worker, so that a forked process continues
exactly where a new one begins.

    worker → server   an order: its length in four bytes, with five descriptors, and then JSON;
                      the end of the socket: exit when no run is left
    server → worker   on the socket, once: `READY`
                      on the last descriptor: `STARTED` with the process id, from the run; at its end
                      `ENDED` with the exit code. Without `STARTED`, no run has started.
"""

from __future__ import annotations

import _socket  # sufficient, and runs that need no `socket` do not find it imported
import gc
import importlib
import json
import os
import select
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

from syntask_yaml.worker.protocol import CONTROL_FD, REPORT_FD

READY = b"ready\n"
LENGTH = 4
# A kind and a number. Records are read whole, since a write of so few bytes is atomic.
STARTED, ENDED = b"S", b"E"
RECORD = 12

_DESCRIPTORS = 5
_INT = 4
# Modules of pull steps, and of the step of projects without other steps.
_FOR_PULL = ("syntask_yaml.worker.pull", "syntask_yaml.steps.directory")
# Our modules, and hooks of installers, which only change how modules are found.
_EXPECTED = ("__main__", "syntask", "_virtualenv", "_distutils_hack", "__editable__")


def record(kind: bytes, number: int) -> bytes:
    """Return a record of `RECORD` bytes."""
    return b"%s%10d\n" % (kind, number)


def serve(descriptor: int) -> frozenset[str]:
    """Fork a process for each order. Returns in these processes only.

    The result is the set of modules that only a run with pull steps would have imported.
    """
    if not _is_clean():
        os._exit(0)
    before = frozenset(sys.modules)
    for name in _FOR_PULL:
        importlib.import_module(name)
    server = _Server(_socket.socket(fileno=descriptor))
    gc.collect()
    gc.freeze()  # a collection in a run would copy every page
    server.tell_ready()
    while server.goes_on:
        if server.has_become_run():
            return frozenset(sys.modules.keys() - before)
    os._exit(0)  # without the cleanup of a run


def _is_clean() -> bool:
    """Return whether this process contains only what a run needs.

    It does not if Python's startup imported modules of the user, such as a tracer, or started a thread: that
    has to happen in each run.
    """
    has_threads = len(list(Path("/proc/self/task").iterdir())) > 1
    return not has_threads and all(map(_is_expected, list(sys.modules.items())))


def _is_expected(named: tuple[str, ModuleType]) -> bool:
    name, module = named
    if name.partition(".")[0].startswith(_EXPECTED):
        return True
    file = getattr(module, "__file__", None)
    is_installed = f"-packages{os.sep}" in (file or "")
    return file is None or (Path(os.__file__).parent in Path(file).parents and not is_installed)


class _Server:
    """The socket to the worker, and the running processes, by a descriptor of each."""

    def __init__(self, worker: _socket.socket) -> None:
        self._worker = worker
        self._is_open = True
        self._runs: dict[int, tuple[int, int]] = {}
        self._poll = select.poll()
        self._poll.register(worker.fileno(), select.POLLIN)

    @property
    def goes_on(self) -> bool:
        return self._is_open or bool(self._runs)

    def tell_ready(self) -> None:
        self._worker.send(READY)

    def has_become_run(self) -> bool:
        """Wait for an event and handle it; return True in the process of a new run."""
        for descriptor, _ in self._poll.poll():
            if descriptor in self._runs:
                self._reap(descriptor)
            elif self._has_become_next():
                return True
        return False

    def _reap(self, descriptor: int) -> None:
        """Kill the group of a run that has ended, then reap it and report its exit code.

        The order matters: after the process is reaped, its id can belong to another group.
        """
        pid, status = self._runs.pop(descriptor)
        with suppress(ProcessLookupError, PermissionError):  # the latter if all processes changed their user
            os.killpg(pid, signal.SIGKILL)
        with suppress(ChildProcessError, BrokenPipeError):  # SIGCHLD is ignored; the worker has ended
            code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            os.write(status, record(ENDED, code))
        self._poll.unregister(descriptor)
        self._close(descriptor, status)

    def _has_become_next(self) -> bool:
        """Receive the next order, and fork its run; return True in the new process."""
        order, ends = self._next()
        if order is None or len(ends) < _DESCRIPTORS:
            self._close(*ends)
            return False
        *others, status = ends
        pid = _fork()
        if pid == 0:
            try:
                self._become(order, others, status)
            except BaseException:  # noqa: BLE001  (the worker falls back to a new program, and reports errors)
                os._exit(1)
            return True
        self._close(*others)
        if pid is None:
            self._close(status)
        else:
            descriptor = os.pidfd_open(pid)
            self._runs[descriptor] = (pid, status)
            self._poll.register(descriptor, select.POLLIN)
        return False

    def _next(self) -> tuple[dict[str, Any] | None, list[int]]:
        """Return the next order with its descriptors; None at the end."""
        length, ancillary, _, _ = self._worker.recvmsg(LENGTH, _socket.CMSG_SPACE(_DESCRIPTORS * _INT))
        ends = [
            int.from_bytes(data[start : start + _INT], sys.byteorder)
            for _, _, data in ancillary
            for start in range(0, len(data) - len(data) % _INT, _INT)
        ]
        text = length and self._worker.recv(int.from_bytes(length, "big"), _socket.MSG_WAITALL)
        if not text:
            self._is_open = False
            self._poll.unregister(self._worker.fileno())
            return None, ends
        return json.loads(text), ends

    def _become(self, order: dict[str, Any], ends: list[int], status: int) -> None:
        """Give this process the state of a new one for that order."""
        os.setsid()
        control, report, out, err = ends
        os.dup2(out, 1)
        os.dup2(err, 2)
        self._close(out, err, self._worker.detach())
        for descriptor, (_, other) in self._runs.items():
            self._close(descriptor, other)
        os.environ.clear()
        os.environ.update(order["environ"], **{CONTROL_FD: str(control), REPORT_FD: str(report)})
        time.tzset()
        os.chdir(order["directory"])
        importlib.invalidate_caches()  # of folders that were read before the fork
        os.write(status, record(STARTED, os.getpid()))
        os.close(status)

    @staticmethod
    def _close(*descriptors: int) -> None:
        for descriptor in descriptors:
            os.close(descriptor)


def _fork() -> int | None:
    try:
        return os.fork()
    except OSError:  # no more processes; the worker reports it if a new program fails, too
        return None
