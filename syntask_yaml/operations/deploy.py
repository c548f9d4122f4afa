"""Make a backend have what a project declares: plan, build and push, plan again, write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from syntask_yaml.backend.base import Backend, Written
from syntask_yaml.errors import BackendConflict, BackendError, BackendRefused, BackendUnreachable
from syntask_yaml.model.deployment import Write
from syntask_yaml.model.events import Applied, Observer
from syntask_yaml.operations.choose import refuse_broken
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.deploy_lock import DeployLock
from syntask_yaml.operations.deployed import LastDeploy
from syntask_yaml.operations.fill_unknown import fill_unknown
from syntask_yaml.operations.history import begin_record, end_record
from syntask_yaml.operations.outcome import DONE, FAILED, Outcome, nothing_written, outcome_of
from syntask_yaml.operations.owners import refuse_second_project
from syntask_yaml.operations.pipelines import Built, run_steps_of
from syntask_yaml.operations.plan import (
    Planned,
    ignored_fields,
    make_plan,
    names_of,
    plan_of,
    read_stored,
    read_stored_resources,
    with_declared,
)
from syntask_yaml.operations.prepare import prepare_again
from syntask_yaml.operations.protection import refuse_protected
from syntask_yaml.operations.prune import Approval, only_approved
from syntask_yaml.operations.pruned_owners import former_names
from syntask_yaml.operations.request import Request
from syntask_yaml.operations.resources.shared import claim_shared
from syntask_yaml.operations.resources.write import ResourceWriter
from syntask_yaml.operations.saved import check_fresh
from syntask_yaml.operations.unset_names import refuse_unset_names
from syntask_yaml.plan.changes import Action, Change, Plan
from syntask_yaml.plan.codec import SavedPlan
from syntask_yaml.plan.diff import diff

_GIVEN = Approval(is_given=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployOptions:
    """How to deploy.

    *jobs*: how many lists of steps, and how many writes, at a time. *force*: a protected target is deployed
    from anywhere. *skip_build*: no step runs, and what
    steps decide stays as it is. *rebuild*: images are built though nothing changed. *wait*: for so many
    seconds, until another deploy of the project is done.
    """

    jobs: int = 8
    force: bool = False
    skip_build: bool = False
    rebuild: bool = False
    install_requirements: bool = False
    wait: float = 0.0


def deploy(
    context: DeployContext,
    request: Request,
    *,
    options: DeployOptions,
    notify: Observer,
    saved: SavedPlan | None = None,
    approval: Approval = _GIVEN,
) -> Outcome:
    """Do what *request* asks for; with *saved*, only if it still comes to the same plan.

    *approval* is asked for what is to be deleted.

    Everything is checked before the first step runs, and every step has run before the first write.
    Raises ProjectInvalid, PlanStale, and what reading the backend raises; what fails later is in the
    outcome.
    """
    refuse_broken(context.project, context.reader)
    if not options.force:
        refuse_protected(context)
    context = with_declared(context, request)
    planned = _plan(context, request, saved)
    if not (options.skip_build or request.keep_going):
        refuse_unset_names(planned.prepared, context)
    approval.check(planned.plan)
    approved = planned.plan
    with DeployLock(context.backend, planned.plan.project, wait=options.wait, notify=notify) as lock:
        if _must_plan_again(planned, lock, context, request):
            context = replace(context)  # what it has read is of before
            planned = _plan(context, request, saved)
        last = LastDeploy(context.backend, planned.plan.project)
        _check_origin(context, request, lock, last)
        built = _run_steps(planned, context, request, options, notify)
        if built.failed and not request.keep_going:
            return nothing_written(planned, built, built.diagnostics(context))
        if options.skip_build:
            planned = _from_backend(planned, context, request)
        elif built.outputs or built.failed:
            planned = _with_outputs(planned, built, context, request)
        if _must_plan_again(planned, lock, context, request):
            planned = plan_of(planned.prepared, planned, context, request)
        _check_origin(context, request, lock, last)
        planned = replace(planned, plan=only_approved(planned.plan, approved))
        if not request.selection.is_whole:
            claim_shared(context, planned.plan)
        return _write_all(planned, built, context, options.jobs, last, notify)


def _plan(context: DeployContext, request: Request, saved: SavedPlan | None) -> Planned:
    planned = make_plan(context, request)
    if saved is not None:
        check_fresh(saved, planned, context)
    return planned


def _must_plan_again(planned: Planned, lock: DeployLock, context: DeployContext, request: Request) -> bool:
    """Take the lock if there is something to write, and return whether the plan does not hold any more.

    Another deploy may have written between this one's reading and its lock: what it changed need not be
    among what is written here, so comparing before each write does not show it.
    """
    if not _writes(planned.plan) and all(each.write is None for each in planned.plan.resources):
        return False
    is_first = not lock.is_taken
    has_waited = lock.take()
    return has_waited or (is_first and _has_changed(planned, context, request))


def _check_origin(context: DeployContext, request: Request, lock: DeployLock, last: LastDeploy) -> None:
    """Refuse a second project of this one's name, once there is something to write."""
    if lock.is_taken and not request.take_over:
        refuse_second_project(context, last.origins)


def _has_changed(planned: Planned, context: DeployContext, request: Request) -> bool:
    """Whether the backend has anything else by now than when the plan was made."""
    names = names_of(planned.prepared)
    former = former_names(context, request, names, planned.stored)
    return (
        read_stored(names, context, request) != planned.stored
        or read_stored_resources(planned, context, request, former=former) != planned.stored_resources
    )


def _writes(plan: Plan) -> dict[str, Change]:
    """The changes that are to be written, by deployment."""
    return {change.deployment: change for change in plan.changes if change.write is not None}


def _run_steps(
    planned: Planned, context: DeployContext, request: Request, options: DeployOptions, notify: Observer
) -> Built:
    """Run the build and push steps of what is planned, unless they are to be skipped."""
    if options.skip_build:
        return Built({}, {})
    return run_steps_of(
        planned.prepared,
        context,
        jobs=options.jobs,
        install_requirements=options.install_requirements,
        keep_going=request.keep_going,
        notify=notify,
        rebuild=options.rebuild,
    )


def _with_outputs(planned: Planned, built: Built, context: DeployContext, request: Request) -> Planned:
    """Return the plan once the steps have run; what only their outputs show to be wrong stops it."""
    sound = [
        each._replace(deployment=None) if position in built.failed else each
        for position, each in enumerate(prepare_again(planned.prepared, context, built.outputs))
    ]
    return plan_of(sound, planned, context, request)


def _from_backend(planned: Planned, context: DeployContext, request: Request) -> Planned:
    """Return the plan with what the backend has stored in the place of what steps would decide."""
    hint = "Run it once without `--skip-build`."
    return plan_of(fill_unknown(planned.prepared, context.backend, hint=hint), planned, context, request)


def _write_all(
    planned: Planned, built: Built, context: DeployContext, jobs: int, last: LastDeploy, notify: Observer
) -> Outcome:
    """Write what is planned, resources that deployments need first, and keep a record of it."""
    record = begin_record(context, planned.plan)
    resources = ResourceWriter(context, planned.plan.resources, planned.stored_resources, notify)
    resources.write_before_deployments()
    written = _write(planned, context, jobs, notify)
    is_good = all(each.error is None for each in written.values())
    resources.write_after_deployments(may_delete=is_good)
    last.keep(planned.plan, written, resources.written, owner=context.owner)
    outcome = outcome_of(planned, written, resources.written, built.diagnostics(context))
    return end_record(context, record, outcome)


def _write(planned: Planned, context: DeployContext, jobs: int, notify: Observer) -> dict[str, Written]:
    """Write the changes; what became of each, by deployment."""
    changes = _writes(planned.plan)
    done: dict[str, Written] = {}
    if not changes:
        return done
    for number, written in enumerate(_write_in_order(changes.values(), context.backend, jobs), start=1):
        name = written.write.full_name
        done[name] = written
        error = written.error.detail if written.error else ""
        if changes[name].action is Action.UNCHANGED and not error:
            continue
        action = FAILED if error else DONE[changes[name].action]
        notify(Applied(name, action, error, number, len(changes)))
    return done | _overwritten(done, context.backend)


def _write_in_order(changes: Iterable[Change], backend: Backend, jobs: int) -> Iterator[Written]:
    """Write *changes*: first what a rename that stopped half way has left, then the rest.

    The new one of such a rename rests until the old one is gone; it is not written where that stays.
    """
    left = {each.deployment: each for each in changes if each.replaced_by}
    errors: dict[str, BackendError] = {}
    for written in backend.write(_of(left.values()), jobs=jobs) if left else ():
        if written.error is not None:
            errors[left[written.write.full_name].replaced_by] = written.error
        yield written
    rest = _of(each for each in changes if not each.replaced_by)
    for write in rest:
        if (error := errors.get(write.full_name)) is not None:
            detail = f"It was not written, because the one that it was renamed from remains: {error.detail}"
            yield Written(write, error=BackendRefused(detail, hint=error.hint))
    yield from backend.write([each for each in rest if each.full_name not in errors], jobs=jobs)


def _of(changes: Iterable[Change]) -> list[Write]:
    return [change.write for change in changes if change.write is not None]


def _overwritten(done: Mapping[str, Written], backend: Backend) -> dict[str, Written]:
    """What somebody else wrote over what was *done*, where a backend does not write all at once."""
    is_away = any(isinstance(written.error, BackendUnreachable) for written in done.values())
    good = {name: written for name, written in done.items() if written.error is None}
    if backend.features.is_atomic or is_away or not good:
        return {}
    try:
        lost = _differing([written.write for written in good.values()], backend)
    except BackendError as error:
        detail = f"It was deployed but could not be read back: {error.detail}"
        unread = BackendUnreachable(detail, hint=error.hint)
        return {name: written._replace(error=unread) for name, written in good.items()}
    detail = "Another process changed it during this deploy, and it is not as declared."
    conflict = BackendConflict(detail, hint="Find out what else deploys it, and deploy again.")
    return {name: good[name]._replace(error=conflict) for name in good if name in lost}


def _differing(writes: Sequence[Write], backend: Backend) -> set[str]:
    """The names under which the backend does not have what was written."""
    names = [write.full_name for write in writes]
    stored = {each.deployment.full_name: each for each in backend.deployments(names=names)}
    undeleted = {write.full_name for write in writes if write.after is None and write.full_name in stored}
    wanted = [write.after for write in writes if write.after is not None]
    changes = diff(wanted, stored.values(), ignore=ignored_fields(backend.features))
    return undeleted | {change.deployment for change in changes if change.action is not Action.UNCHANGED}
