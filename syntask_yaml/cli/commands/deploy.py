"""`syntask deploy`: build, push, and make the backend have what the project declares."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import click

from syntask_yaml.cli.arguments import collected, taken
from syntask_yaml.cli.commands.plan import show_plan
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.duration import Duration
from syntask_yaml.cli.page_links import link_to_deployments
from syntask_yaml.cli.project_options import PLAN_OPTIONS, PlanArguments
from syntask_yaml.cli.views import changes, reports
from syntask_yaml.cli.views import deploy as view
from syntask_yaml.cli.views import plan as plan_view
from syntask_yaml.cli.views.output import say
from syntask_yaml.errors import NotFound, UsageError
from syntask_yaml.operations.choose import changes_chosen, has_only_resources
from syntask_yaml.operations.deploy import DeployOptions, deploy
from syntask_yaml.operations.documents import document
from syntask_yaml.operations.outcome import Outcome
from syntask_yaml.operations.project import read
from syntask_yaml.operations.prune import Approval
from syntask_yaml.operations.request import Request
from syntask_yaml.operations.saved import load_plan
from syntask_yaml.operations.selection import Selection
from syntask_yaml.plan.changes import Plan
from syntask_yaml.plan.codec import SavedPlan

# What has a page after a deploy that it would not have had, or another one.
_SHOWN = ("created", "updated", "renamed")
_OPTIONS = (
    *PLAN_OPTIONS,
    click.option(
        "--plan",
        "plan_file",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Apply exactly this saved plan.",
    ),
    click.option("-y", "--yes", is_flag=True, help="Skip the confirmation of deletions by `--prune`."),
    click.option(
        "--prune-at-most",
        type=click.IntRange(min=0),
        metavar="N",
        help="Delete up to N deployments without confirmation; deploy nothing if there are more.",
    ),
    click.option(
        "--force",
        is_flag=True,
        help="Deploy a protected target from any branch, even with uncommitted changes.",
    ),
    click.option("--dry-run", is_flag=True, help="Show the plan without applying it."),
    click.option("--show-plan", is_flag=True, help="Show the plan before applying it."),
    click.option(
        "--skip-build",
        is_flag=True,
        help="Skip build and push steps; fields that depend on them keep their deployed values.",
    ),
    click.option("--rebuild", is_flag=True, help="Build every image, even if nothing changed."),
    click.option(
        "--install-requirements", is_flag=True, help="Install the requirements of the steps with pip."
    ),
    click.option(
        "-j",
        "--jobs",
        type=click.IntRange(min=1),
        default=8,
        show_default=True,
        help="Maximum number of concurrent step lists and writes.",
    ),
    click.option(
        "--wait",
        type=Duration(),
        default="0s",
        help="Wait at most this long for another deploy of the project: `10m`, `90s`.",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployArguments(PlanArguments):
    """What `deploy` does with a plan."""

    plan_file: Path | None
    yes: bool
    prune_at_most: int | None
    dry_run: bool
    show_plan: bool
    options: DeployOptions


def _arguments(**values: Any) -> DeployArguments:
    return DeployArguments.of(options=taken(DeployOptions, values), **values)


@click.command("deploy")
@collected("arguments", _arguments, _OPTIONS)
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
    if arguments.options.skip_build and arguments.options.rebuild:
        raise UsageError("`--skip-build` and `--rebuild` cannot be combined.", hint="Use one or the other.")
    if arguments.show_plan and output != "text":
        option = f"`--output {output}`"
        raise UsageError(f"`--show-plan` cannot be combined with {option}.", hint="Run `syntask plan`.")
    request = arguments.request
    if arguments.dry_run:
        with reports.failures_reported(
            "plan", output, context.environ, context.directory, is_quiet=context.verbosity < 0
        ):
            planned = show_plan(context, arguments, save=None, output=output)
        return 0 if planned.is_sound else 1
    saved = None
    if arguments.plan_file is not None:
        if request.selection.is_given:
            raise UsageError(
                "`--plan` cannot be combined with a selection: a saved plan already has one.",
                hint="Pass `--plan` alone.",
            )
        saved, request = load_plan(context.directory / arguments.plan_file)
    elif output == "text" and is_open(context, request):
        return deploy_by_answers(context, request, arguments)
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
    """Deploy what *request* asks for, and show what became of it; the exit code."""
    # A saved plan names what it deletes, and was looked at.
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
    """Say where a browser shows what was deployed, if anything does."""
    deployed = [(each.deployment, each.id) for each in outcome.results if each.action in _SHOWN and each.id]
    link = link_to_deployments(context.settings.home, outcome.backend, deployed) if deployed else None
    if link:
        say(f"In a browser: {link}")


def ask(plan: Plan) -> None:
    """Show what would be deleted, and ask whether it may be. Raises Abort."""
    for line in plan_view.deletion_lines(plan):
        click.echo(line, err=True)
    count = len(plan.deleted_names)
    kinds = plan.deleted_kinds
    meant = f"this {kinds.removesuffix('s')}" if count == 1 else f"these {count} {kinds}"
    click.confirm(f"Delete {meant}?", abort=True, err=True)


def is_open(context: Context, request: Request) -> bool:
    """Whether something is left to ask, and there is somebody to answer."""
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


def deploy_by_answers(context: Context, request: Request, arguments: DeployArguments) -> int:
    """Ask what to deploy, save it where it is new, deploy it, and say what comes next; the exit code."""
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
