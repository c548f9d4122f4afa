"""Automations: actions that are triggered by events of runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from syntask_yaml.model.trigger import settled
from syntask_yaml.model.value import Value


class ActionType(NamedTuple):
    """A type of action: the keys that it *needs*, and the optional ones that it *may* have.

    *blocks* are the block types that its `block` may refer to. *templates* are the keys whose values may use
    the names of the event. *target* is the key that identifies an action among those of its type. *instead*
    is a hint for Prefect servers, which lack the action; empty if they have it.
    """

    needs: tuple[str, ...]
    target: str
    may: tuple[str, ...] = ()
    blocks: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()
    instead: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        return ("type", *self.needs, *self.may)


ACTIONS: Mapping[str, ActionType] = {
    "call-webhook": ActionType(
        needs=("block",), target="block", may=("payload",), blocks=("webhook",), templates=("payload",)
    ),
    "send-email": ActionType(
        needs=("block", "to"),
        target="to",
        may=("subject", "body"),
        blocks=("email-server-credentials",),
        templates=("subject", "body"),
        instead="Use `call-webhook` with a block of type `webhook`.",
    ),
    "run-command": ActionType(
        needs=("command",),
        target="command",
        may=("timeout",),
        templates=("command",),
        instead="Use `call-webhook` with a block of type `webhook`.",
    ),
}

# The names that Prefect defines for the templates of an action.
EVENT_NAMES = frozenset(
    "automation deployment event events firing firings flow flow_run labels task_run work_pool work_queue "
    "concurrency_limit".split()
)

# The payload of a webhook without `payload`.
DEFAULT_PAYLOAD: Mapping[str, Value] = {
    "event": "{{ event.event }}",
    "automation": "{{ automation.name }}",
    "flow": "{{ flow.name }}",
    "deployment": "{{ deployment.name }}",
    "flow_run": {
        "id": "{{ flow_run.id }}",
        "name": "{{ flow_run.name }}",
        "state": "{{ flow_run.state.name }}",
        "message": "{{ flow_run.state.message }}",
    },
}
_DEFAULTS: Mapping[str, Mapping[str, Value]] = {
    "call-webhook": {"payload": DEFAULT_PAYLOAD},
    "send-email": {
        "subject": "{{ flow.name }}/{{ deployment.name }}: {{ flow_run.name }} is {{ flow_run.state.name }}",
        "body": "{{ flow_run.state.message }}",
    },
    "run-command": {"timeout": 60},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Automation:
    """A *trigger*, and the independent *actions* that it starts.

    *project* is the owner, or None. *origin* is the location of the project file; None if it is unknown or
    not stored.
    """

    name: str
    trigger: Mapping[str, Value]
    actions: tuple[Mapping[str, Value], ...]
    description: str = ""
    enabled: bool = True
    project: str | None = None
    origin: str | None = None

    @property
    def fields(self) -> dict[str, Any]:
        """Return the fields that a plan compares."""
        return {
            "description": self.description,
            "enabled": self.enabled,
            "trigger": _shown(settled(self.trigger)),
            "actions": [dict(each) for each in self.actions],
        }


def _shown(trigger: Mapping[str, Value]) -> dict[str, Value]:
    """Return a normalized trigger as people write it: the events first, and without the default type."""
    rest = {key: value for key, value in trigger.items() if (key, value) != ("type", "event")}
    return {key: rest[key] for key in ("expect", *rest) if key in rest}


def whole_action(action: Mapping[str, Value]) -> dict[str, Value]:
    """Return *action* with the defaults of its type, and without null values."""
    given = {key: value for key, value in action.items() if value is not None}
    defaults = _DEFAULTS.get(str(action.get("type")), {})
    return {**given, **{key: value for key, value in defaults.items() if key not in given}}


def target_of(action: Mapping[str, Value]) -> str:
    """Return the target of *action*: its block, recipients or program; empty for an unknown type."""
    kind = str(action.get("type"))
    match action.get(ACTIONS[kind].target) if kind in ACTIONS else None:
        case None:
            return ""
        case list(items) | tuple(items):
            return str(items[0]) if kind == "run-command" else ", ".join(map(str, items))
        case text:
            return str(text)


def settled_action(action: Mapping[str, Value]) -> dict[str, Value]:
    """Return *action* without values that are the defaults of its type."""
    defaults = _DEFAULTS.get(str(action.get("type")), {})
    return {key: value for key, value in action.items() if key not in defaults or value != defaults[key]}


@dataclass(frozen=True, slots=True)
class StoredAutomation:
    """An automation on a backend, with the backend's *id*."""

    id: str
    automation: Automation
    created: datetime | None = field(default=None, compare=False)


class AutomationWrite(NamedTuple):
    """A change from *before*, None for a new automation, to *after*, None to delete it."""

    before: StoredAutomation | None
    after: Automation | None

    @property
    def name(self) -> str:
        automation = self.after or (self.before and self.before.automation)
        return automation.name if automation else ""
