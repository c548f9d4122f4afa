"""A way to a server that breaks: connections that end in the middle of what they carry."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_CHUNK = 65536


@dataclass
class Wire:
    """A port that leads to another one of this machine.

    The next *cuts* connections that carry more than *after* bytes in one direction end there.
    """

    port: int
    target: int
    after: int
    cuts: int
    cut: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def carry(self, client: socket.socket) -> None:
        """Both directions of one connection, each in a thread of its own."""
        try:
            server = socket.create_connection(("127.0.0.1", self.target))
        except OSError:
            client.close()
            return
        for source, sink in ((client, server), (server, client)):
            threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        carried = 0
        with suppress(OSError):
            while chunk := source.recv(_CHUNK):
                carried += len(chunk)
                if carried > self.after and self._breaks():
                    break
                sink.sendall(chunk)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _breaks(self) -> bool:
        with self._lock:
            if self.cut >= self.cuts:
                return False
            self.cut += 1
            return True


@contextmanager
def broken_wire(target: int, *, after: int, cuts: int) -> Iterator[Wire]:
    """A wire to the port *target*, for as long as the block lasts."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        wire = Wire(listener.getsockname()[1], target, after, cuts)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    wire.carry(listener.accept()[0])

        threading.Thread(target=accept, daemon=True).start()
        yield wire
