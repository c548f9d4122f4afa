"""Detect drift: differences that the project's last deploy did not cause.

A deploy stores a digest of each field that it wrote. If a field still has this digest in the project and
another value on the backend, the backend was changed; if the deployment is missing there, it was deleted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Set
from dataclasses import replace
from functools import lru_cache, partial
from hashlib import sha256
from typing import TypeVar

from syntask_yaml.model.deployment import Deployment
from syntask_yaml.model.fields import FIELDS, Field
from syntask_yaml.model.resource import Resource
from syntask_yaml.model.secret import holds_secret, is_secret_name
from syntask_yaml.model.shared import once_per_object
from syntask_yaml.model.value import Value
from syntask_yaml.plan.changes import Action, Change, FieldChange, Plan, ResourceChange

# Digests by deployment or resource, and by field.
Digests = Mapping[str, Mapping[str, str]]
GONE = "deleted on the backend since the last deploy"

_LENGTH = 12
# Fields derived from the time and origin of a deploy.
_DERIVED = frozenset({"version", "project", "origin"})
_COMPARED = tuple(field for field in FIELDS if field.key not in _DERIVED)
_KEYS = frozenset(field.key for field in _COMPARED)
_AnyChange = TypeVar("_AnyChange", Change, ResourceChange)
_as_json = json.JSONEncoder(check_circular=False, sort_keys=True, default=str, separators=(",", ":")).encode


def digests(deployment: Deployment) -> dict[str, str]:
    """Return a digest of each field of *deployment* that has a value."""
    found = {field.key: _field_digest(field, deployment) for field in _COMPARED}
    return {key: digest for key, digest in found.items() if digest is not None}


def _field_digest(field: Field, deployment: Deployment) -> str | None:
    of_shared = _DIGEST_OF_SHARED.get(field.name)
    if of_shared is not None:
        return of_shared(getattr(deployment, field.name))
    return _digest_of_compared(field.compare(deployment))


def _digest_alone(field: Field, value: Value) -> str | None:
    """Return the digest of *field* in a deployment whose attribute is *value*."""
    return _digest_of_compared(field.compare(replace(_ANY_DEPLOYMENT, **{field.name: value})))


def _digest_of_compared(value: Value) -> str | None:
    return None if value in (None, {}, []) else _digest(value)


_ANY_DEPLOYMENT = Deployment(flow="", name="")
# Fields whose value objects are shared by many deployments, and decide alone what is compared.
_SHARED = frozenset({"tags", "parameter_schema", "schedules", "job_variables", "pull_steps"})
_DIGEST_OF_SHARED = {
    field.name: once_per_object(partial(_digest_alone, field)) for field in _COMPARED if field.name in _SHARED
}


def resource_digests(resource: Resource) -> dict[str, str]:
    """Return a digest of each field of *resource*, except secrets: a short one could be guessed."""
    if is_secret_name(resource.name):
        return {}
    return {key: _digest(value) for key, value in resource.fields.items() if not holds_secret(value)}


def _digest(value: Value) -> str:
    return _digest_of_scalar(value) if isinstance(value, (str, bool)) else _digest_of(value)


def _digest_of(value: Value) -> str:
    return sha256(_as_json(value).encode()).hexdigest()[:_LENGTH]


# Thousands of deployments have the same entrypoint, pool and queue.
_digest_of_scalar = lru_cache(maxsize=1024, typed=True)(_digest_of)


def key_of(resource: str) -> str:
    """Return the key of the digests of *resource*, a full name. No deployment can have this name."""
    return f"/{resource}"


def is_key_of_resource(key: str) -> bool:
    """Return whether *key* is that of a resource, rather than of a deployment."""
    return key.startswith("/")


def with_drift(plan: Plan, kept: Digests) -> Plan:
    """Return *plan* with drift marked; *kept* are the digests of the last deploy."""
    return replace(
        plan,
        changes=tuple(_judged(each, kept.get(each.deployment)) for each in plan.changes),
        resources=tuple(_judged(each, kept.get(key_of(each.full_name))) for each in plan.resources),
    )


def _judged(change: _AnyChange, last: Mapping[str, str] | None) -> _AnyChange:
    after = change.write.after if change.write else None
    if last is None or after is None:
        return change
    if change.action is Action.CREATE:
        return replace(change, reason=GONE)
    if change.action is not Action.UPDATE:
        return change
    same = _unchanged_keys(after, last)
    return replace(change, fields=tuple(_marked(field, same) for field in change.fields))


def _unchanged_keys(after: Deployment | Resource, last: Mapping[str, str]) -> Set[str]:
    """Return the fields unchanged in the project since the last deploy; of a resource, the declared ones."""
    if isinstance(after, Resource):
        return {key for key, digest in resource_digests(after).items() if last.get(key) == digest}
    wanted = digests(after)
    return {key for key in _KEYS if last.get(key) == wanted.get(key)}


def _marked(field: FieldChange, same: Set[str]) -> FieldChange:
    is_drift = any(field.path == key or field.path.startswith((f"{key}.", f"{key}[")) for key in same)
    return replace(field, is_drift=is_drift)
