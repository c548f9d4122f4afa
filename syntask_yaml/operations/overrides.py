"""Apply overrides of the command line to a deployment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from syntask_yaml.project.parameter_texts import with_texts

_OPTIONS = {
    "tags": "--tag",
    "work_pool": "--pool",
    "job_variables": "--job-variable",
    "parameters": "--param",
    "schedules": "--cron, --interval, --rrule",
    "triggers": "--trigger",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """Options of `deploy`; None, or empty, means that the option was not given.

    *schedules* are mappings such as `{"cron": "0 6 * * *"}`, added to those of the file; *timezone* and
    *anchor_date* apply to all of them. *tags*, *triggers* and *sla* replace those of the file. *parameters*
    and *job_variables* override the file's, key by key; *texts* are the parameters as they were written.
    *paused* has no option.
    """

    name: str | None = None
    entrypoint: str | None = None
    description: str | None = None
    version: str | None = None
    version_type: str | None = None
    tags: tuple[str, ...] = ()
    concurrency_limit: int | None = None
    collision_strategy: str | None = None
    work_pool: str | None = None
    work_queue: str | None = None
    job_variables: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    schedules: tuple[Mapping[str, Any], ...] = ()
    anchor_date: str | None = None
    timezone: str | None = None
    triggers: tuple[Mapping[str, Any], ...] | None = None
    sla: tuple[Mapping[str, Any], ...] | None = None
    enforce_parameter_schema: bool | None = None
    paused: bool | None = None

    @property
    def given(self) -> list[str]:
        """The options that were given, except name and entrypoint."""
        own = (each.name for each in fields(self) if each.name not in ("name", "entrypoint", "texts"))
        names = [name for name in own if getattr(self, name) not in (None, (), {})]
        return [_OPTIONS.get(name, f"--{name.replace('_', '-')}") for name in names]

    @property
    def is_any(self) -> bool:
        """Whether there is an override for a deployment of the file."""
        return bool(self.given or self.name or self.entrypoint)

    def fitted(self, schema: Mapping[str, Any] | None) -> Overrides:
        """Return these overrides for a parameter *schema*: parameters that must be texts become texts."""
        return replace(self, parameters=with_texts(self.parameters, self.texts, schema or {}))

    def apply(self, declared: Mapping[str, Any]) -> dict[str, Any]:
        """Return the *declared* fields of a deployment with these overrides."""
        result = {**declared, **self._replaced()}
        if self.parameters:
            result["parameters"] = {**(declared.get("parameters") or {}), **self.parameters}
        if self.work_pool or self.work_queue or self.job_variables:
            result["work_pool"] = self._pool(declared.get("work_pool") or {})
        if self.concurrency_limit is not None:
            result["concurrency_limit"] = self._limit()
        if self.schedules or self.timezone or self.anchor_date:
            result.pop("schedule", None)
            result["schedules"] = self._schedules(declared)
        return result

    def _replaced(self) -> dict[str, Any]:
        plain = {
            key: getattr(self, key)
            for key in (
                "name",
                "entrypoint",
                "description",
                "version",
                "version_type",
                "enforce_parameter_schema",
                "paused",
            )
        }
        several = {"tags": self.tags or None, "triggers": self.triggers, "sla": self.sla}
        lists = {key: list(value) for key, value in several.items() if value is not None}
        return {**{key: value for key, value in plain.items() if value is not None}, **lists}

    def _pool(self, declared: Mapping[str, Any]) -> dict[str, Any]:
        named = {"name": self.work_pool, "work_queue_name": self.work_queue}
        pool = {**declared, **{key: value for key, value in named.items() if value is not None}}
        if self.job_variables:
            pool["job_variables"] = {**(declared.get("job_variables") or {}), **self.job_variables}
        return pool

    def _limit(self) -> Any:
        if self.collision_strategy is None:
            return self.concurrency_limit
        return {"limit": self.concurrency_limit, "collision_strategy": self.collision_strategy}

    def _schedules(self, declared: Mapping[str, Any]) -> list[Any]:
        own = declared.get("schedules") or declared.get("schedule") or []
        schedules = [*(own if isinstance(own, list) else [own]), *self.schedules]
        return [self._schedule(schedule) for schedule in schedules if schedule]

    def _schedule(self, schedule: Mapping[str, Any]) -> dict[str, Any]:
        changed = dict(schedule)
        if self.timezone is not None:
            changed["timezone"] = self.timezone
        if self.anchor_date is not None and schedule.get("interval") is not None:
            changed["anchor_date"] = self.anchor_date
        return changed
