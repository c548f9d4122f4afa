"""List deployments, and create, follow and cancel runs."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from syntask_yaml.api.backends import AnyBackend, opened
from syntask_yaml.api.names import listed
from syntask_yaml.backend.base import Backend, RunFilter
from syntask_yaml.errors import UsageError
from syntask_yaml.model.deployment import Stored
from syntask_yaml.model.run import LogLine, Run
from syntask_yaml.operations.deployments import find_deployments, run_deployment, set_paused
from syntask_yaml.operations.runs import find_run, watch
from syntask_yaml.project.filters import Filters


def deployments(names: Sequence[str] = (), *, backend: AnyBackend = None) -> list[Stored]:
    """Return the stored deployments that match *names* (`flow/name` or globs), or all. Raises NotFound."""
    with opened(backend) as found:
        return find_deployments(found, Filters(names=listed(names)))


def pause(names: Sequence[str], *, backend: AnyBackend = None) -> None:
    """Pause the schedules of deployments. Raises NotFound, BackendError."""
    with opened(backend) as found:
        set_paused(found, _meant(found, names), paused=True)


def resume(names: Sequence[str], *, backend: AnyBackend = None) -> None:
    """Resume the schedules of deployments. Raises NotFound, BackendError."""
    with opened(backend) as found:
        set_paused(found, _meant(found, names), paused=False)


def _meant(backend: Backend, names: Sequence[str]) -> list[Stored]:
    return find_deployments(backend, Filters(names=listed(names))) if names else []


def run(
    name: str,
    parameters: Mapping[str, Any] | None = None,
    *,
    backend: AnyBackend = None,
    job_variables: Mapping[str, Any] | None = None,
    tags: Sequence[str] = (),
    run_name: str | None = None,
    scheduled: datetime | None = None,
) -> Run:
    """Create a run of the deployment *name* (`flow/name`), due at once or at *scheduled* (aware).

    A worker executes it. Raises NotFound, ProjectInvalid for parameters that the flow does not accept, and
    UsageError for parameters that are not a mapping.
    """
    with opened(backend) as found:
        return run_deployment(
            found,
            name,
            parameters=_mapping("parameters", parameters),
            job_variables=_mapping("job_variables", job_variables),
            tags=listed(tags),
            run_name=run_name,
            scheduled=scheduled,
        )


def _mapping(argument: str, value: Any) -> Mapping[str, Any]:
    if value is not None and not isinstance(value, Mapping):
        detail = f"`{argument}` is a {type(value).__name__}, which is not a mapping."
        raise UsageError(detail, hint=f'Pass names and values: `{argument}={{"name": value}}`.')
    return value or {}


def runs(deployment: str | None = None, *, backend: AnyBackend = None, limit: int = 200) -> list[Run]:
    """Return up to *limit* runs of one deployment (`flow/name`) or of all, latest due time first."""
    with opened(backend) as found:
        return found.runs(RunFilter(deployment=deployment, limit=limit))


def logs(run: Run | str, *, backend: AnyBackend = None) -> list[LogLine]:
    """Return the log lines of a run, given as a value or an id, so far."""
    with opened(backend) as found:
        return found.logs(find_run(found, run if isinstance(run, str) else run.id).id)


def wait(run: Run | str, *, backend: AnyBackend = None, timeout: float | None = None) -> Run:
    """Wait for a run to end and return it. Raises TimeoutError after *timeout* seconds, NotFound."""
    until = None if timeout is None else time.monotonic() + timeout

    def sleep(seconds: float) -> None:
        if until is not None and time.monotonic() > until:
            raise TimeoutError(f"The run did not end within {timeout:g} s.")
        time.sleep(seconds)

    with opened(backend) as found:
        meant = find_run(found, run if isinstance(run, str) else run.id)
        for _ in watch(found, meant, sleep=sleep):
            pass
        return find_run(found, meant.id)
