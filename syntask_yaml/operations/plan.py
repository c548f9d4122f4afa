"""Plan a deploy: prepare declarations and compare them with the backend, without changing anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import partial

from syntask_yaml.backend.base import Features
from syntask_yaml.diagnostics import Diagnostic, each_once, errors_first
from syntask_yaml.errors import ProjectInvalid
from syntask_yaml.model.deployment import Deployment, Stored
from syntask_yaml.operations.choose import check_overrides, choose_from, refuse_broken
from syntask_yaml.operations.contents import Contents
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.deployed import LastDeploy, mark_drift
from syntask_yaml.operations.left_behind import left_behind
from syntask_yaml.operations.owners import check_owners, taken_over
from syntask_yaml.operations.planned_images import Forecasts, PlannedImage
from syntask_yaml.operations.prepare import Prepared, prepare, prepare_again
from syntask_yaml.operations.project import warnings_of
from syntask_yaml.operations.protection import protection_problems
from syntask_yaml.operations.prune import (
    check_deletions,
    check_prune,
    owner_before_targets,
    protected,
    undeclared,
    unread,
    with_removals,
    without_target,
)
from syntask_yaml.operations.pruned_owners import former_names, former_owners, pruned_owners
from syntask_yaml.operations.renames import half_renamed, likely_renames, names_of, without_wrong_renames
from syntask_yaml.operations.request import Request
from syntask_yaml.operations.resources.changes import compare_resources, undeclared_resources
from syntask_yaml.operations.resources.prepare import knowing_broken, prepare_resources
from syntask_yaml.operations.resources.read import FoundResources, read_resources
from syntask_yaml.operations.resources.users import keep_used, kept_resources
from syntask_yaml.operations.unserved_pools import check_serving
from syntask_yaml.operations.unset_names import unset_names
from syntask_yaml.plan.changes import Plan
from syntask_yaml.plan.diff import diff
from syntask_yaml.project.resources.bind import BoundResource

# Larger projects are not checked for deployments that they left on a server. The check takes a request, and a
# plan of 1,000 deployments makes at most eight.
_MOST_CHECKED = 800


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan and its inputs.

    *failed* are the declarations with problems. *images* are the forecasts of the build steps, if the plan
    was made with them. *refused* says why deployments are not pruned, and *renames* has likely renames by the
    old name. *stored* and *stored_resources* are what the backend had. *resources* are those of the project,
    if the whole project is planned.
    """

    plan: Plan
    prepared: tuple[Prepared, ...]
    warnings: tuple[Diagnostic, ...] = ()
    images: tuple[PlannedImage, ...] = ()
    refused: tuple[Diagnostic, ...] = ()
    renames: Mapping[str, Diagnostic] = field(default_factory=dict)
    stored: Sequence[Stored] = ()
    resources: tuple[BoundResource, ...] = ()
    stored_resources: FoundResources = field(default_factory=FoundResources)

    @property
    def failed(self) -> tuple[Prepared, ...]:
        return tuple(each for each in self.prepared if each.deployment is None)

    @property
    def is_sound(self) -> bool:
        """Whether everything that was selected could be planned."""
        return not self.failed and not self.refused and all(each.resource for each in self.resources)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """The problems of the project file, of its deployments and of its resources."""
        own = (problem for each in self.prepared for problem in each.diagnostics)
        resources = (problem for each in self.resources for problem in each.diagnostics)
        kept = kept_resources(self.plan)
        return each_once((*self.warnings, *own, *resources, *self.refused, *kept, *self.renames.values()))


def make_plan(context: DeployContext, request: Request, *, with_forecast: bool = False) -> Planned:
    """Prepare the deployments that *request* selects, and compare them with the backend.

    *with_forecast*: ask the container engine which images would be built. Outputs of build and push steps
    that need no build are then known; otherwise they are `Unknown`.

    Raises ProjectInvalid with every problem of the selected deployments. If the request says to keep going,
    deployments with problems are left out instead.
    """
    project, context = context.project, with_declared(context, request)
    refuse_broken(project, context.reader)
    if request.prune:
        check_prune(project, is_all=request.selection.all)
    chosen = tuple(choose_from(context, request.selection))
    overrides = check_overrides(chosen, request.selection, request.overrides)
    resources = prepare_resources(context) if request.selection.is_whole else ()
    context = knowing_broken(context, resources)
    prepared = prepare(chosen, context, overrides)
    forecasts = Forecasts()
    if with_forecast and any(each.has_steps for each in prepared):
        from syntask_yaml.operations.forecasts import forecast_steps

        forecasts = forecast_steps(prepared, context)
    prepared = prepare_again(prepared, context, forecasts.outputs)
    warned = tuple(warnings_of(project, chosen, context.reader))
    empty = Planned(
        Plan(project.title, context.backend.url), (), warned, forecasts.images, resources=resources
    )
    planned = plan_of(prepared, empty, context, request, contents=context.contents)
    protection = (each.as_warning() for each in protection_problems(context))
    warnings = (*planned.warnings, *protection, *check_serving(planned.prepared, context))
    if request.selection.is_whole:
        warnings += tuple(without_target(context, planned.stored, planned.prepared))
    if request.selection.is_whole and not request.prune:
        left = [each for each in planned.stored if each.deployment.full_name not in planned.renames]
        warnings += tuple(undeclared(context, left, planned.prepared))
        warnings += tuple(undeclared_resources(context, planned.resources, planned.stored_resources))
    plan = with_removals(planned.plan, context.backend)
    if with_forecast:  # it is made to be shown
        last = LastDeploy(context.backend, plan.project)
        planned = with_left_behind(replace(planned, warnings=warnings), context, request, last)
        warnings = (*planned.warnings, *half_renamed(planned.stored))
        warnings += tuple(each.as_warning() for each in unset_names(planned.prepared, context))
        plan = mark_drift(plan, context, last, take_over=request.take_over)
    return replace(planned, plan=plan, warnings=warnings)


def plan_of(
    prepared: Sequence[Prepared],
    planned: Planned,
    context: DeployContext,
    request: Request,
    *,
    contents: Contents | None = None,
) -> Planned:
    """Return *planned* for other *prepared* deployments, compared with the backend now, or as in *contents*.

    Raises ProjectInvalid as `make_plan` does.
    """
    prepared = tuple(without_wrong_renames(prepared, context))
    problems = [error for each in prepared for error in each.errors]
    problems += [error for each in planned.resources for error in each.errors]
    if problems and not request.keep_going:
        raise ProjectInvalid(errors_first(problems, replace(planned, prepared=prepared).diagnostics))
    names = names_of(prepared)
    stored = read_stored(names, context, request)
    plan = _compare(context, prepared, stored, request)
    check_deletions(context.project, plan)
    former = former_names(context, request, names, stored)
    found = read_stored_resources(planned, context, request, former=former, contents=contents)
    changes = compare_resources(
        context, planned.resources, found, prune=request.prune, take_over=request.take_over
    )
    plan = keep_used(replace(plan, resources=changes), context.backend)
    refused = (*unread(prepared), *protected(plan)) if request.prune else ()
    renames = dict(likely_renames(plan, prepared, stored, context))
    return replace(
        planned,
        plan=plan,
        prepared=prepared,
        refused=refused,
        renames=renames,
        stored=stored,
        stored_resources=found,
    )


def with_left_behind(planned: Planned, context: DeployContext, request: Request, last: LastDeploy) -> Planned:
    """Return *planned* with warnings about undeclared deployments of *last*, for backends without owners."""
    if not request.selection.is_whole or request.prune or context.backend.features.has_owners:
        return planned
    if len(planned.prepared) > _MOST_CHECKED:
        return planned
    names = last.names - names_of(planned.prepared)
    found = left_behind(names, planned.plan, planned.prepared, context)
    warnings, renames = (*planned.warnings, *found.warnings), {**planned.renames, **found.renames}
    return replace(planned, warnings=warnings, renames=renames)


def read_stored(names: Set[str], context: DeployContext, request: Request) -> Sequence[Stored]:
    """Return the stored deployments with *names*, and those of the project if they matter."""
    looks_at_all = request.prune or request.take_over or context.backend.features.has_owners
    owners = (context.owner.project, owner_before_targets(context.project)) if looks_at_all else ()
    projects = list(filter(None, owners))
    stored = context.backend.deployments(projects=projects, names=names)
    former = former_names(context, request, names, stored)
    return context.backend.deployments(projects=[*projects, *former], names=names) if former else stored


def read_stored_resources(
    planned: Planned,
    context: DeployContext,
    request: Request,
    *,
    former: frozenset[str] | None,
    contents: Contents | None = None,
) -> FoundResources:
    """Return the stored resources of the project; none if only a part of the project is planned."""
    if not request.selection.is_whole:
        return FoundResources()
    contents = contents or Contents(context.backend)
    return read_resources(context, planned.resources, contents, prune=request.prune, former=former)


def with_declared(context: DeployContext, request: Request) -> DeployContext:
    """Return *context* with a backend that already has the resources that *request* deploys."""
    if context.with_resources or not request.selection.is_whole:
        return context
    return replace(context, with_resources=True)


def _compare(
    context: DeployContext, prepared: Sequence[Prepared], actual: Sequence[Stored], request: Request
) -> Plan:
    """Compare the *prepared* deployments with the *actual* ones."""
    project, backend = context.project, context.backend
    # Prefect's dialect accepts two deployments with the same name. The last one counts.
    named = {each.deployment.full_name: each.deployment for each in prepared if each.deployment is not None}
    wanted = list(named.values())
    before, names = owner_before_targets(project), names_of(prepared)
    actual = [
        each
        for each in actual
        if before is None or each.deployment.project != before or each.deployment.full_name in names
    ]
    may_prune = request.prune and all(each.deployment is not None for each in prepared)
    prune = pruned_owners(context, request, names, actual) if may_prune else frozenset()
    if not request.take_over:
        check_owners(context, wanted, actual, prune=request.prune)
    ignore = ignored_fields(backend.features)  # a server's fields are known after reading
    changes = diff(
        wanted,
        actual,
        prune=prune,
        ignore=ignore,
        complete=partial(_versioned, context),
        adopt=backend.features.has_owners,
        renames_at_once=backend.features.is_atomic,
    )
    if request.take_over:
        former = former_owners(context, names, actual)
        changes += taken_over(context, tuple(changes), actual, former)
    kept = (each.deployment for each in actual if each.deployment.project in prune)
    stays = tuple(each.full_name for each in kept if each.protected and each.full_name not in named)
    return Plan(project.title, backend.url, tuple(changes), stays)


def ignored_fields(features: Features) -> frozenset[str]:
    """Return the fields of a deployment that cannot be compared with this backend."""
    lacks = {name for name, has in (("triggers", features.triggers), ("sla", features.sla)) if not has}
    return features.forgets | lacks


def _versioned(context: DeployContext, deployment: Deployment) -> Deployment:
    flow = context.reader.read(deployment.entrypoint or "")
    return context.versions.put_on(deployment, flow_version=flow.version or flow.source_digest)
