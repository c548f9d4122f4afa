"""Serve the web UI until it is stopped."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from starlette.applications import Starlette
from uvicorn import Config, Server

from syntask_yaml.errors import UsageError


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens at *host*, at any free port for 0. Raises UsageError."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        hint = "Choose another one with `--port`; `--port 0` takes a free one."
        raise UsageError(f"`{host}` port {port} cannot be used: {reason}.", hint=hint) from error
    # Inherited by connections. Without it, the second part of a response waits 40 ms for the acknowledgment
    # of the first: asyncio sets it only on sockets with the protocol TCP, which `accept` does not set.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def make_server(app: Starlette) -> Server:
    """Return a server for *app*, to run with `run(sockets=…)` until SIGINT or SIGTERM."""
    config = Config(
        app,
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=2,
    )
    return Server(config)


@contextmanager
def serving(app: Starlette, listener: socket.socket) -> Iterator[None]:
    """Serve *app* in a daemon thread, without signal handlers, inside the block."""
    server = make_server(app)
    thread = Thread(target=server.run, kwargs={"sockets": [listener]}, name="syntask-pages", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()
