"""`syntask deployment export`: what is deployed, as a project file, or as several."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import click

from syntask_yaml.cli.completion import complete_deployment
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.views import diagnostics
from syntask_yaml.cli.views.output import say
from syntask_yaml.cli.views.progress import CountProgress
from syntask_yaml.model.events import Observer, counted
from syntask_yaml.operations.exporting.export import Exported, ExportRequest, export


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
@click.option(
    "--split",
    "is_split",
    is_flag=True,
    help="Write a file to each directory with flows, and FILE, which includes them. Default of FILE: "
    "`syntask.yaml`.",
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
    is_split: bool,
) -> None:
    """Print deployments as a project file: all, or those that match NAMES.

    A plan of that file shows no changes if the code of the flows is the same. Secrets that the backend
    stores in plain text are replaced by references to blocks, and those of exported blocks by references to
    environment variables.
    """
    from syntask_yaml.document.writer import to_yaml

    if is_split:
        file = file or Path("syntask.yaml")
    request = ExportRequest(
        patterns=names,
        project=project,
        with_resources=with_resources,
        name=context.directory.absolute().name or "project",
    )
    progress = CountProgress(verbosity=context.verbosity)
    with context.backend(creates=False) as backend:
        exported = export(backend, request, environ=context.environ, notify=progress)
    diagnostics.show(exported.diagnostics)
    if file is None:
        click.echo(to_yaml(exported.content), nl=False)
        return
    _write(exported, context.directory / file, file, is_split=is_split, notify=progress)


def _write(exported: Exported, path: Path, shown: Path, *, is_split: bool, notify: Observer) -> None:
    from syntask_yaml.document.writer import to_yaml
    from syntask_yaml.operations.exporting.split import write_new_files

    contents = _split(exported, path) if is_split else {PurePosixPath(path.name): exported.content}
    texts = {each: to_yaml(content) for each, content in counted(contents.items(), "Writing YAML", notify)}
    write_new_files(path.parent, texts, notify=notify)
    count, included = _number_of(len(exported.entries), "deployment"), len(texts) - 1
    if not included:
        say(f"Wrote {count} to `{shown}`.")
        return
    for each, content in contents.items():
        if number := len(content.get("deployments", ())):  # the main file may have none
            say(f"  {each}: {_number_of(number, 'deployment')}")
    say(f"Wrote {count} to `{shown}` and {_number_of(included, 'file')} included by it.")


def _number_of(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _split(exported: Exported, path: Path) -> Mapping[PurePosixPath, Mapping[str, Any]]:
    from syntask_yaml.errors import UsageError
    from syntask_yaml.operations.exporting.split import split
    from syntask_yaml.project.dialect import Dialect

    if Dialect.of(path.name) is Dialect.PREFECT:
        raise UsageError(
            f"`{path.name}` cannot include other files, because Prefect ignores the key.",
            hint="Use `-o syntask.yaml`.",
        )
    return split(exported, path.parent, path.name)
