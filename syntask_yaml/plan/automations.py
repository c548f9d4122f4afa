"""Wanted automations against those that a backend has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from syntask_yaml.model.automation import Automation, AutomationWrite, StoredAutomation
from syntask_yaml.plan.changes import Action, AutomationChange, FieldChange
from syntask_yaml.plan.diff import differences, reason_of


def diff_automations(
    wanted: Iterable[Automation], actual: Iterable[StoredAutomation], *, prune: str | None = None
) -> list[AutomationChange]:
    """The change for each wanted automation, in order, then deletions.

    *prune*: the project whose automations are deleted when they are not wanted.
    """
    stored = {each.automation.name: each for each in actual}
    changes = [_change(each, stored.pop(each.name, None)) for each in wanted]
    left = (each for each in stored.values() if prune is not None and each.automation.project == prune)
    return changes + [_deletion(each) for each in left]


def _change(wanted: Automation, found: StoredAutomation | None) -> AutomationChange:
    if found is None:
        fields = tuple(_fields({}, wanted.fields))
        return AutomationChange(
            Action.CREATE, wanted.name, fields, "not on the backend", AutomationWrite(None, wanted)
        )
    fields = tuple(_fields(found.automation.fields, wanted.fields))
    had, has = found.automation.project, wanted.project
    if had != has:
        fields += (FieldChange("project", had, has),)
    if found.automation.origin not in (None, wanted.origin):
        fields += (FieldChange("origin", found.automation.origin, wanted.origin),)
    if not fields:
        return AutomationChange(Action.UNCHANGED, wanted.name, id=found.id)
    write = AutomationWrite(found, wanted)
    return AutomationChange(Action.UPDATE, wanted.name, fields, reason_of(fields), write, found.id)


def _deletion(found: StoredAutomation) -> AutomationChange:
    write = AutomationWrite(found, None)
    name = found.automation.name
    return AutomationChange(Action.DELETE, name, (), "no longer declared", write, found.id)


def _fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[FieldChange]:
    for key, value in after.items():
        yield from differences(key, before.get(key), value)
