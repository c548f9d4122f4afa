"""Run a program in a temporary container, which is removed when its output is no longer read."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from socket import socket
from struct import unpack
from time import monotonic
from typing import Any
from uuid import uuid4

from syntask_yaml.steps.docker.engine import Engine
from syntask_yaml.steps.docker.errors import EngineFailed
from syntask_yaml.steps.docker.registry import pull

OUT, ERR = 1, 2

_HEADER = 8
_STREAMS = {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}
_CHUNK = 65_536
# The time limit for pending output of the engine, in seconds.
_MOMENT = 0.2
# The time limit for the removal of a container by itself, in seconds.
_REMOVAL = 10


class NoSuchProgram(EngineFailed):
    """The image does not have the program."""


def bring(image: str, engine: Engine) -> None:
    """Pull *image*, like a worker, unless it exists locally. Raises EngineFailed."""
    try:
        engine.ask(f"Inspecting `{image}`", lambda api: api.inspect_image(image))
    except EngineFailed:
        deque(pull(image, engine), maxlen=0)


def lines_of_container(
    engine: Engine,
    image: str,
    words: Sequence[str],
    *,
    given: bytes,
    deadline: float,
    is_last: Callable[[int, str], bool],
    options: Mapping[str, Any],
) -> Generator[tuple[int, str], None, None]:
    """Yield the lines of a program in *image*, each with `OUT` or `ERR`; *given* is its input.

    After a line that *is_last*, only pending lines follow: the engine does not preserve the order between
    the two streams.

    The image's entrypoint is kept. The engine stores no output, and the input stays open.
    The container is removed at the end, or when the iterator is closed; if this process is killed, the
    program's input ends. *options* are docker-py's host options. Raises EngineFailed, NoSuchProgram, and
    TimeoutError after *deadline*, by the monotonic clock.
    """
    name = f"syntask-{uuid4().hex}"
    what = f"Starting a container of `{image}`"
    try:
        engine.ask(what, lambda api: _create(api, name, image, words, options))
        with closing(_begin(engine, name, what)) as attached, closing(attached._response):
            stream = getattr(attached, "_sock", attached)
            give(stream, given, deadline)
            yield from _lines(stream, deadline, is_last)
    finally:
        _remove(engine, name)


def give(stream: socket, given: bytes, deadline: float) -> None:
    """Send a program its input, unless it has already ended: then its output contains the reason.

    Raises TimeoutError after *deadline*: an engine buffers only a part of the input that is not read.
    """
    stream.settimeout(max(deadline - monotonic(), 0.001))
    with suppress(BrokenPipeError, ConnectionResetError):
        stream.sendall(given)


def _create(api: Any, name: str, image: str, words: Sequence[str], options: Mapping[str, Any]) -> Any:
    host = api.create_host_config(auto_remove=True, log_config={"Type": "none"}, **options)
    container = api.create_container_config(
        image, list(words), stdin_open=True, host_config=host, labels={"io.syntask.check": "1"}
    )
    container["StdinOnce"] = True
    return api.create_container_from_config(container, name)


def _remove(engine: Engine, name: str) -> None:
    """Remove the container. If it is already removing itself, wait for that."""
    what = "Removing the container"
    with suppress(EngineFailed):
        engine.ask(what, lambda api: api.remove_container(name, v=True, force=True))
        return
    with suppress(EngineFailed):
        engine.ask(what, lambda api: api.wait(name, timeout=_REMOVAL, condition="removed"))


def _begin(engine: Engine, name: str, what: str) -> Any:
    """Attach and start. Podman checks the program when a client attaches, Docker at the start."""
    try:
        attached = engine.ask(what, lambda api: api.attach_socket(name, params=_STREAMS))
        engine.ask(what, lambda api: api.start(name) or True)
    except EngineFailed as error:
        raise as_no_such_program(error) from error
    return attached


def as_no_such_program(error: EngineFailed) -> EngineFailed:
    """Return *error* of a start as NoSuchProgram, if its reason says so."""
    if "executable file not found" in error.reason or "no such file or directory" in error.reason:
        return NoSuchProgram(error.detail, hint=error.hint, reason=error.reason)
    return error


def _lines(stream: socket, deadline: float, is_last: Callable[[int, str], bool]) -> Iterator[tuple[int, str]]:
    begun = {OUT: b"", ERR: b""}
    source = _Stream(stream, deadline)
    for where, data in _frames(source):
        *complete, begun[where] = (begun[where] + data).split(b"\n")
        for line in complete:
            text = line.decode(errors="replace").rstrip("\r")
            yield where, text
            if is_last(where, text):
                source.end_soon()
    for where, rest in begun.items():
        if rest:
            yield where, rest.decode(errors="replace")


def _frames(source: _Stream) -> Iterator[tuple[int, bytes]]:
    """Yield the engine's frames: a byte for the stream, three unused bytes, four of length, and the data."""
    pending = b""
    while chunk := source.read():
        pending += chunk
        while len(pending) >= _HEADER:
            kind, length = unpack(">BxxxL", pending[:_HEADER])
            if len(pending) < _HEADER + length:
                break
            yield kind, pending[_HEADER : _HEADER + length]
            pending = pending[_HEADER + length :]


class _Stream:
    """The output of a program. Reading raises TimeoutError after *deadline*."""

    def __init__(self, stream: socket, deadline: float) -> None:
        self._stream, self._deadline = stream, deadline
        self._ends_soon = False

    def end_soon(self) -> None:
        """Let the output end when no more data arrives for a moment."""
        self._ends_soon = True

    def read(self) -> bytes:
        left = self._deadline - monotonic()
        if left <= 0:
            raise TimeoutError
        self._stream.settimeout(min(left, _MOMENT) if self._ends_soon else left)
        try:
            return self._stream.recv(_CHUNK)
        except TimeoutError:
            if self._ends_soon:
                return b""
            raise
