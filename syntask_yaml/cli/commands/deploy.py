"""`syntask deploy`: build, push, and create or update deployments."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import click

from syntask_yaml.cli.arguments import collected
from syntask_yaml.cli.commands.plan import show_plan
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.deploy_options import DEPLOY_OPTIONS, DeployArguments, deploy_arguments
from syntask_yaml.cli.page_links import link_to_deployments
from syntask_yaml.cli.views import changes, reports
from syntask_yaml.cli.views import deploy as view
from syntask_yaml.cli.views import plan as plan_view
from syntask_yaml.cli.views.output import say
from syntask_yaml.errors import NotFound
from syntask_yaml.operations.choose import changes_chosen, has_only_resources
from syntask_yaml.operations.deploy import deploy
from syntask_yaml.operations.documents import document
from syntask_yaml.operations.outcome import Outcome
from syntask_yaml.operations.project import read
from syntask_yaml.operations.prune import Approval
from syntask_yaml.operations.request import Request
from syntask_yaml.operations.saved import load_plan
from syntask_yaml.operations.selection import Selection
from syntask_yaml.plan.changes import Plan
from syntask_yaml.plan.codec import SavedPlan

# The results after which a deployment has a page in the web UI.
_SHOWN = ("created", "updated", "renamed")


@click.command("deploy")
@collected("arguments", deploy_arguments, DEPLOY_OPTIONS)
@reports.report_format()
@pass_context
def command(context: Context, /, *, arguments: DeployArguments, output: str) -> int:
    """Build, push, and create or update the deployments of the project.

    Select deployments with -n or --all; the only deployment of a project is selected by default, and so are
    resources without deployments. An ENTRYPOINT (path/to/file.py:flow) that the project does not declare
    becomes a new deployment. In a terminal, without a file or a selection, the command asks what to deploy
    and writes the file.

    Everything is checked first. If there is a problem, nothing is built or written.
    """
    arguments.check(output=output)
    request = arguments.request
    if arguments.dry_run:
        with reports.failures_reported(
            "plan", output, context.environ, context.directory, is_quiet=context.verbosity < 0
        ):
            planned = show_plan(context, arguments, save=None, output=output)
        return 0 if planned.is_sound else 1
    saved = None
    if arguments.plan_file is not None:
        saved, request = load_plan(context.directory / arguments.plan_file)
    elif output == "text" and needs_answers(context, request):
        return deploy_interactively(context, request, arguments)
    with reports.failures_reported(
        "deploy", output, context.environ, context.directory, is_quiet=context.verbosity < 0
    ):
        return deploy_project(context, request, arguments, saved=saved, output=output)


def deploy_project(
    context: Context,
    request: Request,
    arguments: DeployArguments,
    *,
    saved: SavedPlan | None = None,
    output: str = "text",
) -> int:
    """Deploy the selection of *request*, print the outcome, and return the exit code."""
    # A saved plan lists its deletions, and was reviewed.
    approval = _approval(context, arguments, is_given=arguments.yes or saved is not None)
    progress = view.DeployProgress(verbosity=context.verbosity)
    with arguments.opened(context, ref=request.ref) as deploy_context:
        outcome = deploy(
            deploy_context,
            request,
            options=arguments.options,
            notify=progress,
            saved=saved,
            approval=approval,
        )
        changed = changes_chosen(deploy_context, request.selection)
    if context.verbosity >= 0:
        changes.show(changed)
    problems = view.show_problems(outcome, verbosity=context.verbosity)
    report = reports.CommandReport(
        command="deploy",
        problems=problems,
        cases=[reports.Case(each.label, each.error, result=each.action) for each in outcome.all_results],
        folder=reports.repository_folder(context.environ, context.directory),
        document=lambda: document("deploy", {**outcome.as_json(), **changes.as_document(changed)}),
        text=partial(view.show, outcome, verbosity=context.verbosity),
    )
    reports.print_report(report, output, context.environ)
    if output == "text" and context.verbosity >= 0:
        _say_where(context, outcome)
    return 0 if outcome.is_good else 1


def _approval(context: Context, arguments: DeployArguments, *, is_given: bool) -> Approval:
    show = partial(plan_view.show, now=datetime.now(UTC), verbose=context.verbosity > 0)
    return Approval(
        is_given=is_given,
        at_most=arguments.prune_at_most,
        ask=ask if context.may_prompt else None,
        show=show if arguments.show_plan else None,
    )


def _say_where(context: Context, outcome: Outcome) -> None:
    """Print a link to the deployments in the web UI or the server's UI, if there is one."""
    deployed = [(each.deployment, each.id) for each in outcome.results if each.action in _SHOWN and each.id]
    link = link_to_deployments(context.settings.home, outcome.backend, deployed) if deployed else None
    if link:
        say(f"In a browser: {link}")


def ask(plan: Plan) -> None:
    """Show what would be deleted, and ask for confirmation. Raises Abort."""
    for line in plan_view.deletion_lines(plan):
        click.echo(line, err=True)
    count = len(plan.deleted_names)
    kinds = plan.deleted_kinds
    meant = f"this {kinds.removesuffix('s')}" if count == 1 else f"these {count} {kinds}"
    click.confirm(f"Delete {meant}?", abort=True, err=True)


def needs_answers(context: Context, request: Request) -> bool:
    """Return whether the command must ask what to deploy, and can."""
    selection = request.selection
    is_clear = selection.all or (selection.narrows and not selection.entrypoint)
    if not context.may_prompt or is_clear or request.ref is not None:
        return False
    try:
        reading = read(context.location())
    except NotFound:
        return True
    if not selection.entrypoint:
        return not reading.targets and not has_only_resources(reading.usual(context.target))
    declared = reading.usual(context.target).declarations
    return not selection.names and all(each.entrypoint != selection.entrypoint for each in declared)


def deploy_interactively(context: Context, request: Request, arguments: DeployArguments) -> int:
    """Ask what to deploy, save new entries, deploy, print the next steps, and return the exit code."""
    from syntask_yaml.cli.interview import answers_to, gather, print_next_steps, save_result
    from syntask_yaml.wizard.context import GivenAnswers
    from syntask_yaml.wizard.interview import DEPLOY, choose_or_add

    selection = request.selection
    named = {"flow": selection.entrypoint, "name": "".join(selection.names[:1]).rpartition("/")[2]}
    answers = {key: value for key, value in named.items() if value}
    given = GivenAnswers(answers=answers, overrides=request.overrides)
    with context.backend() as backend:
        gathered = gather(context, backend, given)
        chosen = answers_to(context, lambda: choose_or_add(gathered))
        if isinstance(chosen, Selection):
            return deploy_project(context, replace(request, selection=chosen), arguments)
        if not save_result(chosen, gathered, backend):
            return 1
    code = 0
    if chosen.decision == DEPLOY:
        wanted = Selection(names=(chosen.draft.full_name,))
        code = deploy_project(context, Request(selection=wanted), arguments)
    if code == 0:
        print_next_steps(chosen, is_deployed=chosen.decision == DEPLOY)
    return code
