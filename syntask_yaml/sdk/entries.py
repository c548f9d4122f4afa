"""The options of a deployment as an entry of a project file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syntask_yaml.sdk.schedules import schedules_of
from syntask_yaml.sdk.values import job_variables, literal

# Options that are keys of the entry; what is None or empty says nothing.
_PLAIN = ("description", "version", "version_type", "tags", "parameters", "triggers")


def entry_of(options: Mapping[str, Any], entrypoint: str) -> dict[str, Any]:
    """Return the entry that *options* of `deploy`, `serve` or `to_deployment` are. Raises UsageError."""
    entry: dict[str, Any] = {"name": literal(options["name"]), "entrypoint": literal(entrypoint)}
    entry |= {key: literal(options[key]) for key in _PLAIN if options.get(key)}
    if options.get("paused") is not None:
        entry["paused"] = options["paused"]
    if options.get("enforce_parameter_schema") is False:
        entry["enforce_parameter_schema"] = False
    limit = options.get("concurrency_limit", options.get("global_limit"))
    if limit is not None:
        entry["concurrency_limit"] = literal(limit)
    if (schedules := schedules_of(options)) is not None:
        entry["schedules"] = schedules
    if (sla := options.get("_sla")) is not None:
        entry["sla"] = literal(sla if isinstance(sla, (list, tuple)) else [sla])
    if pool := _pool(options):
        entry["work_pool"] = pool
    return entry


def _pool(options: Mapping[str, Any]) -> dict[str, Any]:
    pool = {
        "name": options.get("work_pool_name") and literal(options["work_pool_name"]),
        "work_queue_name": options.get("work_queue_name") and literal(options["work_queue_name"]),
        "job_variables": job_variables(options.get("job_variables") or {}),
    }
    return {key: value for key, value in pool.items() if value}
