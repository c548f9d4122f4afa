"""`syntask plan`: what a deploy would change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from syntask_yaml.cli.arguments import collected
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.project_options import PLAN_OPTIONS, PlanArguments
from syntask_yaml.cli.views import changes, diagnostics, reports
from syntask_yaml.cli.views import plan as view
from syntask_yaml.cli.views.output import say
from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.operations.choose import changes_chosen
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.plan import Planned, make_plan
from syntask_yaml.operations.request import Request
from syntask_yaml.project.repository import find_commit

if TYPE_CHECKING:
    from syntask_yaml.cli.views.markdown import TextLimit
    from syntask_yaml.operations.change_reason import ChangedSince

_PENDING = 2


@click.command("plan")
@collected("arguments", PlanArguments.of, PLAN_OPTIONS)
@click.option(
    "--save", type=click.Path(path_type=Path, dir_okay=False), help="Save the plan for `deploy --plan`."
)
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 if there are changes.")
@reports.report_format(with_html=True)
@pass_context
def command(
    context: Context, /, *, arguments: PlanArguments, save: Path | None, detailed_exitcode: bool, output: str
) -> int:
    """Show what a deploy would change.

    Select deployments with -n or --all; the only deployment of a project is selected by default, and so are
    resources without deployments. An ENTRYPOINT (path/to/file.py:flow) that the project does not declare is
    planned as a new deployment.
    """
    with reports.failures_reported(
        "plan", output, context.environ, context.directory, is_quiet=context.verbosity < 0
    ):
        planned = show_plan(context, arguments, save=save, output=output)
    if not planned.is_sound:
        return 1
    return _PENDING if detailed_exitcode and planned.plan.has_changes else 0


def show_plan(context: Context, arguments: PlanArguments, *, save: Path | None, output: str) -> Planned:
    """Make the plan of *arguments*, print it, and save it if *save* is given."""
    request = arguments.request
    with arguments.opened(context, creates=False, ref=request.ref) as deploy_context:
        planned = make_plan(deploy_context, request, with_forecast=True)
        changed = changes_chosen(deploy_context, request.selection)
        if save is not None:
            from syntask_yaml.operations.saved import save_plan

            # The file may be in a build context: a forecast must not depend on it.
            held = make_plan(deploy_context, request) if planned.images else planned
            pinned = _pinned(request, changed, deploy_context)
            save_plan(held, deploy_context, pinned, context.directory / save)
    if context.verbosity >= 0:
        changes.show(changed)
    with_notes = planned.plan.deploys_something
    problems = [
        each
        for each in planned.diagnostics
        if each.is_error or (context.verbosity >= 0 and (with_notes or not each.is_note))
    ]
    diagnostics.show(problems)
    report = _report(context, planned, problems, changed)
    reports.print_report(report, output, context.environ)
    if save is not None:
        say(f"Saved the plan. `syntask deploy --plan {save}` applies exactly this.")
    return planned


def _report(
    context: Context, planned: Planned, problems: Sequence[Diagnostic], changed: ChangedSince | None
) -> reports.CommandReport:
    plan, images, now = planned.plan, planned.images, datetime.now(UTC)

    def as_json() -> dict[str, Any]:
        from syntask_yaml.cli.views import plan_json
        from syntask_yaml.operations.planned_images import as_json as images_as_json

        beside = {"images": list(images_as_json(images)), **changes.as_document(changed)}
        return {**plan_json.as_document(plan, now=now), **beside}

    def as_markdown(limit: TextLimit) -> str:
        from syntask_yaml.cli.views import plan_markdown

        return plan_markdown.page(plan, images, problems, now=now, limit=limit)

    def as_html() -> str:
        from syntask_yaml.cli.views import plan_html

        return plan_html.page(plan, images, problems, now=now)

    return reports.CommandReport(
        command="plan",
        problems=problems,
        cases=[reports.Case(each.deployment) for each in plan.changes],
        folder=reports.repository_folder(context.environ, context.directory),
        document=as_json,
        text=partial(view.show, plan, images, now=now, verbose=context.verbosity > 0),
        markdown=as_markdown,
        html=as_html,
    )


def _pinned(request: Request, changed: ChangedSince | None, context: DeployContext) -> Request:
    """Return *request* for saving: with the current commits of its branches, which may move."""
    if request.ref is not None and (commit := find_commit(context.project.root)):
        return replace(request, ref=commit.sha)
    if changed is None:
        return request
    return replace(request, selection=replace(request.selection, changed_since=changed.commit))
