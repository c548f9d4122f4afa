"""The life cycle of a run: how it is created, and how each event changes its state.

SCHEDULED ─claim─▶ PENDING ─report─▶ RUNNING ─report─▶ COMPLETED | FAILED | CRASHED | CANCELLED
    ▲          reap │                   │ cancel
    └───────────────┘                   └─▶ CANCELLING ─report, reap─▶ CANCELLED …
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from syntask_yaml.backend.ids import new_id, run_name
from syntask_yaml.backend.queue import Claim
from syntask_yaml.errors import BackendConflict, BackendRefused, NotFound
from syntask_yaml.model.pool import DEFAULT_QUEUE
from syntask_yaml.model.run import Cause, CauseKind, Run, RunRequest, State, StateType, short_id
from syntask_yaml.model.value import Json, known

if TYPE_CHECKING:
    from syntask_yaml.model.child_run import ChildRun
    from syntask_yaml.model.deployment import Deployment, Stored
    from syntask_yaml.model.pool import WorkPool
    from syntask_yaml.model.schedule import Schedule

# A running worker claims a due run sooner; after this time the run is late.
PATIENCE = timedelta(seconds=15)
# The number of times that a claimed run which was not started becomes due again.
RESTARTS = 3
# The number of runs that the error for an ambiguous prefix lists.
CANDIDATES = 5

SCHEDULED = State(StateType.SCHEDULED)
LATE = State(StateType.SCHEDULED, "Late")
AWAITING = State(StateType.SCHEDULED, "AwaitingConcurrencySlot")
PENDING = State(StateType.PENDING)
ORPHANED = State(StateType.CANCELLED, message="The deployment was deleted.")
SURPLUS = State(
    StateType.CANCELLED, message="The deployment's concurrency limit was reached when this run was due."
)
NEVER_BEGAN = State(
    StateType.CRASHED, message="Every worker that claimed the run stopped before starting it."
)
_ABANDONED = State(StateType.CRASHED, message="The worker that executed the run stopped responding.")
_LOST_SCRIPT = State(StateType.CRASHED, message="The script that called the flow stopped responding.")


def requested_run(request: RunRequest, stored: Stored, now: datetime) -> Run:
    """Return the run for *request*."""
    run = _new_run(stored, request.parameters, now)
    return replace(
        run,
        name=request.name or run.name,
        job_variables=request.job_variables,
        tags=tuple(dict.fromkeys((*run.tags, *request.tags))),
        scheduled=request.scheduled or now,
    )


def script_run(flow: str, parameters: Mapping[str, Json], by: str) -> Run:
    """Return the run of a *flow* called by a script, which is identified as *by*."""
    run_id = new_id()
    return Run(
        id=run_id,
        name=run_name(run_id),
        flow=flow,
        deployment_id=None,
        deployment=None,
        state=State(StateType.RUNNING),
        parameters=parameters,
        worker=by,
    )


def scheduled_run(stored: Stored, schedule: Schedule, due: datetime, now: datetime) -> Run:
    """Return the run of *schedule* for the time *due*."""
    return replace(_new_run(stored, schedule.parameters, now), is_scheduled=True, scheduled=due)


def _new_run(stored: Stored, parameters: Mapping[str, Json], now: datetime) -> Run:
    deployment, run_id = stored.deployment, new_id()
    return Run(
        id=run_id,
        name=run_name(run_id),
        flow=deployment.flow,
        deployment_id=stored.id,
        deployment=deployment.full_name,
        state=SCHEDULED,
        parameters={**deployment.parameters, **parameters},
        tags=known(deployment.tags),
        work_pool=known(deployment.work_pool),
        work_queue=known(deployment.work_queue) or DEFAULT_QUEUE,
        created=now,
    )


def claim_on(run: Run, token: str, deployment: Deployment, pool: WorkPool) -> Claim:
    """Return the claim of a worker on *run* of *pool*."""
    from syntask_yaml.model import job_variables

    return Claim(
        run=run,
        token=token,
        pool_type=pool.type,
        entrypoint=deployment.entrypoint or "",
        parameters=run.parameters,
        job_variables=job_variables.merged(deployment.job_variables, run.job_variables),
        base_job_template=pool.base_job_template,
        pull_steps=deployment.pull_steps,
    )


def reported(run: Run, state: State, now: datetime) -> Run:
    """Return *run* after the report of *state*. Only final states end CANCELLING."""
    if run.state.type is StateType.CANCELLING and not state.type.is_final:
        return run
    begins = state.type is StateType.RUNNING and run.started is None
    asked = _asked_for(run) if state.type is StateType.CANCELLED else None
    return replace(
        run,
        state=replace(state, cause=state.cause or asked),
        started=now if begins else run.started,
        ended=now if state.type.is_final else None,
    )


def _asked_for(run: Run) -> Cause | None:
    """Return the request that put *run* into CANCELLING, if it is in that state."""
    return run.state.cause if run.state.type is StateType.CANCELLING else None


def cancelled(run: Run, now: datetime, *, by: str) -> Run:
    """Return *run* after *by* (`user@host`) requested its end. Raises BackendConflict if it has ended.

    A later request does not replace the cause of the first one.
    """
    cause = _asked_for(run) or Cause(kind=CauseKind.REQUEST, who=by, at=now)
    match run.state.type:
        case StateType.SCHEDULED | StateType.PENDING:
            return replace(run, state=State(StateType.CANCELLED, cause=cause), ended=now)
        case StateType.RUNNING | StateType.CANCELLING:
            return replace(run, state=State(StateType.CANCELLING, cause=cause))
    raise BackendConflict(
        f"The run `{run.name}` has already ended as {run.state.name}.",
        hint="Only runs that have not ended can be cancelled.",
    )


def _due_again(run: Run, now: datetime) -> Run:
    """Return *run*, which has not started, after the loss of its worker."""
    if run.deployment_id is None:
        return replace(run, state=ORPHANED, ended=now)
    return replace(run, state=SCHEDULED)


def abandoned(run: Run, *, restarts: int, now: datetime) -> Run:
    """Return *run* after the loss of its worker. *restarts* is how often it became due again before."""
    match run.state.type:
        case StateType.PENDING if restarts < RESTARTS:
            return _due_again(run, now)
        case StateType.PENDING:
            return replace(run, state=NEVER_BEGAN, ended=now)
        case StateType.CANCELLING:
            return replace(run, state=State(StateType.CANCELLED, cause=run.state.cause), ended=now)
    cause = Cause(kind=CauseKind.WORKER_LOST, who=run.worker or "", at=run.held_until)
    state = _LOST_SCRIPT if run.is_of_script else _ABANDONED
    return replace(run, state=replace(state, cause=cause), ended=now)


def retried(run: Run) -> RunRequest:
    """Return the request that repeats *run*. Raises BackendConflict if it is active or has no deployment."""
    if not run.state.type.is_final:
        raise BackendConflict(
            f"The run `{run.name}` has not ended: it is {run.state.name}.",
            hint="Only runs that have ended can be retried.",
        )
    if run.is_of_script:
        raise BackendConflict(
            f"The run `{run.name}` has no deployment: a script called the flow.",
            hint="Run the script again, or deploy the flow and run the deployment.",
        )
    if run.deployment_id is None:
        raise BackendConflict(
            f"The deployment of the run `{run.name}` was deleted.", hint="Deploy it, and run it."
        )
    return RunRequest(
        deployment_id=run.deployment_id,
        parameters=run.parameters,
        job_variables=run.job_variables,
        tags=run.tags,
        idempotency_key=f"retry:{run.id}",
    )


def retried_already(run: Run, by: Run) -> BackendConflict:
    return BackendConflict(
        f"The run `{run.name}` was retried already, by the run `{by.name}` ({short_id(by.id)}).",
        hint="Retry that one, or pass `--again`.",
    )


def seen(run: Run, now: datetime) -> Run:
    """Return *run* for display, in the state Late if it is overdue.

    A run of a script that stopped responding has crashed: there may be no worker that reaps it.
    """
    if run.is_of_script and run.state.type.holds_slot and run.held_until and run.held_until < now:
        return abandoned(run, restarts=0, now=run.held_until)
    if run.state == SCHEDULED and run.scheduled and run.scheduled < now - PATIENCE:
        return replace(run, state=LATE)
    return run


def child_seen(child: ChildRun, run: Run) -> ChildRun:
    """Return *child* for display, ended with *run*."""
    if child.state.type.is_final or not run.state.type.is_final:
        return child
    return child._replace(state=State(run.state.type, message=run.state.message), ended=run.ended)


def only_one(prefix: str, found: Sequence[Run]) -> Run | None:
    """Return the only run in *found*, those matching *prefix*. Raises BackendRefused if there are several."""
    if len(found) > 1:
        listed = ", ".join(f"`{run.id}` ({run.name})" for run in found[:CANDIDATES])
        listed += ", …" if len(found) > CANDIDATES else ""
        raise BackendRefused(
            f"`{prefix}` matches several runs: {listed}.", hint="Use more characters of the ID."
        )
    return found[0] if found else None


def no_such_deployment(id: str) -> NotFound:
    return NotFound(
        f"The backend has no deployment with the ID `{id}`.",
        hint="Run `syntask deployment ls` to list the deployments.",
    )


def no_such_run(id: str) -> NotFound:
    return NotFound(
        f"The backend has no run `{id}`.",
        hint="Run `syntask flow-run ls` to list the runs, and pass an id, or the beginning of that of a "
        "recent run, not a name.",
    )
