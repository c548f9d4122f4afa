"""The HTTP client for a connection, and requests with a time limit."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from threading import Thread
from typing import TypeVar

import httpx

from syntask_yaml.backend.prefect.settings import Connection
from syntask_yaml.errors import BackendError, UsageError

_T = TypeVar("_T")

_CONNECTIONS = 64


def client_of(connection: Connection) -> httpx.Client:
    """Return a client for *connection*. Raises UsageError for an invalid URL."""
    from syntask_yaml import __version__

    dialect = connection.dialect
    headers = {
        "User-Agent": f"syntask-yaml/{__version__}",
        "Content-Type": "application/json",
        "Accept": "application/json",
        dialect.version_header: dialect.api_version,
    }
    if connection.authorization is not None:
        headers["Authorization"] = connection.authorization.reveal()
    try:
        return httpx.Client(
            base_url=connection.url,
            headers={**headers, **connection.headers},
            timeout=connection.timeout,
            verify=_trust(connection),
            limits=httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS),
        )
    except (httpx.InvalidURL, ValueError) as error:
        raise UsageError(f"`{connection.url}` is not the URL of a server: {error}.") from error


def within(
    seconds: float, do: Callable[[], _T], *, tell: Callable[[], None] = lambda: None, patience: float = 10.0
) -> _T:
    """Return the result of *do*. Raises TimeoutError if it takes longer, and leaves it running.

    *tell* is called after *patience* seconds without a result. The client's own timeout applies to each chunk
    of a response: a server that sends a byte now and then never exceeds it.
    """
    answer: Future[_T] = Future()

    def run() -> None:
        try:
            answer.set_result(do())
        except BaseException as error:  # noqa: BLE001 - raised again by `result`
            answer.set_exception(error)

    Thread(target=run, name="syntask-call", daemon=True).start()
    first = min(patience, seconds)
    with suppress(TimeoutError):
        return answer.result(first)
    if first < seconds and not answer.done():
        tell()
    return answer.result(seconds - first)


def _trust(connection: Connection) -> ssl.SSLContext | bool:
    if connection.url.startswith("http://"):
        # Loading the system's certificates takes 18 ms, and HTTP does not use them.
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if connection.trusts_all:
        return False
    if connection.certificates is None:
        return True
    try:
        return ssl.create_default_context(cafile=connection.certificates)
    except (OSError, ssl.SSLError) as error:
        raise BackendError(
            f"Cannot read the certificates in `{connection.certificates}`: {error}.",
            hint="Set PREFECT_API_SSL_CERT_FILE to a file of certificates in PEM format.",
        ) from error
