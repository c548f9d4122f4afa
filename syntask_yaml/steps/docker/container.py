"""A program in a container of its own, which is gone when nobody listens any more."""

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
# How long what is on its way from the engine may take, in seconds.
_MOMENT = 0.2
# How long a container may take to remove itself, in seconds.
_REMOVAL = 10


class NoSuchProgram(EngineFailed):
    """The image does not have the program."""


def bring(image: str, engine: Engine) -> None:
    """Pull *image*, as a worker does, unless it is here. Raises EngineFailed."""
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
    """The lines that a program in *image* writes, each with `OUT` or `ERR`; it is *given* its input.

    After a line that *is_last*, only those follow that are on their way: the engine sends the two streams of
    a program one beside the other, and not in the order in which it wrote.

    The image's own entrypoint stays. The engine keeps none of the output, and the input stays open.
    The container is removed at the end, and when the iterator is closed before; if this process is
    killed, the program's input ends. *options* are those of docker-py for a host. Raises EngineFailed,
    NoSuchProgram, and TimeoutError when it is later than *deadline*, by the monotonic clock.
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
    """Send a program its input. One that ended before does not take it: its output says why it ended.

    Raises TimeoutError when it is later than *deadline*: an engine takes only some of what nobody reads.
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
    """Remove the container, which also removes itself when it has ended: then that is waited for."""
    what = "Removing the container"
    with suppress(EngineFailed):
        engine.ask(what, lambda api: api.remove_container(name, v=True, force=True))
        return
    with suppress(EngineFailed):
        engine.ask(what, lambda api: api.wait(name, timeout=_REMOVAL, condition="removed"))


def _begin(engine: Engine, name: str, what: str) -> Any:
    """Attach and start. Podman looks for the program when somebody attaches, Docker at the start."""
    try:
        attached = engine.ask(what, lambda api: api.attach_socket(name, params=_STREAMS))
        engine.ask(what, lambda api: api.start(name) or True)
    except EngineFailed as error:
        raise as_no_such_program(error) from error
    return attached


def as_no_such_program(error: EngineFailed) -> EngineFailed:
    """*error* of a start as NoSuchProgram if that is what the engine means."""
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
    """The engine's frames: a byte that says where, three of nothing, four of length, and the data."""
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
    """The output of a program. Reading raises TimeoutError when it is later than *deadline*."""

    def __init__(self, stream: socket, deadline: float) -> None:
        self._stream, self._deadline = stream, deadline
        self._ends_soon = False

    def end_soon(self) -> None:
        """From now on, the output ends when nothing more arrives for a moment."""
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
