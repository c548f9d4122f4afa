"""`syntask check`: try what a worker would do."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import click

from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.project_options import selection_options
from syntask_yaml.cli.views import check as view
from syntask_yaml.cli.views.output import as_json, document, print_json
from syntask_yaml.errors import UsageError
from syntask_yaml.operations.check import candidates, clean_environ, problem_of
from syntask_yaml.operations.choose import Selection
from syntask_yaml.operations.project import open_project
from syntask_yaml.steps.base import StepContext
from syntask_yaml.worker.dry_run import DryRunResult, dry_run


@click.command("check")
@selection_options
@click.option(
    "--env",
    "given",
    multiple=True,
    metavar="NAME[=VALUE]",
    help="Environment variable that the worker also has. Repeatable.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=300,
    show_default=True,
    metavar="SECONDS",
    help="Maximum time until the run is ready to start.",
)
@click.option(
    "--image",
    is_flag=False,
    flag_value="",
    metavar="[NAME]",
    help="Check inside the deployment's image, or inside NAME.",
)
@as_json
@pass_context
def command(
    context: Context,
    /,
    *,
    names: tuple[str, ...],
    is_all: bool,
    strict: bool,
    allow_unset: bool,
    no_load: bool,
    given: tuple[str, ...],
    timeout: float,
    image: str | None,
    output: str,
) -> int:
    """Check that a worker could start a deployment, before you deploy it.

    Runs the pull steps, loads the flow and binds the parameters, in an empty directory and with an
    environment of little more than PATH and HOME. Does not call the flow and does not deploy. With
    --image, the check runs in a container, which is removed afterwards.
    """
    project = open_project(context.place(strict=strict))
    environ = clean_environ(context.environ, given, in_image=image is not None)
    run_dry: Callable[..., DryRunResult] = partial(dry_run, environ=environ)
    if image is not None:
        run_dry = partial(
            _container_dry_run(),
            image=image,
            environ=environ,
            context=StepContext(project.root, context.environ),
        )
    checked: list[view.CheckResult] = []
    with context.backend(is_read_only=True) as backend:
        deploy_context = context.deploy_context(project, backend, allow_unset=allow_unset, no_load=no_load)
        found, notes = candidates(
            deploy_context, Selection(names=names, all=is_all), in_image=image is not None
        )
        watcher = view.Watcher(verbosity=context.verbosity)
        for candidate in found:
            result = run_dry(candidate.deployment, backend, timeout=timeout, notify=watcher.output)
            problem = None if result.failure is None else problem_of(result.failure, candidate, project)
            checked.append(view.CheckResult(candidate.label, result.seconds, problem))
            watcher.done(checked[-1])
    if output == "json":
        print_json(document("check", view.as_document(checked, notes)))
    else:
        view.show(checked, notes, verbosity=context.verbosity)
    return 1 if any(each.problem for each in checked) else 0


def _container_dry_run() -> Callable[..., DryRunResult]:
    try:
        from syntask_yaml.worker.container_dry_run import dry_run_in_container
    except ImportError as error:
        hint = "`pip install 'syntask-yaml[docker]'` installs what `--image` needs."
        raise UsageError("The client of container engines is not installed.", hint=hint) from error
    return dry_run_in_container
