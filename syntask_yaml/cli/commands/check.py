"""`syntask check`: try what a worker would do."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import click

from syntask_yaml.cli.arguments import add_once, collected
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.project_options import SELECTION_OPTIONS, ProjectArguments
from syntask_yaml.cli.views import changes, reports
from syntask_yaml.cli.views import check as view
from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.errors import UsageError
from syntask_yaml.operations.check import (
    candidates,
    clean_environ,
    problem_of,
    with_whole_project,
    without_foretold,
)
from syntask_yaml.operations.choose import changes_chosen
from syntask_yaml.operations.documents import document
from syntask_yaml.steps.base import StepContext
from syntask_yaml.worker.dry_run import DryRunResult, dry_run


@click.command("check")
@collected("arguments", ProjectArguments.of, SELECTION_OPTIONS)
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
@reports.report_format()
@pass_context
def command(
    context: Context,
    /,
    *,
    arguments: ProjectArguments,
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
    named: dict[str, str] = {}
    for each in given:
        add_once(named, {each.partition("=")[0]: each}, "--env")
    with reports.failures_reported("check", output, context.environ, context.directory):
        results, notes = _check(context, arguments, given=given, timeout=timeout, image=image)
    report = reports.CommandReport(
        command="check",
        problems=[*notes, *(each.problem for each in results if each.problem is not None)],
        cases=[
            reports.Case(each.deployment, each.problem.detail if each.problem else "", each.seconds)
            for each in results
        ],
        folder=reports.repository_folder(context.environ, context.directory),
        document=lambda: document("check", view.as_document(results, notes)),
        text=partial(view.show, results, notes, verbosity=context.verbosity),
    )
    reports.print_report(report, output, context.environ)
    return 1 if any(each.problem for each in results) else 0


def _check(
    context: Context,
    arguments: ProjectArguments,
    *,
    given: tuple[str, ...],
    timeout: float,
    image: str | None,
) -> tuple[list[view.CheckResult], tuple[Diagnostic, ...]]:
    """Try each deployment. Return the results, and other diagnostics."""
    is_in_image = image is not None
    results: list[view.CheckResult] = []
    with arguments.opened(context, creates=False) as opened:
        deploy_context = with_whole_project(opened)
        project = deploy_context.project
        environ = clean_environ(context.environ, given, in_image=is_in_image)
        run_dry: Callable[..., DryRunResult] = partial(dry_run, environ=environ)
        if image is not None:
            steps = StepContext(project.root, context.environ)
            run_dry = partial(_container_dry_run(), image=image, environ=environ, context=steps)
        if context.verbosity >= 0:
            changes.show(changes_chosen(deploy_context, arguments.selection))
        found, notes = candidates(deploy_context, arguments.selection, in_image=is_in_image)
        watcher = view.Watcher(verbosity=context.verbosity, total=len(found))
        for candidate in found:
            result = run_dry(
                deployment=candidate.deployment,
                backend=deploy_context.backend,
                timeout=timeout,
                notify=watcher.output,
                expected=deploy_context.expected,
            )
            problem = None if result.failure is None else problem_of(result.failure, candidate, project)
            results.append(view.CheckResult(candidate.label, result.seconds, problem))
            watcher.done(results[-1])
    failed = {each.deployment for each in results if each.problem is not None}
    return results, without_foretold(notes, failed)


def _container_dry_run() -> Callable[..., DryRunResult]:
    try:
        from syntask_yaml.worker.container_dry_run import dry_run_in_container
    except ImportError as error:
        hint = "Run `pip install 'syntask-yaml[docker]'` to use `--image`."
        raise UsageError(
            "`--image` requires the Docker client for Python, which is not installed.", hint=hint
        ) from error

    from syntask_yaml.worker.image_job import ImageCheck

    return lambda **check: dry_run_in_container(ImageCheck(**check))
