"""The JSON documents of runs, pools, workers and values, for commands and the web UI."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # every command loads this module, and few use these types
    from syntask_yaml.model.activity import Activity
    from syntask_yaml.model.block import Variable
    from syntask_yaml.model.child_run import ChildRun
    from syntask_yaml.model.pool import WorkPool, WorkQueue
    from syntask_yaml.model.run import LogLine, Run
    from syntask_yaml.model.worker import ServingWorker


def document(command: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON document of a *command*, which begins with its format."""
    return {"format": f"syntask.{command}/1", **content}


def json_default(value: Any) -> Any:
    """Convert *value*, which is not a JSON value: the `default` function for `json.dumps`."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (set, frozenset, tuple)):
        return list(value)
    return str(value)


def run_document(run: Run) -> dict[str, Any]:
    """Return a run as JSON."""
    return {
        "id": run.id,
        "name": run.name,
        "flow": run.flow,
        "deployment": run.deployment,
        "state": run.state.type.value,
        "state_name": run.state.name,
        "message": run.state.message,
        "scheduled": run.scheduled,
        "started": run.started,
        "ended": run.ended,
        "seconds": None if run.took is None else run.took.total_seconds(),
        "parameters": run.parameters,
        "tags": list(run.tags),
        "worker": run.worker,
        "work_pool": run.work_pool,
        "work_queue": run.work_queue,
    }


def activity_document(activity: Activity) -> dict[str, Any]:
    """Return the times of the last and next run as JSON: `last_run` and `next_run`."""
    return {"last_run": activity.last and run_document(activity.last), "next_run": activity.next}


def child_document(child: ChildRun) -> dict[str, Any]:
    """Return a task run or subflow run as JSON."""
    return {
        "id": child.id,
        "kind": child.kind,
        "name": child.name,
        "of": child.of,
        "parent": child.parent,
        "state": child.state.type.value,
        "state_name": child.state.name,
        "message": child.state.message,
        "started": child.started,
        "ended": child.ended,
        "attempts": child.attempts,
        "upstream": list(child.upstream),
    }


def line_document(line: LogLine) -> dict[str, Any]:
    """Return a log line as JSON."""
    import logging  # every command loads this module, and few show logs

    return {
        "timestamp": line.timestamp.isoformat(),
        "level": logging.getLevelName(line.level),
        "logger": line.logger,
        "message": line.message,
        "task_run_id": line.task,
    }


def pool_document(pool: WorkPool) -> dict[str, Any]:
    """Return a work pool as JSON, without its base job template."""
    return {
        "name": pool.name,
        "type": pool.type,
        "description": pool.description,
        "is_paused": pool.is_paused,
        "status": pool.status or "",
        "concurrency_limit": pool.concurrency_limit,
    }


def queue_document(queue: WorkQueue) -> dict[str, Any]:
    """Return a work queue as JSON."""
    return {
        "pool": queue.pool,
        "name": queue.name,
        "description": queue.description,
        "priority": queue.priority,
        "concurrency_limit": queue.concurrency_limit,
        "is_paused": queue.is_paused,
        "status": queue.status or "",
    }


def worker_document(worker: ServingWorker) -> dict[str, Any]:
    """Return a worker as JSON."""
    return {
        "name": worker.name,
        "pool": worker.pool,
        "type": worker.type,
        "status": "ONLINE" if worker.is_online else "OFFLINE",
        "last_seen": None if worker.seen is None else worker.seen.isoformat(),
        "running": worker.running,
        "version": worker.version or None,
    }


def variable_document(variable: Variable) -> dict[str, Any]:
    """Return a variable as JSON."""
    return {"name": variable.name, "value": variable.value, "tags": list(variable.tags)}
