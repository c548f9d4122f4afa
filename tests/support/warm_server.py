"""Forks a process for each call of a program, from one that has loaded the program's modules.

Run as `warm_server.py PROGRAM ADDRESS MODULE…`. Clients (`warm.py`) connect to the socket ADDRESS and pass
the descriptors that they have. Whatever else a process has from the one that starts it is read from the
client: arguments, environment, directory, umask, priority, ignored signals, limits. What Python makes of the
environment when it starts cannot be had later: a client whose variables differ in that is told to start
PROGRAM anew. Ends when its standard input does.
"""

from __future__ import annotations

import fcntl
import gc
import io
import os
import resource
import selectors
import signal
import socket
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

# Variables that are read before the first line of a program runs, or when `syntask` is imported.
READ_AT_START = (b"PYTHON", b"_PYTHON", b"LC_", b"LANG", b"LD_", b"MALLOC_", b"COVERAGE_", b"PREFECT__")
_ANEW = b"anew"
_MOST_DESCRIPTORS = 250
_LIMITS = {getattr(resource, name) for name in dir(resource) if name.startswith("RLIMIT_")}
# The others are nobody's to handle, or ignored by every Python.
_SIGNALS = signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP, signal.SIGPIPE, signal.SIGXFSZ}


@dataclass(frozen=True, slots=True)
class Caller:
    """A client: its process, what that has, and its descriptors here by their numbers there."""

    pid: int
    command: list[bytes]
    environ: dict[bytes, bytes]
    umask: int
    ignored: int
    descriptors: dict[int, int]


def _caller(client: socket.socket) -> Caller:
    """Raises OSError if it has been killed."""
    numbers, received, _, _ = socket.recv_fds(client, 65536, _MOST_DESCRIPTORS)
    peer = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 4)
    there = Path(f"/proc/{int.from_bytes(peer, sys.byteorder)}")
    try:
        status = dict(line.partition(":")[::2] for line in (there / "status").read_text().splitlines())
        variables = [each.partition(b"=")[::2] for each in (there / "environ").read_bytes().split(b"\0")[:-1]]
        command = (there / "cmdline").read_bytes().split(b"\0")[2:-1]  # without Python and its options
    except OSError:
        for descriptor in received:
            os.close(descriptor)
        raise
    return Caller(
        pid=int(there.name),
        command=command,
        environ=dict(variables),
        umask=int(status["Umask"], 8),
        ignored=int(status["SigIgn"], 16),
        descriptors=dict(zip(map(int, numbers.split()), received, strict=True)),
    )


def _read_at_start(environ: dict[bytes, bytes]) -> dict[bytes, bytes]:
    return {name: value for name, value in environ.items() if name.startswith(READ_AT_START)}


def _send(client: socket.socket, answer: bytes) -> None:
    """What has been killed meanwhile is told nothing; that it has ended is seen later."""
    with suppress(OSError):
        client.sendall(answer)


class Server:
    """The process that forks, its clients, and the processes that it has forked for them."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._selector = selectors.DefaultSelector()
        self._clients: dict[int, socket.socket] = {}  # by process
        for each in (listener, sys.stdin):
            self._selector.register(each, selectors.EVENT_READ)

    def serve(self) -> Caller | None:
        """Answer clients until standard input ends. In each process that is forked, return its caller."""
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is sys.stdin:
                    return None
                if key.fileobj is self._listener:
                    if caller := self._answer():
                        return caller
                elif key.data in self._clients:
                    self._end(key.data, killed=key.fileobj is self._clients[key.data])

    def _answer(self) -> Caller | None:
        client, _ = self._listener.accept()
        try:
            caller = _caller(client)
        except OSError:
            client.close()
            return None
        process = 0
        if _read_at_start(caller.environ) != _read_at_start(dict(os.environb)):
            _send(client, _ANEW)
            client.close()
        elif process := os.fork():
            _send(client, b"%d\n" % process)
            self._clients[process] = client
            self._selector.register(client, selectors.EVENT_READ, process)
            self._selector.register(os.pidfd_open(process), selectors.EVENT_READ, process)
        else:
            client.close()
            self._close()
            return caller
        for descriptor in caller.descriptors.values():
            os.close(descriptor)
        return None

    def _end(self, process: int, *, killed: bool) -> None:
        """Tell the client how *process* ended; if it was *killed* itself, so is what it stands for."""
        client = self._clients[process]
        if killed:
            os.kill(process, signal.SIGKILL)
        code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        if not killed:
            _send(client, b"%d" % code)
        for key in [key for key in self._selector.get_map().values() if key.data == process]:
            self._selector.unregister(key.fileobj)
            if key.fileobj is not client:
                os.close(key.fd)
        self._clients.pop(process).close()

    def _close(self) -> None:
        """In a process that was forked: have nothing of the one that forks."""
        kept = (self._listener, sys.stdin, *self._clients.values())
        for key in self._selector.get_map().values():
            if key.fileobj not in kept:
                os.close(key.fd)
        for client in self._clients.values():
            client.close()
        self._selector.close()
        self._listener.close()


def _become(caller: Caller, program: Path) -> None:
    """Give this process all that it would have if *caller* had started *program*."""
    client = Path(os.fsdecode(caller.command[0]))
    os.chdir(f"/proc/{caller.pid}/cwd")
    os.umask(caller.umask)
    os.setpriority(os.PRIO_PROCESS, 0, os.getpriority(os.PRIO_PROCESS, caller.pid))
    os.environb.clear()
    os.environb.update(caller.environ)
    # No trace of the client: as if the program stood where it was looked for.
    if "PATH" in os.environ:
        os.environ["PATH"] = os.environ["PATH"].removeprefix(f"{client.parent}:")
    if os.environ.get("_") == str(client):
        os.environ["_"] = str(program)
    time.tzset()
    sys.argv = [str(program), *map(os.fsdecode, caller.command[1:])]
    _take_descriptors(caller.descriptors)
    for name, number in (("stdin", 0), ("stdout", 1), ("stderr", 2)):
        stream = _stream(number, getattr(sys, name))
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    for number in _SIGNALS:
        usual = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
        wanted = signal.SIG_IGN if caller.ignored >> (number - 1) & 1 else usual
        if signal.getsignal(number) != wanted:
            signal.signal(number, wanted)
    for limit in _LIMITS:
        resource.setrlimit(limit, resource.prlimit(caller.pid, limit))


def _take_descriptors(descriptors: dict[int, int]) -> None:
    """Give them the numbers that they had, and have no others."""
    above = max([2, *descriptors]) + 1
    moved = {}
    for number, received in descriptors.items():
        moved[number] = fcntl.fcntl(received, fcntl.F_DUPFD_CLOEXEC, above)
        os.close(received)
    for standard in range(3):
        os.close(standard)
    for number, descriptor in moved.items():
        os.dup2(descriptor, number)
        os.close(descriptor)


def _stream(number: int, ours: Any) -> Any:
    """A standard stream as Python makes it, encoded like *ours*; None if it is closed."""
    try:
        os.fstat(number)
    except OSError:
        return None
    raw = io.FileIO(number, f"{ours.mode}b", closefd=False)
    raw.name = ours.name
    has_buffer = not isinstance(ours.buffer, io.FileIO)  # it has none with PYTHONUNBUFFERED
    stream: Any = io.TextIOWrapper(
        type(ours.buffer)(raw) if has_buffer else raw,
        encoding=ours.encoding,
        errors=ours.errors,
        newline="\n",
        line_buffering=not ours.write_through and (number == 2 or raw.isatty()),
        write_through=ours.write_through,
    )
    stream.mode = ours.mode
    return stream


def main() -> None:
    """Load the modules, serve, and in each process that was forked run the program."""
    program, address, *modules = sys.argv[1:]
    sys.path[0] = str(Path(program).parent)
    for each in modules:
        import_module(each)
    gc.collect()
    gc.freeze()  # what is loaded is shared with the processes to come
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the tests, and they end this
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(64)
        print("ready", flush=True)
        caller = Server(listener).serve()
    if caller:
        _become(caller, Path(program))
        module = ModuleType("__main__")
        module.__file__ = program
        sys.modules["__main__"] = module
        exec(compile(Path(program).read_bytes(), program, "exec"), vars(module))


if __name__ == "__main__":
    main()
