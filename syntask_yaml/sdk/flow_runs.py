"""Run deployments from flow code."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from syntask_yaml import api
from syntask_yaml.errors import UsageError
from syntask_yaml.model.run import Run
from syntask_yaml.operations.deployments import run_deployment as create_run
from syntask_yaml.operations.runs import find_run
from syntask_yaml.sdk.backends import open_backend
from syntask_yaml.sdk.values import json_of


def run_deployment(name: str, options: Mapping[str, Any]) -> Run:
    """Create a run of the deployment *name* with the *options* of the call, and wait for it.

    Raises NotFound, ProjectInvalid, UsageError.
    """
    if options["work_queue_name"] is not None:
        raise UsageError(
            "A run has the work queue of its deployment.",
            hint="Leave out `work_queue_name`, or deploy the flow to that queue.",
        )
    timeout = options["timeout"]
    with open_backend() as backend:
        run = create_run(
            backend,
            name,
            parameters=json_of(dict(options["parameters"] or {})),
            job_variables=json_of(dict(options["job_variables"] or {})),
            tags=options["tags"],
            run_name=options["run_name"],
            scheduled=options["scheduled"],
            idempotency_key=options["idempotency_key"],
        )
        if timeout != 0:
            with suppress(TimeoutError):
                return api.wait(run, backend=backend, timeout=timeout)
        return find_run(backend, run.id)
