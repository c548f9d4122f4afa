"""A dry run of a deployment, up to the call of the flow."""

from __future__ import annotations

import logging
import select
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from uuid import uuid4

from syntask_yaml.backend.base import Backend
from syntask_yaml.backend.queue import Claim
from syntask_yaml.backend.run_states import claim_on
from syntask_yaml.errors import SyntaskError
from syntask_yaml.model.deployment import Deployment
from syntask_yaml.model.events import Observer, StepOutput
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.model.pool_type import DEFAULT_TYPE
from syntask_yaml.model.run import Run, State, StateType
from syntask_yaml.operations.check import Failure
from syntask_yaml.operations.expected import ExpectedResources
from syntask_yaml.operations.pools import with_template
from syntask_yaml.stopping import TICK
from syntask_yaml.worker.execution import start_execution
from syntask_yaml.worker.protocol import Report
from syntask_yaml.worker.run_environment import NOTHING_ELSE, PullStepFailed
from syntask_yaml.worker.runner.base import Runner, Running
from syntask_yaml.worker.runner.process import start_process


@dataclass(frozen=True, slots=True)
class DryRunResult:
    """The result of a dry run, which took *seconds*; *failure* is None if a run would start."""

    seconds: float
    failure: Failure | None = None


def dry_run(
    deployment: Deployment,
    backend: Backend,
    *,
    environ: Mapping[str, str],
    timeout: float,
    notify: Observer,
    expected: ExpectedResources = NOTHING_ELSE,
    start: Runner = start_process,
) -> DryRunResult:
    """Do the work of a worker with *environ*, in an empty directory that is removed afterwards.

    *expected* objects count as if the backend had them.

    The run is started by *start*. The pull steps run, the entrypoint is loaded and the parameters are bound;
    exceeding *timeout* seconds is a failure. On return, the run and all processes that it started have ended.
    """
    began = monotonic()
    with TemporaryDirectory(prefix="syntask-check-") as home:
        try:
            claim = claim_of(deployment, backend, expected)
            execution = start_execution(
                claim, backend, start, home=Path(home), environ=environ, expected=expected
            )
        except (SyntaskError, OSError, ValueError) as error:  # ValueError: an invalid environment
            return DryRunResult(monotonic() - began, failure_to_start(error))
        try:
            failure_or_none = _watch(execution.running, deployment.full_name, began + timeout, notify)
        finally:
            execution.close()
    return DryRunResult(monotonic() - began, failure_or_none)


def claim_of(deployment: Deployment, backend: Backend, expected: ExpectedResources = NOTHING_ELSE) -> Claim:
    """Return a claimed run of *deployment*, which no backend has."""
    pool = pool_of(deployment, backend, expected)
    run = Run(
        id=str(uuid4()),
        name="check",
        flow=deployment.flow,
        deployment_id=None,
        deployment=deployment.full_name,
        state=State(StateType.PENDING),
        parameters=deployment.parameters,
    )
    return claim_on(run, "", deployment, pool or WorkPool(name="", type=DEFAULT_TYPE))


def pool_of(
    deployment: Deployment, backend: Backend, expected: ExpectedResources = NOTHING_ELSE
) -> WorkPool | None:
    """Return the work pool of *deployment*; None if there is none."""
    pools = expected.pools({each.name: each for each in backend.pools()})
    pool = pools.get(str(deployment.work_pool))
    return pool and with_template(pool, backend)


def _watch(run: Running, label: str, deadline: float, notify: Observer) -> Failure | None:
    while True:
        code = run.poll()
        for report in run.hear():
            match report.kind:
                case "ready":
                    return None
                case "failed":
                    return failure_of(report)
                case "log" if report.logger in ("stdout", "stderr") or report.level < logging.ERROR:
                    notify(StepOutput(label, report.message, report.level >= logging.ERROR))
        if code is not None:
            return Failure("start", run.explain(code))
        if monotonic() > deadline:
            return too_long()
        select.select(run.descriptors, (), (), TICK)


def failure_to_start(error: SyntaskError | OSError | ValueError) -> Failure:
    """Return the failure of a run that could not be started."""
    if isinstance(error, PullStepFailed):
        return Failure("pull", error.detail, error.hint, error.index)
    if isinstance(error, SyntaskError):
        return Failure("start", error.detail, error.hint)
    return Failure("start", str(error))


def failure_of(report: Report) -> Failure:
    """Return the failure that a run reported before the call of the flow."""
    return Failure(report.stage, report.message, report.hint, report.step)


def too_long() -> Failure:
    """Return the failure of a run that was not ready in time."""
    return Failure("start", "The run was not ready in time.", "Increase `--timeout`, in seconds.")
