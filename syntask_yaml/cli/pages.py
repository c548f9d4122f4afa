"""The web UI as started by `ui`, `serve` and `dev`."""

from __future__ import annotations

import gc
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from syntask_yaml.backend.clock import utc_now
from syntask_yaml.cli.context import Context
from syntask_yaml.cli.page_links import note_pages
from syntask_yaml.cli.views.output import say
from syntask_yaml.errors import UsageError
from syntask_yaml.project.locate import find_project_file

if TYPE_CHECKING:
    from syntask_yaml.backend.base import Backend
    from syntask_yaml.ui.app import Application
    from syntask_yaml.ui.site import CurrentProject

# Python's default thresholds.
_COLLECT = (700, 10, 10)
LOOPBACK = "127.0.0.1"

port_option = click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=4280,
    show_default=True,
    help="Port of the web UI; 0 takes a free one.",
)


def require_pages() -> None:
    """Raise UsageError if the dependencies of the web UI are not installed."""
    try:
        import syntask_yaml.ui.server  # noqa: F401
    except ModuleNotFoundError as error:
        detail = f"The package `{error.name}` is not installed. The web UI requires it."
        raise UsageError(detail, hint="Run `pip install 'syntask-yaml[ui]'`.") from error


def application(
    context: Context,
    backend: Backend,
    *,
    names: tuple[str, ...] = (),
    token: str | None = None,
    is_read_only: bool = False,
) -> Application:
    """Return the web UI of *backend*, and of the current project.

    It accepts requests for *names*, and for addresses of this machine.
    """
    from syntask_yaml.ui.app import make_app
    from syntask_yaml.ui.gate import Gate
    from syntask_yaml.ui.session import Sessions
    from syntask_yaml.ui.site import Site

    # Commands collect rarely, as they end soon; pages leave some cycles behind.
    gc.set_threshold(*_COLLECT)
    gate = Gate.of(names, is_read_only=is_read_only)
    site = Site(backend, utc_now, is_read_only, _project_at_hand(context))
    return make_app(site, Sessions(token), gate)


def _project_at_hand(context: Context) -> CurrentProject | None:
    from syntask_yaml.ui.site import CurrentProject

    if context.file is None and find_project_file(context.directory) is None:
        return None
    return CurrentProject(context.location(), context.environ, context.settings.default_pool)


@contextmanager
def pages_beside(context: Context, port: int, *, opens: bool = False) -> Iterator[None]:
    """Serve the web UI of the backend in a thread inside the block, to this machine only, and print its URL.

    *opens*: also open it in a browser. Raises UsageError if the port is in use.
    """
    require_pages()
    from syntask_yaml.ui.server import listen, serving

    # A separate connection: that of a worker does not wait long for locks.
    with (
        context.backend() as backend,
        listen(LOOPBACK, port) as listener,
        serving(application(context, backend), listener),
    ):
        url = announce(context, backend, listener)
        if opens:
            click.launch(url)
        yield


def announce(context: Context, backend: Backend, listener: socket.socket) -> str:
    """Print the URL of the web UI of *backend*, record it for other commands, and return it."""
    host, port = listener.getsockname()[:2]
    authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    url = f"http://{authority}/"
    note_pages(context.settings.home, backend.url, url)
    say(f"Web UI for {backend.url}: {url}")
    return url
