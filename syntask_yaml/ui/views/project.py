"""The page of the project: its plan, drift and problems."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from syntask_yaml.errors import NotFound, ProjectInvalid
from syntask_yaml.ui.site import Page, PageRequest, Site
from syntask_yaml.ui.views.masking import field_without_secrets

if TYPE_CHECKING:
    from syntask_yaml.diagnostics import Diagnostic
    from syntask_yaml.operations.plan import Planned
    from syntask_yaml.plan.changes import Change, Plan

# The maximum number of problems, and of deployment names for one change.
_PROBLEMS, _NAMES = 100, 20


def show_project(site: Site, _asked: PageRequest) -> Page:
    """Show the plan of the project, or why there is none."""
    try:
        planned = _planned(site)
    except ProjectInvalid as error:
        return _page(error.diagnostics, title="Project")
    plan = planned.plan
    return _page(planned.diagnostics, title=plan.project, images=planned.images, **_tables(site, plan))


def plan_document(site: Site) -> Mapping[str, Any]:
    """Return the document of `plan --output json`, without secrets."""
    from syntask_yaml.operations.planned_images import as_json
    from syntask_yaml.plan.codec import encode

    planned = _planned(site)
    plan = replace(
        planned.plan,
        changes=tuple(map(_without_secrets, planned.plan.changes)),
        resources=tuple(
            replace(each, fields=tuple(map(field_without_secrets, each.fields)))
            for each in planned.plan.resources
        ),
    )
    return {**encode(plan), "images": list(as_json(planned.images))}


def _without_secrets(change: Change) -> Change:
    return replace(change, fields=tuple(map(field_without_secrets, change.fields)))


def _planned(site: Site) -> Planned:
    """Return the plan for all deployments, as `plan --all` makes it; the imports are deferred to here."""
    from syntask_yaml.operations.deploy_context import DeployContext
    from syntask_yaml.operations.plan import make_plan
    from syntask_yaml.operations.project import open_project
    from syntask_yaml.operations.request import Request
    from syntask_yaml.operations.selection import Selection
    from syntask_yaml.project.flows import FlowReader

    if site.project is None:
        raise NotFound("The command was not started in a project.")
    project = open_project(site.project.location)
    context = DeployContext(
        project=project,
        backend=site.backend,
        reader=FlowReader(project.root, load_in_child=True),
        environ=site.project.environ,
        default_pool=site.project.default_pool,
    )
    return make_plan(context, Request(selection=Selection(all=True)), with_forecast=True)


def _tables(site: Site, plan: Plan) -> Mapping[str, Any]:
    from syntask_yaml.plan.changes import Action
    from syntask_yaml.plan.review import review
    from syntask_yaml.plan.rows import clock_for, counts, no_changes, resource_rows, rows

    sections = review(plan)
    clock = clock_for(sections, site.clock())
    return {
        "summary": f"{counts(plan)}." if plan.has_changes else no_changes(plan),
        "sections": [
            (
                section.folders,
                [(each, list(rows(each, clock, field_without_secrets))) for each in section.entries],
            )
            for section in sections
        ],
        "resources": [
            (each, list(resource_rows(each, field_without_secrets)))
            for each in plan.resources
            if each.action is not Action.UNCHANGED
        ],
    }


def _page(problems: Sequence[Diagnostic], *, title: str, **plan: Any) -> Page:
    problems = list({(each.severity, each.detail): each for each in reversed(problems)}.values())[::-1]
    nothing: Mapping[str, Any] = {"summary": "", "sections": [], "resources": [], "images": ()}
    shown = {"problems": problems[:_PROBLEMS], "more": len(problems[_PROBLEMS:]), "names": _NAMES}
    return Page("project.html", {"title": title, **shown, **nothing, **plan})
