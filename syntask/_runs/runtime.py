"""Attributes of the current run: `syntask.runtime.flow_run.name`.

Outside of a run, they are None or empty. Variables such as SYNTASK__RUNTIME__FLOW_RUN__NAME override them,
for tests of flow code.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from syntask._runs.context import FlowRunContext, TaskRunContext
from syntask._runs.run import FlowRun, TaskRun

Fields = Mapping[str, tuple[Callable[[Any], Any], Any]]


def _flow_run() -> FlowRun | None:
    flow = FlowRunContext.get()
    return None if flow is None else flow.flow_run


def _task_run() -> TaskRun | None:
    task = TaskRunContext.get()
    return None if task is None else task.task_run


def _root(run: FlowRun) -> FlowRun:
    while run.parent is not None:
        run = run.parent
    return run


def _info(name: str) -> Callable[[FlowRun], Any]:
    """Return an attribute of the root run from its worker or store."""
    return lambda run: getattr(run.info, name, None)


def _of_context(kind: type[FlowRunContext | TaskRunContext], name: str) -> Callable[[Any], Any]:
    def found(_run: Any) -> Any:
        value = getattr(kind.get(), name)
        return dict(value) if isinstance(value, Mapping) else value

    return found


def _version(_run: FlowRun) -> str | None:
    context = FlowRunContext.get()
    return None if context is None else context.flow.version


def _due(run: FlowRun) -> datetime | None:
    return run.expected_start_time


FLOW_RUN: Fields = {
    "id": (lambda run: str(run.id), None),
    "name": (lambda run: run.name, None),
    "tags": (lambda run: list(run.tags), ()),
    "flow_name": (lambda run: run.flow_name, None),
    "flow_version": (_version, None),
    "parameters": (_of_context(FlowRunContext, "parameters"), {}),
    "run_count": (lambda run: run.run_count, 0),
    "scheduled_start_time": (_due, None),
    "parent_flow_run_id": (lambda run: run.parent and str(run.parent.id), None),
    "parent_deployment_id": (lambda run: run.parent and _info("deployment_id")(run), None),
    "root_flow_run_id": (lambda run: str(_root(run).id), None),
    "work_pool_name": (_info("work_pool"), None),
    "work_queue_name": (_info("work_queue"), None),
    "job_variables": (lambda _run: None, None),
    "api_url": (lambda _run: None, None),
    "ui_url": (lambda _run: None, None),
}
TASK_RUN: Fields = {
    "id": (lambda run: str(run.id), None),
    "name": (lambda run: run.name, None),
    "tags": (lambda run: list(run.tags), ()),
    "run_count": (lambda run: run.run_count, 0),
    "task_name": (lambda run: run.task_name, None),
    "parameters": (_of_context(TaskRunContext, "parameters"), {}),
    "api_url": (lambda _run: None, None),
    "ui_url": (lambda _run: None, None),
}
DEPLOYMENT: Fields = {
    "id": (_info("deployment_id"), None),
    "name": (_info("deployment"), None),
    "version": (lambda _run: None, None),
    "flow_run_id": (lambda run: str(run.id), None),
    "parameters": (lambda run: dict(run.info.parameters) if run.info else {}, {}),
}
_MODULES: Mapping[str, tuple[Callable[[], Any], Fields]] = {
    "flow_run": (_flow_run, FLOW_RUN),
    "task_run": (_task_run, TASK_RUN),
    "deployment": (_flow_run, DEPLOYMENT),
}


def names(module: str) -> list[str]:
    """Return the names of the attributes of `syntask.runtime.`*module*."""
    return sorted(_MODULES[module][1])


def fact(module: str, name: str) -> Any:
    """Return the attribute *name* of `syntask.runtime.`*module*. Raises AttributeError if unknown."""
    find, fields = _MODULES[module]
    if name not in fields:
        raise AttributeError(f"`syntask.runtime.{module}` has no `{name}`; it has {', '.join(fields)}.")
    variable = f"RUNTIME__{module.upper()}__{name.upper()}"
    for prefix in ("SYNTASK__", "PREFECT__"):
        if (given := os.environ.get(prefix + variable)) is not None:
            return _typed(given, fields[name][1])
    run = find()
    read, outside = fields[name]
    if run is not None:
        return read(run)
    return list(outside) if isinstance(outside, tuple) else outside


def _typed(text: str, example: Any) -> Any:
    if isinstance(example, tuple):
        return text.split(",")
    return int(text) if isinstance(example, int) else text
