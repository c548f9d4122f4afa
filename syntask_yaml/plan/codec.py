"""Encode a plan as JSON, and decode enough of it to check whether it is still current."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from syntask_yaml.errors import FileFailed
from syntask_yaml.model.deployment import Write
from syntask_yaml.model.value import Json, Unknown, Value
from syntask_yaml.plan.changes import Action, Change, FieldChange, Plan, Removal, ResourceChange
from syntask_yaml.plan.normalize import comparable_fields

FORMAT = "syntask.plan/1"


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """A saved plan: the *request* that it was made for, and the *fingerprint* of the result.

    *changes* are the printed changes, by deployment or resource.
    """

    project: str
    backend: str
    request: Mapping[str, Any]
    fingerprint: str
    changes: Mapping[str, Json] = field(default_factory=dict)

    def differing(self, plan: Plan) -> list[str]:
        """Return the deployments and resources whose changes in *plan* differ."""
        now = _changes(json.loads(json.dumps(encode(plan))))
        return [name for name in {**self.changes, **now} if self.changes.get(name) != now.get(name)]


def encode(plan: Plan) -> dict[str, Any]:
    """Return the document that `plan --output json` prints."""
    return {
        "format": FORMAT,
        "project": plan.project,
        "backend": plan.backend,
        "summary": {action.value: count for action, count in plan.summary.items()},
        "changes": encode_changes(plan.changes),
        "resources": [
            {
                "action": change.action.value,
                "kind": change.kind.value,
                "name": change.name,
                "reason": change.reason,
                "fields": _fields(change.fields),
            }
            for change in plan.resources
            if change.action is not Action.UNCHANGED
        ],
    }


def encode_changes(changes: Iterable[Change]) -> list[dict[str, Any]]:
    """Return the changes of deployments for a document, without unchanged deployments."""
    return [
        {
            "action": change.action.value,
            "deployment": change.deployment,
            "reason": change.reason,
            **_removal(change.removal),
            "fields": _fields(change.fields),
        }
        for change in changes
        if change.action is not Action.UNCHANGED
    ]


def _fields(fields: Iterable[FieldChange]) -> list[dict[str, Any]]:
    return [
        {
            "path": field.path,
            "before": _shown(field.before),
            "after": _shown(field.after),
            **({"drift": True} if field.is_drift else {}),
        }
        for field in fields
    ]


def _removal(removal: Removal | None) -> dict[str, Any]:
    if removal is None:
        return {}
    last = removal.last and {"state": removal.last[0], "at": _time(removal.last[1])}
    return {
        "schedules": list(removal.schedules),
        "coming_runs": removal.coming,
        "next_run": _time(removal.next),
        "last_run": last,
    }


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def encode_saved(plan: Plan, request: Mapping[str, Any], steps: Iterable[str]) -> str:
    """Return the text of a saved plan: the plan, the request, and a fingerprint of all that decides it."""
    document = {**encode(plan), "request": dict(request), "fingerprint": plan_fingerprint(plan, steps)}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


_MAKE_ANEW = "Create a new plan with `syntask plan --save FILE`."


def decode_saved(text: str, name: str) -> SavedPlan:
    """Read a saved plan. Raises FileFailed if *text* is not one."""
    try:
        document = json.loads(text)
        if document["format"] != FORMAT:
            detail = f"`{name}` has the format `{document['format']}`; expected `{FORMAT}`."
            raise FileFailed(detail, hint=_MAKE_ANEW)
        return SavedPlan(
            *(document["project"], document["backend"], document["request"], document["fingerprint"]),
            changes=_changes(document),
        )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        detail = f"`{name}` is not a plan saved by `syntask plan --save`."
        raise FileFailed(detail, hint=_MAKE_ANEW) from error


def _changes(document: Mapping[str, Any]) -> dict[str, Json]:
    """Return the change of each deployment and resource, without parts that depend on the time only."""
    resources = {f"{each['kind']} {each['name']}": each for each in document["resources"]}
    named = {**{each["deployment"]: each for each in document["changes"]}, **resources}
    return {name: [each["action"], each["fields"]] for name, each in named.items()}


def plan_fingerprint(plan: Plan, steps: Iterable[str]) -> str:
    """Return a digest of both sides of every change, and of the steps that would run."""
    digest = sha256()
    for part in (plan.project, plan.backend, *steps):
        digest.update(part.encode() + b"\0")
    for change in plan.changes:
        if change.write is not None:
            digest.update(_canonical(_sides(change.write)))
    for each in plan.resources:
        if each.write is not None:
            digest.update(_canonical(_sides_of_resource(each)))
    return digest.hexdigest()


def _sides(write: Write) -> list[Any]:
    before = write.before
    return [
        None if before is None else [before.id, comparable_fields(before.deployment)],
        None if write.after is None else [write.after.full_name, comparable_fields(write.after)],
    ]


def _sides_of_resource(change: ResourceChange) -> list[Any]:
    """Return both sides of a change; a secret is only marked as one."""
    before, after = (change.write.before, change.write.after) if change.write else (None, None)
    return [
        change.full_name,
        before and [before.id, before.owner.project, before.owner.origin, dict(before.resource.fields)],
        after and dict(after.fields),
    ]


def _canonical(value: Value) -> bytes:
    return json.dumps(value, sort_keys=True, default=str, separators=(",", ":")).encode()


def _shown(value: Value) -> Any:
    if isinstance(value, Unknown):
        return str(value)
    if isinstance(value, Mapping):
        return {key: _shown(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_shown(item) for item in value]
    return value
