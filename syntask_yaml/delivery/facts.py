"""The values of an event that an action can use, under Prefect's names, and templates with them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from syntask_yaml.model.run import Run
from syntask_yaml.model.run_event import RunEvent
from syntask_yaml.model.value import Value
from syntask_yaml.template import Blocks, Scope, Unresolved, may_hold_template, resolve


def facts_of(event: RunEvent, *, id: str, automation: str, automation_id: str) -> dict[str, Any]:
    """The names that the templates of an action may use; *id* is that of the delivery. Times are ISO 8601."""
    run = event.run
    facts = {
        "event": {
            "id": id,
            "event": event.name,
            "occurred": _time(event.occurred),
            "resource": {"id": event.resource["prefect.resource.id"], "name": run.name},
        },
        "automation": {"id": automation_id, "name": automation},
        "flow": {"name": run.flow},
        "deployment": {"id": run.deployment_id, "name": (run.deployment or "").removeprefix(f"{run.flow}/")},
        "work_pool": {"name": run.work_pool},
        "work_queue": {"name": run.work_queue},
        "flow_run": _run(run),
    }
    return {name: _sendable(fact) for name, fact in facts.items()}


def _sendable(value: Any) -> Any:
    """*value* with texts that any receiver takes: no NUL, and half a character as its code."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, dict):
        return {_sendable(key): _sendable(item) for key, item in value.items()}
    return [_sendable(item) for item in value] if isinstance(value, list) else value


def _run(run: Run) -> dict[str, Any]:
    state = run.state
    return {
        "id": run.id,
        "name": run.name,
        "state": {
            "type": state.type.value,
            "name": state.name,
            "message": state.message,
            "timestamp": _time(run.ended),
        },
        "state_type": state.type.value,
        "state_name": state.name,
        "deployment_id": run.deployment_id,
        "parameters": dict(run.parameters),
        "tags": list(run.tags),
        "work_pool_name": run.work_pool,
        "work_queue_name": run.work_queue,
        "expected_start_time": _time(run.scheduled),
        "start_time": _time(run.started),
        "end_time": _time(run.ended),
    }


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


Facts = Mapping[str, Any]


def scope_of(facts: Facts) -> Scope:
    """Return the names that templates may use where *facts* are known, and nothing else is."""
    return Scope(outputs=facts, blocks=Blocks.REFUSE)


def render(value: Value, facts: Facts, report: Callable[[Unresolved], None] = lambda _found: None) -> Any:
    """*value* with its placeholders resolved, each as text: what has no value is empty, and reported."""
    if isinstance(value, str):
        return _text(value, facts, report) if may_hold_template(value) else value
    if isinstance(value, Mapping):
        return {key: render(item, facts, report) for key, item in value.items()}
    return [render(item, facts, report) for item in value] if isinstance(value, (list, tuple)) else value


def _text(text: str, facts: Facts, report: Callable[[Unresolved], None]) -> str:
    found = resolve(text, scope_of(facts), report)
    if isinstance(found, str):
        return found
    return "" if found is None else json.dumps(found, ensure_ascii=False)
