"""Open the old server of an upgrade, from the options of the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from syntask_yaml.cli.context import Context
from syntask_yaml.errors import UsageError

if TYPE_CHECKING:
    from syntask_yaml.backend.prefect.old_server import OldServer
    from syntask_yaml.upgrade.journal import Journal

from_server = click.option(
    "--from-server",
    "url",
    is_flag=False,
    flag_value="",
    default="",
    metavar="[URL]",
    help="The old server. Default: the server that is configured.",
)

_SCHEMES = ("http://", "https://")


@contextmanager
def old_server(context: Context, url: str | None) -> Iterator[OldServer | None]:
    """Open the server at *url*; the configured one if that is empty, none for None. Close it at the end.

    Raises UsageError if it is not the URL of a server.
    """
    if url is None:
        yield None
        return
    from syntask_yaml.backend.prefect.old_server import OldServer

    server = OldServer.open(_url(context, url), context.environ)
    try:
        yield server
    finally:
        server.close()


@contextmanager
def server_to_leave(context: Context, url: str) -> Iterator[OldServer]:
    """Open the server at *url*, or the configured one if that is empty, and close it at the end."""
    with old_server(context, url) as server:
        assert server is not None
        yield server


def journal_of(context: Context) -> Journal:
    """Return the journal of this machine's switches."""
    from syntask_yaml.upgrade.journal import Journal

    return Journal(context.settings.home / "switches")


def _url(context: Context, url: str) -> str:
    if url.startswith(_SCHEMES):
        return url
    if url:
        raise UsageError(
            f"`{url}` is not the API URL of a server.",
            hint="Write `--from-server=URL`, or put paths before `--from-server`.",
        )
    configured = context.settings.backend or ""
    if not configured.startswith(_SCHEMES):
        raise UsageError(
            "`--from-server` has no URL, and no server is configured.",
            hint="Write `--from-server=URL`, or set PREFECT_API_URL.",
        )
    return configured
