"""`syntask` as tests call it: a real process for each call, without the tenths of a second of its imports.

One process for a session of tests has loaded the modules of the tool (`warm_server.py`), and forks a process
for each call of the program `syntask` in `folder()`. Where that does not work, or if COLD_STARTS is set,
`folder()` has the installed program.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

_INSTALLED = Path(sys.executable).parent
_CHECKOUT = Path(__file__).parents[2]
_SERVER = Path(__file__).with_name("warm_server.py")
# What most commands need. Git is not among it: its library looks for the program when it is imported.
_LIBRARIES = ("click.shell_completion", "croniter", "jsonschema_rs", "rich.table", "sqlite3", "yaml")
_PACKAGES = ("backend.embedded", "cli.commands", "cli.views", "operations", "project.flows", "worker.runner")
_MOST_OF_A_FIRST_LINE = 120

# It imports what is built in, as it is started thousands of times.
_CLIENT = """\
#!{python} -IS
import _signal, _socket, posix, sys

def forward(number, _):
    try:
        posix.kill(int(process), number)
    except ProcessLookupError:
        pass  # it ends

signals = (1, 2, 3, 10, 12, 15)
# What arrives before there is a process to forward it to waits.
mask = _signal.pthread_sigmask(_signal.SIG_BLOCK, signals)
server = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
server.connect({address!r})
descriptors = []
for name in posix.listdir("/proc/self/fd"):
    try:
        posix.fstat(int(name))
    except OSError:
        continue  # that of the listing
    if int(name) != server.fileno():
        descriptors.append(int(name))
passed = b"".join(each.to_bytes(4, sys.byteorder) for each in descriptors)
numbers = " ".join(map(str, descriptors)) or " "
server.sendmsg([numbers.encode()], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, passed)])
answer = server.recv(64)
if answer == b"anew":
    _signal.pthread_sigmask(_signal.SIG_SETMASK, mask)
    # As it was: Python adds to it where there is no locale.
    with open("/proc/self/environ", "rb") as file:
        environ = dict(each.split(b"=", 1) for each in file.read().split(bytes(1))[:-1])
    if b"PATH" in environ:
        environ[b"PATH"] = environ[b"PATH"].removeprefix({folder!r} + b":")
    if environ.get(b"_") == {folder!r} + b"/{name}":
        environ[b"_"] = {program!r}
    posix.execve({program!r}, [{program!r}, *sys.argv[1:]], environ)
process, _, code = answer.partition(b"\\n")
for number in signals:
    if _signal.getsignal(number) != _signal.SIG_IGN:
        _signal.signal(number, forward)
_signal.pthread_sigmask(_signal.SIG_SETMASK, mask)
code = int(code or server.recv(64))
if code < 0:
    if code != -9:
        _signal.signal(-code, _signal.SIG_DFL)
    posix.kill(posix.getpid(), -code)
posix._exit(code)
"""


class WarmProgram:
    """A folder with a program that starts quickly, and the process that its processes are forked from."""

    def __init__(self, program: Path, modules: Iterable[str]) -> None:
        self._directory = TemporaryDirectory(prefix="warm")
        self.folder = Path(self._directory.name)
        self.program = self.folder / program.name
        address = str(self.folder / "socket")
        self._server = subprocess.Popen(
            [sys.executable, str(_SERVER), str(program), address, *modules],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._server.stdout is not None
        assert self._server.stdout.readline() == b"ready\n"
        text = _CLIENT.format(
            python=sys.executable,
            program=os.fsencode(program),
            address=address,
            folder=os.fsencode(self.folder),
            name=program.name,
        )
        self.program.write_text(text, encoding="utf-8")
        self.program.chmod(0o755)

    def close(self) -> None:
        """End the process that forks."""
        self._server.communicate(timeout=60)
        self._directory.cleanup()


def can_fork() -> bool:
    """Whether programs can be started like this here, and are to be."""
    is_possible = sys.platform == "linux" and len(sys.executable) < _MOST_OF_A_FIRST_LINE
    return is_possible and " " not in sys.executable and not os.environ.get("COLD_STARTS")


@cache
def _syntask() -> WarmProgram | None:
    if not can_fork():
        return None
    return WarmProgram(_INSTALLED / "syntask", modules())


def modules() -> list[str]:
    """What is loaded before."""
    folders = [Path("syntask_yaml", *each.split(".")) for each in _PACKAGES]
    files = [file for folder in folders for file in sorted((_CHECKOUT / folder).glob("[!_]*.py"))]
    return [*_LIBRARIES, *(".".join(file.relative_to(_CHECKOUT).with_suffix("").parts) for file in files)]


def folder() -> Path:
    """Where `syntask` is."""
    program = _syntask()
    return program.folder if program else _INSTALLED


def close() -> None:
    """End what was started for the session."""
    program = _syntask() if _syntask.cache_info().currsize else None
    if program:
        program.close()
