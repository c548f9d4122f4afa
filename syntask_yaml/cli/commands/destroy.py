"""`syntask destroy`: delete what a project has deployed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import click

from syntask_yaml.backend.clock import utc_now
from syntask_yaml.cli.commands.deploy import ask
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.duration import Duration
from syntask_yaml.cli.views import deploy as view
from syntask_yaml.cli.views import diagnostics, plan_json
from syntask_yaml.cli.views import plan as plan_view
from syntask_yaml.cli.views.output import as_json, print_json, say
from syntask_yaml.errors import UsageError
from syntask_yaml.operations.deploy import DeployOptions
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.destroy import (
    Removals,
    destroy,
    expired_contexts,
    expiring_projects,
    plan_destroy,
    plan_removals,
)
from syntask_yaml.operations.documents import document
from syntask_yaml.operations.expiry import DeployedMeanwhile, refuse_deployed
from syntask_yaml.operations.project import open_project
from syntask_yaml.operations.prune import Approval, in_lines
from syntask_yaml.project.flows import FlowReader
from syntask_yaml.project.load import Project


@dataclass(frozen=True, slots=True)
class _Request:
    """The request of `destroy`, for each target."""

    context: Context
    options: DeployOptions
    expired: bool
    is_given: bool
    dry_run: bool
    output: str

    def contexts(self, project: Project, stack: ExitStack) -> Sequence[DeployContext]:
        """Return the contexts of *project* in its target; the backend is closed with *stack*."""
        backend = stack.enter_context(self.context.backend(creates=False, project=project))
        whole = DeployContext(project, backend, FlowReader(project.root), self.context.environ)
        if not self.expired:
            return [whole]
        if not (found := expired_contexts(whole, utc_now())):
            say(f"Nothing of `{project.title}` has expired.")
        return found

    def do(self, contexts: Sequence[DeployContext]) -> Iterator[tuple[bool, dict[str, Any]]]:
        """Delete the deployments of *contexts*. Yield for each whether it succeeded, and its JSON."""
        if self.dry_run:
            yield from map(self._plan, contexts)
        elif contexts:
            approval = self._approval(contexts)
            for each in contexts:
                try:
                    yield self._destroy(each, approval)
                except DeployedMeanwhile as error:
                    say(error.detail)

    def _approval(self, contexts: Sequence[DeployContext]) -> Approval:
        """Return the approval. Expired previews are shown and confirmed together."""
        may_ask = self.context.may_prompt
        if self.is_given or not self.expired:
            return Approval(is_given=self.is_given, ask=ask if may_ask else None, options="`--yes`")
        removals = plan_removals(contexts)
        if not may_ask and removals.counts:
            listed = [f"{owner}  ({count})" for owner, count in removals.counts.items()]
            hint = "Pass `--yes` to skip the confirmation, or `--dry-run` to see what it is."
            raise UsageError(in_lines("This deletes what has expired", listed), hint=hint)
        if not may_ask:
            return Approval(options="`--yes`")
        if removals.counts:
            _ask_once(removals)
        return Approval(ask=lambda plan: None if removals.covers(plan) else ask(plan))

    def _destroy(self, deploy_context: DeployContext, approval: Approval) -> tuple[bool, dict[str, Any]]:
        if self.expired:
            approval = approval._replace(confirm=lambda: refuse_deployed(deploy_context, utc_now()))
        outcome = destroy(
            deploy_context,
            options=self.options,
            notify=view.DeployProgress(verbosity=self.context.verbosity),
            approval=approval,
        )
        view.show_problems(outcome, verbosity=self.context.verbosity)
        if self.output == "text":
            view.show(outcome, verbosity=self.context.verbosity)
        return outcome.is_good, document("destroy", outcome.as_json())

    def _plan(self, deploy_context: DeployContext) -> tuple[bool, dict[str, Any]]:
        planned = plan_destroy(deploy_context)
        diagnostics.show(planned.diagnostics)
        if self.output == "text":
            plan_view.show(planned.plan, (), now=utc_now(), verbose=self.context.verbosity > 0)
        return planned.is_sound, plan_json.as_document(planned.plan, now=utc_now())


def _ask_once(removals: Removals) -> None:
    """Show the deletions of each owner, and ask for confirmation of all of them. Raises Abort."""
    for owner, count in removals.counts.items():
        click.echo(f"{owner}: {count}", err=True)
        for line in plan_view.deletion_lines(removals.plans[owner]):
            click.echo(line, err=True)
    for name in sorted(removals.shared):
        click.echo(f"- {name}  (when no target uses it any more)", err=True)
    click.confirm("Delete all of this?", abort=True, err=True)


@click.command("destroy")
@click.option("-y", "--yes", is_flag=True, help="Skip the confirmation.")
@click.option("--force", is_flag=True, help="Destroy a protected target from any branch and checkout.")
@click.option("--dry-run", is_flag=True, help="Show what would be deleted.")
@click.option("--expired", is_flag=True, help="Delete what has expired, in every target with `expires`.")
@click.option(
    "--wait",
    type=Duration(),
    default="0s",
    help="Wait at most this long for a deploy of the project: `10m`, `90s`.",
)
@as_json
@pass_context
def command(
    context: Context, /, *, yes: bool, force: bool, dry_run: bool, expired: bool, wait: float, output: str
) -> int:
    """Delete everything that the project has deployed in its target.

    Shows what would be deleted and asks first. Deployments with `protected: true` are kept. Past runs stay
    readable. What the project file declares does not matter, only who owns the deployments. If the
    target has a `name_prefix` with a template, only the current preview is deleted.
    """
    request = _Request(context, DeployOptions(force=force, wait=wait), expired, yes, dry_run, output)
    projects = expiring_projects(context.location()) if expired else [open_project(context.location())]
    with ExitStack() as stack:
        contexts = [each for project in projects for each in request.contexts(project, stack)]
        results = list(request.do(contexts))
    if output == "json":
        documents = [content for _, content in results]
        print_json(document("destroy", {"targets": documents}) if expired else documents[0])
    return 0 if all(is_good for is_good, _ in results) else 1
