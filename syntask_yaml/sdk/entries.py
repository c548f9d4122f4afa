"""Convert options of a deployment to an entry of a project file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from syntask_yaml.errors import UsageError
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


_WAYS = ("interval", "cron", "rrule", "schedule", "schedules")
_KEYS = ("interval", "cron", "rrule", "timezone", "anchor_date", "day_or", "active", "parameters", "slug")
# What is the same as not to say it.
_SAID_ANYWAY: Mapping[str, Any] = {"day_or": True, "active": True, "parameters": {}}


def schedules_of(options: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """Return what *options* say; None if they say nothing, so that stored schedules stay.

    Raises UsageError if they say it in two ways.
    """
    given = {way: options[way] for way in _WAYS if options.get(way) is not None}
    if len(given) > 1:
        listed = ", ".join(f"`{way}`" for way in given)
        raise UsageError(f"{listed} are all set.", hint="Set one of them, or pass a list as `schedules`.")
    for way, value in given.items():
        if way == "schedules":
            return [_schedule(each) for each in value]
        if way == "schedule":
            return [_schedule(value)]
        return [_schedule({way: each}) for each in _several(value)]
    return None


def _several(value: Any) -> list[Any]:
    return [value] if isinstance(value, str) or not isinstance(value, Iterable) else list(value)


def _schedule(value: Any) -> dict[str, Any]:
    """Return a mapping, or an object with the same attributes, perhaps with the timing inside of it.

    Raises UsageError for anything else.
    """
    fields = _fields(value)
    if not fields:
        detail = f"A {type(value).__name__} is not a schedule."
        raise UsageError(detail, hint="Pass `Cron(…)`, `Interval(…)` or `RRule(…)` of `syntask.schedules`.")
    inner = fields.pop("schedule", None)
    if inner is not None:
        fields = {**_fields(inner), **fields}
    written = {key: _written(item) for key, item in fields.items() if item is not None}
    return {key: item for key, item in written.items() if _SAID_ANYWAY.get(key, ...) != item}


def _fields(value: Any) -> dict[str, Any]:
    if isinstance(value, Mapping):
        return dict(value)
    return {key: getattr(value, key) for key in (*_KEYS, "schedule") if hasattr(value, key)}


def _written(value: Any) -> Any:
    if isinstance(value, timedelta):
        seconds = value.total_seconds()
        return int(seconds) if seconds.is_integer() else seconds
    return literal(value)
