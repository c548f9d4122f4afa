"""`syntask ui`: the web UI."""

from __future__ import annotations

import secrets
import socket
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

import click

from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.pages import LOOPBACK, announce, application, port_option, require_pages
from syntask_yaml.errors import FileFailed, UsageError
from syntask_yaml.files import write_atomically

_SHORTEST_TOKEN = 16


@click.command("ui")
@click.option("--host", default=LOOPBACK, show_default=True, help="Host name or address to listen on.")
@port_option
@click.option(
    "--token",
    "token_file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Require the token in FILE to open the web UI. The file is created if it does not exist.",
)
@click.option("--read-only", "is_read_only", is_flag=True, help="Allow no changes.")
@pass_context
def command(
    context: Context, /, *, host: str, port: int, token_file: Path | None, is_read_only: bool
) -> None:
    """Serve a web UI for runs, deployments, work pools and values, until Ctrl-C.

    In a project, a page shows its plan: what a deploy would change, and what has drifted.

    Only this machine can open the UI, unless you pass --host, which requires --token. The same data is
    available to programs under /api.

    Requires the extra `ui`: pip install 'syntask-yaml[ui]'.
    """
    if token_file is None and not _is_loopback(host):
        raise UsageError(
            f"`{host}` can be reached from other machines, so the web UI requires a token.",
            hint="Pass `--token FILE`.",
        )
    require_pages()
    from syntask_yaml.ui.server import listen, make_server

    names = () if _is_loopback(host) else (host, socket.gethostname())
    token = None if token_file is None else _token(context.directory / token_file)
    with context.backend() as backend, listen(host, port) as listener:
        app = application(context, backend, names=names, token=token, is_read_only=is_read_only)
        announce(context, backend, listener)
        with suppress(KeyboardInterrupt):  # Ctrl-C is the normal end
            make_server(app).run(sockets=[listener])


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _token(file: Path) -> str:
    """Return the token in *file*; if it does not exist, create it with a new one, readable by its owner only.

    Raises FileFailed, and UsageError for a token that could be guessed.
    """
    try:
        if not file.exists():
            file.touch(mode=0o600)
            write_atomically(file, f"{secrets.token_urlsafe(32)}\n")
        token = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise FileFailed(f"The token in `{file}` cannot be read or created: {error}.") from error
    if len(token) < _SHORTEST_TOKEN:
        raise UsageError(
            f"The token in `{file}` is shorter than {_SHORTEST_TOKEN} characters.",
            hint="Delete the file, and the command creates a random one.",
        )
    return token
