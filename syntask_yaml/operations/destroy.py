"""Delete everything that a project has deployed in one target: an empty deploy with prune."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from syntask_yaml.document.reader import read
from syntask_yaml.errors import UsageError
from syntask_yaml.model.events import Observer
from syntask_yaml.operations.deploy import DeployOptions, deploy
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.expiry import find_expired
from syntask_yaml.operations.outcome import Outcome
from syntask_yaml.operations.plan import Planned, make_plan
from syntask_yaml.operations.project import ProjectLocation
from syntask_yaml.operations.project import read as read_files
from syntask_yaml.operations.prune import Approval
from syntask_yaml.operations.request import Request
from syntask_yaml.operations.selection import Selection
from syntask_yaml.plan.changes import UNDECLARED, Action, Change, Plan, ResourceChange
from syntask_yaml.project.load import Project, load_project
from syntask_yaml.source import Source

C = TypeVar("C", Change, ResourceChange)

_EVERYTHING = Request(selection=Selection(all=True), prune=True)


def expired_contexts(context: DeployContext, now: datetime) -> list[DeployContext]:
    """Return *context* for each owner in its target that has expired by *now*."""
    return [replace(context, preview=owner) for owner in find_expired(context, now)]


def expiring_projects(location: ProjectLocation) -> list[Project]:
    """Return the project at *location* for each target that `expires`, or for the named target.

    Raises UsageError if there is none.
    """
    reading = read_files(location)
    projects = [reading.choose(location.target)] if location.target else map(reading.project, reading.targets)
    found = [each for each in projects if each.target is not None and each.target.lifetime is not None]
    if not found:
        what = f"The target `{location.target}` has no" if location.target else "No target of the project has"
        raise UsageError(f"{what} `expires`.", hint="Write `expires: 7d` in the target.")
    return found


def plan_destroy(context: DeployContext) -> Planned:
    """Return the plan of `destroy`. Raises UsageError for a project without a name, which owns nothing."""
    planned = make_plan(_without_declarations(context), _EVERYTHING)
    return replace(planned, plan=_with_reasons(planned.plan, context))


@dataclass(frozen=True, slots=True)
class Removals:
    """The deletions of several owners at once: the *plans* by the names of the owners.

    *shared* are the resources that have no owner left after all of these deletions.
    """

    plans: Mapping[str, Plan]
    shared: frozenset[str] = frozenset()

    @property
    def counts(self) -> Mapping[str, str]:
        """The number and kinds of deleted objects of each owner that loses any: `2 deployments`."""
        return {owner: plan.deleted_count for owner, plan in self.plans.items() if plan.deleted_names}

    def covers(self, plan: Plan) -> bool:
        """Return whether these deletions include all deletions of *plan*."""
        known = {name for each in self.plans.values() for name in each.deleted_names}
        return known | self.shared >= set(plan.deleted_names)


def plan_removals(contexts: Sequence[DeployContext]) -> Removals:
    """Return the plans of `destroy` for all of *contexts*, each with another owner."""
    planned = {context.owner.project or "": plan_destroy(context) for context in contexts}
    shared = (name for each in planned.values() for name in _shared_among(each, planned.keys()))
    return Removals({owner: each.plan for owner, each in planned.items()}, frozenset(shared))


def _shared_among(planned: Planned, owners: Set[str]) -> Iterator[str]:
    """Yield the resources that a plan leaves to other owners, if these are all among *owners*."""
    for change in planned.plan.resources:
        if change.action is Action.UNCHANGED and change.write is not None and change.write.after is None:
            ledgers = planned.stored_resources.ledgers
            holders = {each.owner.project for each in ledgers if change.full_name in each.names}
            if holders <= owners:
                yield change.full_name


def destroy(
    context: DeployContext, *, options: DeployOptions, notify: Observer, approval: Approval
) -> Outcome:
    """Delete everything that the project owns in its target, after *approval*.

    Protected deployments are kept and reported. Raises as `deploy` does.
    """
    emptied, options = _without_declarations(context), replace(options, destroys=True)
    ask = approval.ask
    if ask is not None:
        approval = approval._replace(ask=lambda plan: ask(_with_reasons(plan, context)))
    return deploy(emptied, _EVERYTHING, options=options, notify=notify, approval=approval)


def _with_reasons(plan: Plan, context: DeployContext) -> Plan:
    """Return *plan* with other reasons than "undeclared" for deletions: the file may declare them."""
    target = context.project.target
    reason = f"target {target.name} is destroyed" if target is not None else "the project is destroyed"
    reason = reason if context.preview is None else "expired"
    return replace(
        plan,
        changes=tuple(_because(reason, each) for each in plan.changes),
        resources=tuple(_because(reason, each) for each in plan.resources),
    )


def _because(reason: str, change: C) -> C:
    return replace(change, reason=reason) if change.reason == UNDECLARED else change


def _without_declarations(context: DeployContext) -> DeployContext:
    project = context.project
    if project.name is None:
        raise UsageError(
            "The project file has no `name`, so nothing that was deployed from it is marked as its own.",
            hint="Delete deployments with `syntask deployment delete`.",
        )
    return replace(context, project=_emptied(project))


def _emptied(project: Project) -> Project:
    nothing = read(Source(project.document.source.name, "deployments: []"))
    loaded = load_project(nothing, project.root, dialect=project.dialect)
    return replace(
        loaded,
        name=project.name,
        file=project.file,
        files=project.files,
        target=project.target,
        values=project.values,
    )
