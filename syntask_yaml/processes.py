"""Child processes: each in its own process group, read line by line, and always ended."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from time import monotonic

from syntask_yaml.stopping import TICK
from syntask_yaml.stream_text import StreamText

# The environment variable with the descriptor to which a child writes its reply.
REPLY = "SYNTASK_REPLY_TO"

_GRACE = 3.0
_LINGER = 0.5
_LONGEST_LINGER = 3.0

OnLine = Callable[[str, bool], None]

_together = Event()


def stay_together() -> None:
    """Start the child processes of this process in its own group from now on.

    For a process whose group is killed as a whole, such as that of a run: its children would otherwise
    outlive it.
    """
    _together.set()


@dataclass(frozen=True, slots=True)
class Finished:
    """A process that ended: its exit *code* (negative: the signal), and its output.

    The first `stream_text.MAX_KEPT` characters of each stream are kept; the text says if there were more.
    *is_stopped*: it was stopped before it ended. *reply* is what it wrote to the descriptor of `REPLY`.
    """

    code: int
    stdout: str = ""
    stderr: str = ""
    is_stopped: bool = False
    reply: str = ""


def in_shell(script: str) -> tuple[str, ...]:
    """Return the command that runs all of *script* in the system's shell and stops at the first failure."""
    return ("/bin/sh", "-e", "-c", script)


def run(
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    on_line: OnLine = lambda _line, _is_error: None,
    stop: Event | None = None,
    input: bytes = b"",
    wants_reply: bool = False,
    is_bound: bool = False,
) -> Finished:
    """Run a program to its end. *on_line* is called with each complete line.

    The program and its children are ended when *stop* is set, and when an exception is raised here, such as
    by Ctrl-C. Lines are passed on as a terminal would finally show them: text that `\\r` overwrote is left
    out.
    Processes that the program leaves in the background are not waited for. With *is_bound*, its standard
    input is a pipe that closes when this process ends. Raises OSError if the program cannot be started.
    """
    with _Child(argv, cwd, env, on_line, input, wants_reply, is_bound) as child:
        return child.finish(stop or Event())


class _Child:
    """A running process with its streams; leaving the `with` block ends its whole group."""

    def __init__(
        self,
        argv: Sequence[str],
        cwd: Path,
        env: Mapping[str, str],
        on_line: OnLine,
        input: bytes,
        wants_reply: bool,
        is_bound: bool,
    ) -> None:
        self._stdout = StreamText(lambda line: on_line(line, False))
        self._stderr = StreamText(lambda line: on_line(line, True))
        self._reply = StreamText(lambda _line: None)
        self._input = memoryview(input)
        self._last_sign = self._last_alive = monotonic()
        reply = os.pipe() if wants_reply else None
        try:
            self._process = _start(argv, cwd, env, has_input=bool(input) or is_bound, reply=reply)
        except BaseException:
            _close(*(reply or ()))
            raise
        self._selector = selectors.DefaultSelector()
        self._listen(reply, has_input=bool(input))

    def _listen(self, reply: tuple[int, int] | None, *, has_input: bool) -> None:
        process = self._process
        assert process.stdout is not None
        assert process.stderr is not None
        self._selector.register(process.stdout, selectors.EVENT_READ, self._stdout)
        self._selector.register(process.stderr, selectors.EVENT_READ, self._stderr)
        if process.stdin is not None and has_input:
            os.set_blocking(process.stdin.fileno(), False)
            self._selector.register(process.stdin, selectors.EVENT_WRITE)
        if reply is not None:
            _close(reply[1])
            self._selector.register(os.fdopen(reply[0], "rb", buffering=0), selectors.EVENT_READ, self._reply)

    def __enter__(self) -> _Child:
        return self

    def __exit__(self, error: type[BaseException] | None, *_rest: object) -> None:
        try:
            if error is not None:
                self._terminate()
        finally:
            for key in list(self._selector.get_map().values()):
                self._drop(key)
            self._selector.close()
            if self._process.stdin is not None:
                self._process.stdin.close()

    def finish(self, stop: Event) -> Finished:
        """Wait for the end, or end the process when *stop* is set."""
        while not (is_over := self._is_over()) and not stop.is_set():
            self._pump()
        if not is_over:
            self._terminate()
        for text in (self._stdout, self._stderr, self._reply):
            text.close()
        return Finished(
            self._process.wait(), str(self._stdout), str(self._stderr), not is_over, str(self._reply)
        )

    def _is_over(self) -> bool:
        if self._process.poll() is None:
            self._last_alive = monotonic()
            return False
        # Background processes may hold the streams open, whether they write or not.
        is_silent = monotonic() - max(self._last_sign, self._last_alive) > _LINGER
        return not self._selector.get_map() or is_silent or monotonic() - self._last_alive > _LONGEST_LINGER

    def _pump(self) -> None:
        """Read and write the streams that are ready, or wait a moment."""
        if not self._selector.get_map():
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(TICK)
            return
        for key, events in self._selector.select(TICK):
            self._last_sign = monotonic()
            if events & selectors.EVENT_WRITE:
                self._write(key)
            elif data := os.read(key.fd, 65_536):
                key.data.add(data)
            else:
                self._drop(key)

    def _write(self, key: selectors.SelectorKey) -> None:
        try:
            self._input = self._input[os.write(key.fd, self._input[:65_536]) :]
        except BrokenPipeError:
            self._input = self._input[:0]
        if not self._input:
            self._drop(key)

    def _drop(self, key: selectors.SelectorKey) -> None:
        self._selector.unregister(key.fileobj)
        key.fileobj.close()  # type: ignore[union-attr]  # only files are registered

    def _terminate(self) -> None:
        deadline = monotonic() + _GRACE
        try:
            self._signal(signal.SIGTERM)
            while monotonic() < deadline and (self._selector.get_map() or self._process.poll() is None):
                self._pump()
        finally:
            self._signal(signal.SIGKILL)
            self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        if _together.is_set():
            self._process.send_signal(number)
            return
        with suppress(ProcessLookupError, PermissionError):  # macOS raises the latter for zombies
            os.killpg(self._process.pid, number)


def _start(
    argv: Sequence[str], cwd: Path, env: Mapping[str, str], *, has_input: bool, reply: tuple[int, int] | None
) -> subprocess.Popen[bytes]:
    passed = {} if reply is None else {REPLY: str(reply[1])}
    return subprocess.Popen(
        argv,
        cwd=cwd,
        env={**env, **passed},
        stdin=subprocess.PIPE if has_input else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        start_new_session=not _together.is_set(),
        pass_fds=() if reply is None else reply[1:],
    )


def _close(*descriptors: int) -> None:
    for descriptor in descriptors:
        os.close(descriptor)
