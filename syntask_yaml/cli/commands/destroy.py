"""`syntask destroy`: delete what a project has deployed."""

from __future__ import annotations

from collections.abc import Iterator
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
from syntask_yaml.operations.deploy import DeployOptions
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.destroy import (
    destroy,
    expired_contexts,
    expiring_projects,
    plan_destroy,
)
from syntask_yaml.operations.documents import document
from syntask_yaml.operations.project import open_project
from syntask_yaml.operations.prune import Approval
from syntask_yaml.project.flows import FlowReader
from syntask_yaml.project.load import Project


@dataclass(frozen=True, slots=True)
class _Request:
    """What to do in each target."""

    context: Context
    options: DeployOptions
    expired: bool
    is_given: bool
    dry_run: bool
    output: str

    def do(self, project: Project) -> Iterator[tuple[bool, dict[str, Any]]]:
        """Delete what is meant of *project* in its target; whether that went well, and the JSON of it."""
        with self.context.backend(is_read_only=self.dry_run, project=project) as backend:
            reader = FlowReader(project.root)
            whole = DeployContext(project, backend, reader, self.context.environ)
            contexts = expired_contexts(whole, utc_now()) if self.expired else [whole]
            if not contexts:
                say(f"Nothing of `{project.title}` has run out.")
            for each in contexts:
                yield self._plan(each) if self.dry_run else self._destroy(each)

    def _destroy(self, deploy_context: DeployContext) -> tuple[bool, dict[str, Any]]:
        outcome = destroy(
            deploy_context,
            options=self.options,
            notify=view.DeployProgress(verbosity=self.context.verbosity),
            approval=Approval(
                is_given=self.is_given, ask=ask if self.context.may_prompt else None, options="`--yes`"
            ),
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


@click.command("destroy")
@click.option("-y", "--yes", is_flag=True, help="Skip the confirmation.")
@click.option("--force", is_flag=True, help="Destroy a protected target from any branch and checkout.")
@click.option("--dry-run", is_flag=True, help="Show what would be deleted.")
@click.option("--expired", is_flag=True, help="Delete what has run out, in every target with `expires`.")
@click.option(
    "--wait",
    type=Duration(),
    default="0s",
    help="Wait at most this long for a deploy of the project: `10m`, `90s`.",
)
@as_json
@pass_context
def command(
    context: Context,
    /,
    *,
    yes: bool,
    force: bool,
    dry_run: bool,
    expired: bool,
    wait: float,
    output: str,
) -> int:
    """Delete everything that the project has deployed in its target.

    Shows what would be deleted and asks first. Deployments with `protected: true` are kept. Past runs stay
    readable. Nothing is asked of what the project file declares, only whose the deployments are. In a target
    whose names have a prefix with a template, those of the preview at hand are meant.
    """
    request = _Request(context, DeployOptions(force=force, wait=wait), expired, yes, dry_run, output)
    projects = expiring_projects(context.place()) if expired else [open_project(context.place())]
    results = [each for project in projects for each in request.do(project)]
    if output == "json":
        documents = [content for _, content in results]
        print_json(document("destroy", {"targets": documents}) if expired else documents[0])
    return 0 if all(is_good for is_good, _ in results) else 1
