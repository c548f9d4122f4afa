"""`syntask deploy`: build, push, and make the backend have what the project declares."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from syntask_yaml.cli.commands.plan import show_plan
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.project_options import request_of, request_options
from syntask_yaml.cli.views import deploy as view
from syntask_yaml.cli.views.output import as_json, document, print_json
from syntask_yaml.errors import UsageError
from syntask_yaml.operations.deploy import DeployOptions, deploy
from syntask_yaml.operations.project import open_project
from syntask_yaml.operations.saved import load_plan


@click.command("deploy")
@request_options
@click.option(
    "--plan",
    "plan_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Apply a saved plan, and nothing else.",
)
@click.option("--dry-run", is_flag=True, help="Show the plan, and change nothing.")
@click.option(
    "--skip-build", is_flag=True, help="Run no build and push steps; what they decide stays as it is."
)
@click.option("--install-requirements", is_flag=True, help="Install what the steps require with pip.")
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(min=1),
    default=8,
    show_default=True,
    help="How much to do at the same time.",
)
@as_json
@pass_context
def command(
    context: Context, /, *, plan_file: Path | None, dry_run: bool, jobs: int, output: str, **options: Any
) -> int:
    """Build, push, and make the backend have what the project declares.

    With one deployment in the project, it is that one; otherwise say which with -n or --all. An
    ENTRYPOINT (path/to/file.py:flow) that the project does not declare becomes a new deployment.

    Everything is checked first: on a problem nothing is built and nothing is written.
    """
    how = DeployOptions(
        jobs=jobs,
        skip_build=options.pop("skip_build"),
        install_requirements=options.pop("install_requirements"),
    )
    if dry_run:
        return 1 if show_plan(context, save=None, output=output, **options).failed else 0
    request = request_of(options)
    saved = None
    if plan_file is not None:
        if request.selection.names or request.selection.all or request.selection.entrypoint:
            raise UsageError("A saved plan says which deployments it is for.", hint="Give `--plan` alone.")
        saved, request = load_plan(context.directory / plan_file)
    project = open_project(context.place(strict=options["strict"]))
    progress = view.Progress(verbosity=context.verbosity)
    with context.backend() as backend:
        knowledge = context.knowledge(project, backend, allow_unset=options["allow_unset"])
        outcome = deploy(knowledge, request, options=how, notify=progress, saved=saved)
    view.show(outcome, verbosity=context.verbosity, is_json=output == "json")
    if output == "json":
        print_json(document("deploy", outcome.as_json()))
    return 0 if outcome.is_good else 1
