"""Deploy a project: plan, build and push, plan again, write."""

from __future__ import annotations

from dataclasses import dataclass, replace

from syntask_yaml.model.events import Observer
from syntask_yaml.operations.choose import refuse_broken
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.deploy_lock import DeployLock
from syntask_yaml.operations.deployed import LastDeploy
from syntask_yaml.operations.fill_unknown import fill_unknown
from syntask_yaml.operations.history import begin_record, end_record
from syntask_yaml.operations.outcome import Outcome, nothing_written, outcome_of
from syntask_yaml.operations.owners import refuse_second_project
from syntask_yaml.operations.pipelines import Built, run_steps_of
from syntask_yaml.operations.plan import (
    Planned,
    make_plan,
    plan_of,
    read_stored,
    read_stored_resources,
    with_declared,
    with_left_behind,
)
from syntask_yaml.operations.prepare import prepare_again
from syntask_yaml.operations.protection import refuse_protected
from syntask_yaml.operations.prune import Approval, only_approved
from syntask_yaml.operations.pruned_owners import former_names
from syntask_yaml.operations.renames import names_of
from syntask_yaml.operations.request import Request
from syntask_yaml.operations.resources.write import ResourceWriter, claim_shared
from syntask_yaml.operations.saved import check_fresh
from syntask_yaml.operations.unset_names import refuse_unset_names
from syntask_yaml.operations.write_deployments import write_deployments, writes_of
from syntask_yaml.plan.codec import SavedPlan

_GIVEN = Approval(is_given=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployOptions:
    """How to deploy.

    *jobs*: the maximum number of concurrent step lists and writes. *force*: deploy a protected target from
    any branch and checkout. *skip_build*: run no steps; fields that depend on them keep their stored values.
    *rebuild*: build images even if nothing changed. *wait*: wait so many seconds for another deploy of the
    project. *destroys*: record the deploy as a destroy.
    """

    jobs: int = 8
    force: bool = False
    skip_build: bool = False
    rebuild: bool = False
    install_requirements: bool = False
    wait: float = 0.0
    destroys: bool = False


def deploy(
    context: DeployContext,
    request: Request,
    *,
    options: DeployOptions,
    notify: Observer,
    saved: SavedPlan | None = None,
    approval: Approval = _GIVEN,
) -> Outcome:
    """Deploy what *request* selects; with *saved*, only if the plan is still the same.

    *approval* confirms deletions. Everything is checked before the first step runs, and all steps have run
    before the first write.

    Raises ProjectInvalid, PlanStale, and errors of reading the backend. Later failures are in the outcome.
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
            context = replace(context)  # discards cached reads
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
        if lock.is_taken:
            approval.confirm()
            planned = with_left_behind(planned, context, request, last)
        planned = replace(planned, plan=only_approved(planned.plan, approved))
        if not request.selection.is_whole:
            claim_shared(context, planned.plan)
        return _write_all(planned, built, context, options, last, notify)


def _plan(context: DeployContext, request: Request, saved: SavedPlan | None) -> Planned:
    planned = make_plan(context, request)
    if saved is not None:
        check_fresh(saved, planned, context)
    return planned


def _must_plan_again(planned: Planned, lock: DeployLock, context: DeployContext, request: Request) -> bool:
    """Take the lock if there is something to write, and return whether the plan is out of date.

    Another deploy may have written between the plan and the lock. The check before each write does not notice
    changes of other objects.
    """
    if not writes_of(planned.plan) and all(each.write is None for each in planned.plan.resources):
        return False
    is_first = not lock.is_taken
    has_waited = lock.take()
    return has_waited or (is_first and _has_changed(planned, context, request))


def _check_origin(context: DeployContext, request: Request, lock: DeployLock, last: LastDeploy) -> None:
    """Reject a second project of the same name, once there is something to write."""
    if lock.is_taken and not request.take_over:
        refuse_second_project(context, last.origins)


def _has_changed(planned: Planned, context: DeployContext, request: Request) -> bool:
    """Return whether the backend has changed since the plan was made."""
    names = names_of(planned.prepared)
    former = former_names(context, request, names, planned.stored)
    return (
        read_stored(names, context, request) != planned.stored
        or read_stored_resources(planned, context, request, former=former) != planned.stored_resources
    )


def _run_steps(
    planned: Planned, context: DeployContext, request: Request, options: DeployOptions, notify: Observer
) -> Built:
    """Run the build and push steps of the plan, unless they are skipped."""
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
    """Return the plan with the outputs of the steps. Raises ProjectInvalid for problems that the outputs
    reveal."""
    sound = [
        each._replace(deployment=None) if position in built.failed else each
        for position, each in enumerate(prepare_again(planned.prepared, context, built.outputs))
    ]
    return plan_of(sound, planned, context, request)


def _from_backend(planned: Planned, context: DeployContext, request: Request) -> Planned:
    """Return the plan with stored values in place of the outputs of skipped steps."""
    hint = "Run it once without `--skip-build`."
    return plan_of(fill_unknown(planned.prepared, context.backend, hint=hint), planned, context, request)


def _write_all(
    planned: Planned,
    built: Built,
    context: DeployContext,
    options: DeployOptions,
    last: LastDeploy,
    notify: Observer,
) -> Outcome:
    """Write the plan, beginning with the resources that deployments need, and record the deploy."""
    record = begin_record(context, planned.plan, destroys=options.destroys)
    resources = ResourceWriter(context, planned.plan.resources, planned.stored_resources, notify)
    resources.write_before_deployments()
    written = write_deployments(planned.plan, context.backend, options.jobs, notify)
    is_good = all(each.error is None for each in written.values())
    resources.write_after_deployments(may_delete=is_good)
    last.keep(planned.plan, written, resources.written, owner=context.owner)
    outcome = outcome_of(planned, written, resources.written, built.diagnostics(context))
    return end_record(context, record, outcome)
