"""`syntask deployment export`: what is deployed, as a project file."""

from __future__ import annotations

from pathlib import Path

import click

from syntask_yaml.cli.completion import complete_deployment
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.views import diagnostics
from syntask_yaml.cli.views.output import say
from syntask_yaml.errors import FileFailed
from syntask_yaml.operations.exporting.export import ExportRequest, export


@click.command("export")
@click.argument("names", nargs=-1, shell_complete=complete_deployment)
@click.option("--project", metavar="NAME", help="Export only deployments of the project NAME.")
@click.option(
    "-o",
    "--output",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write to a new file instead of standard output.",
)
@click.option(
    "--resources",
    "with_resources",
    is_flag=True,
    help="Add work pools, variables, blocks, concurrency limits and automations: all, or with NAMES those "
    "that the deployments name.",
)
@pass_context
def command(
    context: Context,
    /,
    *,
    names: tuple[str, ...],
    project: str | None,
    file: Path | None,
    with_resources: bool,
) -> None:
    """Print deployments as a project file: all, or those that match NAMES.

    A plan of that file shows no changes if the code of the flows is the same. Secrets that the backend
    stores in plain text are replaced by references to blocks, and those of exported blocks by references to
    environment variables.
    """
    from syntask_yaml.document.writer import to_yaml

    target = None if file is None else context.directory / file
    if target is not None and target.exists():
        raise FileFailed(f"`{file}` already exists.", hint="Move it away, or choose another file.")
    request = ExportRequest(
        patterns=names,
        project=project,
        with_resources=with_resources,
        name=context.directory.absolute().name or "project",
    )
    with context.backend(is_read_only=True) as backend:
        exported = export(backend, request, environ=context.environ)
    diagnostics.show(exported.diagnostics)
    text = to_yaml(exported.content)
    if target is None:
        click.echo(text, nl=False)
        return
    _write(target, text)
    say(f"Wrote {len(exported.content['deployments'])} deployments to `{file}`.")


def _write(path: Path, text: str) -> None:
    from syntask_yaml.files import write_atomically

    try:
        write_atomically(path, text)
    except OSError as error:
        raise FileFailed(f"Cannot write `{path}`: {error.strerror or error}.") from error
