"""Inputs of a run: results of other runs in its parameters, and runs to wait for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syntask._arguments.futures import Future
from syntask._arguments.visit import are_plain, futures_in, results_in
from syntask._driving.steps import Block, Steps


def upstream_of(parameters: Mapping[str, Any], wait_for: Any = None) -> tuple[str, ...]:
    """Return the ids of the task runs in *parameters* and *wait_for*, as futures or states."""
    if not wait_for and are_plain(parameters.values()):
        return ()
    ids: dict[str, None] = {}
    for each in futures_in([*parameters.values(), wait_for]):
        run = each.task_run_id if isinstance(each, Future) else each.state_details.task_run_id
        if run is not None:
            ids[str(run)] = None
    return tuple(ids)


def resolved(parameters: Mapping[str, Any], wait_for: Any) -> Steps[Mapping[str, Any]]:
    """Wait for all futures in *parameters* and *wait_for*, and return the parameters with their results.

    Raises UpstreamTaskError if a run did not complete.
    """
    if not wait_for and are_plain(parameters.values()):
        return parameters

    def results() -> Mapping[str, Any]:
        found = {name: results_in(value) for name, value in parameters.items()}
        results_in(wait_for)
        return found

    if any(isinstance(each, Future) for each in futures_in([*parameters.values(), wait_for])):
        waited: Mapping[str, Any] = yield Block(results)
        return waited
    return results()
