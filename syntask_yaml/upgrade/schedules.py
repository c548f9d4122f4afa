"""Conversion of schedules to the current form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syntask_yaml.document.node import Node
from syntask_yaml.upgrade.agent_deployment import Form, is_empty
from syntask_yaml.upgrade.draft import EntryDraft
from syntask_yaml.upgrade.field_types import truth

_KEYS = frozenset("cron timezone day_or interval anchor_date rrule active parameters slug".split())
_NO_EFFECT: Mapping[str, str] = {
    "max_active_runs": "no effect with agents",
    "max_scheduled_runs": "a setting of the old server",
    "catchup": "no effect",
    "replaces": "no schedule to replace",
}
# Values that are defaults.
_SAME: Mapping[str, Any] = {"day_or": True, "active": True}
_FORMS = ("schedule", "schedules")


def convert_schedules(draft: EntryDraft) -> None:
    """Convert `schedule`, `schedules` and `is_schedule_active` to `schedules` and `paused`."""
    written = [entry for key in _FORMS if (node := draft.source.get(key)) for entry in _entries(draft, node)]
    switch = draft.source.get("is_schedule_active")
    if switch is not None and truth(switch.value) is False:
        draft.carry(switch, "paused")
        draft.put("paused", True)
        written = [{**entry, "active": False} for entry in written]
    elif switch is not None:
        draft.drop(switch, "the default")
    if written:
        draft.put("schedules", written)


def _entries(draft: EntryDraft, node: Node) -> list[dict[str, Any]]:
    """Return the schedules in a field with one schedule or a list."""
    if isinstance(node.value, dict):
        found = [_entry(draft, node)]
    else:
        draft.ledger.open(node)
        found = [_item(draft, item) for item in node.children()]
    return [entry for entry in found if entry.keys() - {"active"}]


def _item(draft: EntryDraft, item: Node) -> dict[str, Any]:
    """Return a schedule of a list: nested with its active flag or, in later versions, flat."""
    if is_empty(item.value):
        draft.drop(item, "empty")
        return {}
    if not isinstance(item.value, dict):
        detail = "A schedule is not a mapping. It is not carried."
        draft.report(item, "wrong-type", detail, "Write it as in `- cron: 0 6 * * *`.")
        return {}
    inner = item.get("schedule")
    if inner is None or not isinstance(inner.value, dict):
        return _entry(draft, item)
    draft.ledger.open(item)
    around = {
        key: value for node in item.children() if node.path != inner.path for key, value in _pair(draft, node)
    }
    return {**_entry(draft, inner), **around}


def _entry(draft: EntryDraft, node: Node) -> dict[str, Any]:
    draft.ledger.open(node)
    return {key: value for child in node.children() for key, value in _pair(draft, child)}


def _pair(draft: EntryDraft, node: Node) -> list[tuple[str, Any]]:
    key = str(node.path[-1])
    if is_empty(node.value):
        draft.drop(node, "same as without the field")
    elif key in _NO_EFFECT:
        draft.drop(node, _NO_EFFECT[key])
    elif key in _SAME and node.value is _SAME[key] and draft.source.form is not Form.PROJECT:
        draft.drop(node, "the default")
    elif key in _SAME and truth(node.value) is None:
        draft.report(node, "wrong-type", f"`{key}` is not true or false. It is not carried.")
    elif key not in _KEYS:
        draft.report(node, "unknown-field", f"`{key}` is not a field of a schedule. It is not carried.")
    else:
        draft.carry(node, f"schedules.{key}")
        return [(key, truth(node.value) if key in _SAME else draft.literal(_whole(node.value)))]
    return []


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value
