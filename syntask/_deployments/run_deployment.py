"""Start runs of deployments from flow code; workers execute them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from syntask._runs.context import is_async
from syntask._runs.run import FlowRun, as_id
from syntask._runs.states import State
from syntask._runs.tracking import RunInfo

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from syntask_yaml.model.run import Run


def run_deployment(
    name: str | UUID,
    client: Any = None,  # noqa: ARG001  (the backend of the environment)
    parameters: Mapping[str, Any] | None = None,
    scheduled_time: datetime | None = None,
    flow_run_name: str | None = None,
    timeout: float | None = None,
    poll_interval: float | None = 5,  # noqa: ARG001  (the store is watched)
    tags: Iterable[str] | None = None,
    idempotency_key: str | None = None,
    work_queue_name: str | None = None,
    as_subflow: bool | None = True,  # noqa: ARG001  (always a separate run)
    job_variables: Mapping[str, Any] | None = None,
) -> Any:
    """Create a run of the deployment *name* (`flow/name`), wait until it ends, and return it.

    In async code, this is `arun_deployment`.

    Args:
        parameters: Arguments that override those of the deployment.
        scheduled_time: When the run is due. Default: now.
        flow_run_name: The name of the run. Default: two random words.
        timeout: The maximal wait in seconds; 0 returns the run immediately. A run that has not ended is
            returned in its current state.
        tags: Additional tags of the run.
        idempotency_key: A key that makes a second call return the run of the first.
        work_queue_name: Not available; must be None.
        job_variables: Job variables that override those of the deployment.

    Raises NotFound, and ProjectInvalid for invalid parameters or job variables.
    """
    options = {
        "parameters": parameters,
        "scheduled": scheduled_time,
        "run_name": flow_run_name,
        "timeout": timeout,
        "tags": tuple(tags or ()),
        "idempotency_key": idempotency_key,
        "work_queue_name": work_queue_name,
        "job_variables": job_variables,
    }
    return _in_thread(str(name), options) if is_async() else _run(str(name), options)


async def arun_deployment(name: str | UUID, *args: Any, **kwargs: Any) -> FlowRun:
    """Do what `run_deployment` does, while other coroutines go on. Its arguments are the same."""
    run: FlowRun = await run_deployment(name, *args, **kwargs)
    return run


async def _in_thread(name: str, options: Mapping[str, Any]) -> FlowRun:
    from asyncio import to_thread

    return await to_thread(_run, name, options)


def _run(name: str, options: Mapping[str, Any]) -> FlowRun:
    from syntask_yaml import sdk

    run: Run = sdk.run_deployment(name, options)
    info = RunInfo(
        run.id,
        run.name,
        run.flow,
        deployment_id=run.deployment_id,
        work_pool=run.work_pool,
        work_queue=run.work_queue,
    )
    found = FlowRun(
        as_id(run.id), run.name, frozenset(run.tags), flow_name=run.flow, parameters=run.parameters, info=info
    )
    found.start_time, found.end_time = run.started, run.ended
    found.state = State(run.state.type.value, run.state.name, run.state.message, timestamp=run.ended)
    found.state.state_details.flow_run_id = found.id
    return found
