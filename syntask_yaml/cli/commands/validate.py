"""`syntask validate`: check project files, offline."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from syntask_yaml.cli.arguments import collected
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.global_options import typed_file
from syntask_yaml.cli.selection_options import FILTER_OPTIONS, changed_since_option, name_option
from syntask_yaml.cli.views import changes, reports
from syntask_yaml.cli.views import validate as view
from syntask_yaml.cli.views.progress import CountProgress
from syntask_yaml.diagnostics import Diagnostic, in_file_order, of_targets
from syntask_yaml.errors import UsageError
from syntask_yaml.model.events import counted
from syntask_yaml.operations.documents import document
from syntask_yaml.operations.project import ProjectLocation, read, validate
from syntask_yaml.operations.selection import Selection
from syntask_yaml.project.declaration import Declaration
from syntask_yaml.project.flows import FlowReader
from syntask_yaml.project.load import Project

if TYPE_CHECKING:
    from syntask_yaml.operations.change_reason import ChangedSince

_SELECTION = (name_option, *FILTER_OPTIONS, changed_since_option)


@click.command("validate")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@collected("selection", Selection, _SELECTION)
@click.option("--strict", is_flag=True, help="Treat warnings as errors.")
@click.option("--no-flows", is_flag=True, help="Check only the file, not the flows that it refers to.")
@reports.report_format()
@pass_context
def command(
    context: Context,
    /,
    *,
    files: tuple[Path, ...],
    selection: Selection,
    strict: bool,
    no_flows: bool,
    output: str,
) -> int:
    """Check project files without a backend.

    Without FILES, the nearest project file is checked. No project code is executed: flows are read from
    source, and anything the source does not reveal is reported as not checked. Exits with 1 if there are
    errors. With a selection, only the file as a whole and the selected deployments are checked.
    """
    with reports.failures_reported("validate", output, context.environ, context.directory):
        location = context.location(strict=strict)
        if files and (named := typed_file()) is not None:
            raise UsageError(
                f"`--file {named}` and FILES cannot be combined.", hint="Pass all files as FILES."
            )
        if selection.narrows and len(files) > 1:
            raise UsageError("A selection is of one project.", hint="Pass one FILE.")
        locations = [location._replace(file=file) for file in files] or [location]
        check = partial(_validate, context, selection=selection, flows=not no_flows)
        progress = CountProgress(verbosity=context.verbosity)
        found = [(each.file, check(each)) for each in counted(locations, "Checking files", progress)]
    problems = [problem for _, several in found for problem in several]
    report = reports.CommandReport(
        command="validate",
        problems=problems,
        cases=[reports.Case(str(file or "project file")) for file, each in found if not _errors(each)],
        folder=reports.repository_folder(context.environ, context.directory),
        document=lambda: document("validate", view.as_document(problems)),
        text=partial(view.show, problems, len(locations), quiet=context.verbosity < 0),
    )
    reports.print_report(report, output, context.environ)
    return 1 if _errors(problems) else 0


def _errors(problems: Sequence[Diagnostic]) -> bool:
    return any(problem.is_error for problem in problems)


def _validate(
    context: Context, location: ProjectLocation, *, selection: Selection, flows: bool
) -> list[Diagnostic]:
    reading = read(location)
    reader = FlowReader(reading.root)
    projects = reading.each(location.target)
    chosen = _chosen(context, projects, selection, reader) if selection.narrows else [None] * len(projects)
    found: dict[str, list[Diagnostic]] = {}
    for project, only in zip(projects, chosen, strict=True):
        target = project.target.name if project.target is not None else ""
        found[target] = validate(project, flows=reader if flows else None, strict=location.strict, only=only)
    return in_file_order(of_targets(found))


def _chosen(
    context: Context, projects: Sequence[Project], selection: Selection, reader: FlowReader
) -> Sequence[list[Declaration] | None]:
    """Return the selected declarations in each of *projects*, which are one project in several targets."""
    from syntask_yaml.operations.choose import choose

    changed: list[ChangedSince | None] = [None] * len(projects)
    if selection.changed_since is not None:
        from syntask_yaml.operations.changed import changes_since, find_changes  # loads git, which few need
        from syntask_yaml.operations.facets import DeclaredFacets

        since = changes_since(projects[0].root, reader, selection.changed_since)
        changed = [find_changes(each, DeclaredFacets(each.root, reader), since) for each in projects]
    if context.verbosity >= 0:
        changes.show(*changed)
    return [choose(each, selection, reader, changed=of) for each, of in zip(projects, changed, strict=True)]
