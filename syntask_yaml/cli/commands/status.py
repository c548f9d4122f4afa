"""`syntask status`: what runs, what is late, what failed, and what comes."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import click

from syntask_yaml.backend.base import Backend
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.duration import Duration
from syntask_yaml.cli.views.output import print_json, when
from syntask_yaml.cli.views.output_format import OutputFormat
from syntask_yaml.cli.views.signs import signs_of
from syntask_yaml.cli.views.status import redraw, status_lines
from syntask_yaml.errors import UsageError
from syntask_yaml.operations.documents import document
from syntask_yaml.operations.status.document import status_document
from syntask_yaml.operations.status.read import BackendStatus, read_status
from syntask_yaml.operations.status.svg import draw_svg
from syntask_yaml.operations.status.window import SCALES, Window

_WIDTH = 100


@click.command("status")
@click.option(
    "--by",
    "scale",
    type=click.Choice(list(SCALES)),
    default="day",
    show_default=True,
    help="Time span before and after now.",
)
@click.option("-w", "--watch", is_flag=True, help="Refresh the display until Ctrl-C.")
@click.option(
    "--interval",
    type=Duration(),
    default="2",
    show_default=True,
    help="Time between refreshes of `--watch`: seconds, or a duration such as `1m`.",
)
@click.option(
    "-o",
    "--output",
    type=OutputFormat(["text", "json", "svg"]),
    default="text",
    show_default=True,
    help="Output format; `svg` is the timeline as a picture.",
)
@pass_context
def command(context: Context, /, *, scale: str, watch: bool, interval: float, output: str) -> None:
    """Show what is running, what is late and why, what failed, and what is coming.

    The timeline has a line for each deployment, with the current time in the middle. If there are many
    deployments, those with failed or late runs have one.
    """
    if watch and output != "text":
        raise UsageError("`--watch` prints text.", hint=f"Leave out `--watch` or `--output {output}`.")
    with context.backend(creates=False) as backend:
        if watch:
            redraw(lambda: _lines(backend, _look(backend, scale), has_title=True), seconds=interval)
        status = _look(backend, scale)
        if output == "json":
            print_json(document("status", status_document(status, backend.url)))
        elif output == "svg":
            click.echo(draw_svg(status.timeline), nl=False)
        else:
            click.echo("\n".join(_lines(backend, status)))


def _look(backend: Backend, scale: str) -> BackendStatus:
    return read_status(backend, Window.around(datetime.now(UTC), SCALES[scale]))


def _lines(backend: Backend, status: BackendStatus, *, has_title: bool = False) -> Sequence[str]:
    columns = shutil.get_terminal_size((_WIDTH, 24)).columns
    title = [f"{backend.url}  {when(status.timeline.window.now)}"] if has_title else []
    return [*title, *status_lines(status, signs_of(sys.stdout.encoding), columns)]
