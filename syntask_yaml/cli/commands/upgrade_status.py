"""`syntask upgrade status`: what schedules where."""

from __future__ import annotations

import click

from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.old_server import from_server, journal_of, server_to_leave
from syntask_yaml.cli.views.output import as_json


@click.command("status")
@from_server
@as_json
@pass_context
def command(context: Context, /, *, url: str, output: str) -> int:
    """Show where each deployment of an old server schedules now.

    A deployment schedules on the old server, on the backend (new), on neither, or on both, in which case each
    run starts twice. Exits with 1 if there is one that schedules on both.
    """
    from syntask_yaml.cli.views import upgrade_status as view
    from syntask_yaml.upgrade.status import Where, positions

    with server_to_leave(context, url) as server, context.backend(creates=False) as backend:
        found = positions(server, backend, journal_of(context).entries())
        view.FORMATS[output](found, server.url, backend.url)
    return 1 if any(each.where is Where.BOTH for each in found) else 0
