"""`syntask destroy`: delete all that a project has deployed."""

from __future__ import annotations

import click

from syntask_yaml.backend.clock import utc_now
from syntask_yaml.cli.commands.deploy import ask
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.duration import Duration
from syntask_yaml.cli.views import deploy as view
from syntask_yaml.cli.views import diagnostics, plan_json
from syntask_yaml.cli.views import plan as plan_view
from syntask_yaml.cli.views.output import as_json, print_json
from syntask_yaml.operations.deploy import DeployOptions
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.destroy import destroy, plan_destroy
from syntask_yaml.operations.documents import document
from syntask_yaml.operations.project import open_project
from syntask_yaml.operations.prune import Approval
from syntask_yaml.project.flows import FlowReader


@click.command("destroy")
@click.option("-y", "--yes", is_flag=True, help="Skip the confirmation.")
@click.option("--force", is_flag=True, help="Destroy a protected target from any branch and checkout.")
@click.option("--dry-run", is_flag=True, help="Show what would be deleted.")
@click.option(
    "--wait",
    type=Duration(),
    default="0s",
    help="Wait at most this long for a deploy of the project: `10m`, `90s`.",
)
@as_json
@pass_context
def command(context: Context, /, *, yes: bool, force: bool, dry_run: bool, wait: float, output: str) -> int:
    """Delete everything that the project has deployed in its target.

    Shows what would be deleted and asks first. Deployments with `protected: true` are kept. Past runs stay
    readable. Nothing is asked of what the project file declares, only whose the deployments are.
    """
    project = open_project(context.place())
    approval = Approval(is_given=yes, ask=ask if context.may_prompt else None)
    with context.backend(is_read_only=dry_run, project=project) as backend:
        deploy_context = DeployContext(
            project=project, backend=backend, reader=FlowReader(project.root), environ=context.environ
        )
        if dry_run:
            planned = plan_destroy(deploy_context)
            diagnostics.show(planned.diagnostics)
            if output == "json":
                print_json(plan_json.as_document(planned.plan, now=utc_now()))
            else:
                plan_view.show(planned.plan, (), now=utc_now(), verbose=context.verbosity > 0)
            return 0 if planned.is_sound else 1
        outcome = destroy(
            deploy_context,
            options=DeployOptions(force=force, wait=wait),
            notify=view.DeployProgress(verbosity=context.verbosity),
            approval=approval,
        )
    view.show_problems(outcome, verbosity=context.verbosity)
    if output == "json":
        print_json(document("destroy", outcome.as_json()))
    else:
        view.show(outcome, verbosity=context.verbosity)
    return 0 if outcome.is_good else 1
