"""Concurrency limits of the server's work queues and tags that apply to converted deployments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from syntask_yaml.diagnostics import Diagnostic, Severity
from syntask_yaml.upgrade.concurrency_limit import Limit
from syntask_yaml.upgrade.result import DeploymentResult, Status
from syntask_yaml.upgrade.server import Server


def limits_of(server: Server, results: Sequence[DeploymentResult]) -> Iterator[Limit]:
    """Yield the limits of queues that *results* use, and of all tags, whose use depends on code."""
    used = dict.fromkeys(
        (str(pool.get("name", "")), str(pool["work_queue_name"]))
        for result in results
        if result.status is not Status.LEFT and "work_queue_name" in (pool := _pool(result.entry))
    )
    for queue in server.limited_queues():
        for pool_name, name in used:
            if name == queue.name and queue.limit is not None:
                yield Limit(name, queue.limit, pool_name, queue.priority)
    for tag, number in server.tag_limits().items():
        yield Limit(tag, number)


def _pool(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    pool = entry.get("work_pool")
    return pool if isinstance(pool, Mapping) else {}


def note_of(limit: Limit) -> Diagnostic:
    """Return the note about a limit, which no project file contains."""
    detail = f"The old server limits {limit.what} to {limit.number}. A project file cannot declare that."
    hint = f"Run `{limit.command}`."
    if limit.pool:
        return Diagnostic("queue-limit", detail, hint, severity=Severity.NOTE)
    return Diagnostic("tag-limit", detail, hint, severity=Severity.NOTE)
