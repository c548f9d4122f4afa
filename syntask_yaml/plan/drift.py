"""Drift: what differs although the project has not changed since its last deploy.

A deploy keeps a digest of each field that it wrote. A field that still has this digest in the project and
another value on the backend was changed by somebody else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from hashlib import sha256

from syntask_yaml.model.deployment import Deployment
from syntask_yaml.model.fields import FIELDS
from syntask_yaml.model.value import Value
from syntask_yaml.plan.changes import Action, Change, FieldChange
from syntask_yaml.plan.normalize import comparable_fields

# By deployment and field.
Digests = Mapping[str, Mapping[str, str]]

_LENGTH = 12
# What follows from where and when a project is deployed.
_DERIVED = frozenset({"version", "project", "origin"})
_KEYS = tuple(field.key for field in FIELDS if field.key not in _DERIVED)


def digests(deployment: Deployment) -> dict[str, str]:
    """Return a digest of each field that *deployment* has a value for."""
    fields = comparable_fields(deployment)
    return {key: _digest(fields[key]) for key in _KEYS if fields[key] not in (None, {}, [])}


def _digest(value: Value) -> str:
    text = json.dumps(value, sort_keys=True, default=str, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()[:_LENGTH]


def with_drift(changes: Iterable[Change], kept: Digests) -> Iterator[Change]:
    """Yield *changes*, in which the fields that drifted are marked; *kept* is what was deployed last."""
    for change in changes:
        last = kept.get(change.deployment)
        after = change.write.after if change.write else None
        if change.action is not Action.UPDATE or last is None or after is None:
            yield change
            continue
        wanted = digests(after)
        same = {key for key in _KEYS if last.get(key) == wanted.get(key)}
        yield replace(change, fields=tuple(_marked(field, same) for field in change.fields))


def _marked(field: FieldChange, same: set[str]) -> FieldChange:
    is_drift = any(field.path == key or field.path.startswith((f"{key}.", f"{key}[")) for key in same)
    return replace(field, is_drift=is_drift)
