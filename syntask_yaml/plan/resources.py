"""Compare declared resources with stored ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Any

from syntask_yaml.model.resource import Owner, Resource, ResourceWrite, StoredResource
from syntask_yaml.model.secret import holds_secret, is_secret_name, revealed
from syntask_yaml.plan.changes import UNDECLARED, Action, FieldChange, ResourceChange
from syntask_yaml.plan.diff import differences, reason_of

# The text that replaces a secret.
SECRET = "(secret)"


def diff_resources(
    wanted: Iterable[Resource],
    actual: Iterable[StoredResource],
    owner: Owner,
    *,
    prune: bool = False,
    former: Set[str] = frozenset(),
) -> list[ResourceChange]:
    """Return the change for each wanted resource, in order, then deletions, in reverse order of writing.

    Only declared fields are compared. *prune*: delete the resources of *owner* that are not declared,
    including those under its *former* names.
    """
    stored = {each.resource.full_name: each for each in actual}
    changes = [_change(each, stored.pop(each.full_name, None), owner) for each in wanted]
    left = [each for each in stored.values() if prune and each.owner.project in {owner.project, *former}]
    return changes + [_deletion(each) for each in reversed(left)]


def _change(wanted: Resource, found: StoredResource | None, owner: Owner) -> ResourceChange:
    if found is None:
        fields = tuple(_fields({}, wanted))
        write = ResourceWrite(None, wanted)
        return ResourceChange(Action.CREATE, wanted.kind, wanted.name, fields, "not on the backend", write)
    fields = (*_fields(found.resource.fields, wanted), *owner_fields(found.owner, owner))
    if not fields:
        return ResourceChange(Action.UNCHANGED, wanted.kind, wanted.name, id=found.id)
    write = ResourceWrite(found, wanted)
    reason = reason_of(fields)
    return ResourceChange(Action.UPDATE, wanted.kind, wanted.name, fields, reason, write, found.id)


def _deletion(found: StoredResource) -> ResourceChange:
    gone = found.resource
    write = ResourceWrite(found, None)
    return ResourceChange(Action.DELETE, gone.kind, gone.name, (), UNDECLARED, write, found.id)


def _fields(before: Mapping[str, Any], wanted: Resource) -> Iterator[FieldChange]:
    for key, after in wanted.fields.items():
        old = before.get(key)
        if holds_secret(old) or holds_secret(after) or is_secret_name(wanted.name):
            if revealed(old) != revealed(after):
                yield FieldChange(key, None if old is None else SECRET, None if after is None else SECRET)
        else:
            yield from differences(key, old, after)


def owner_fields(old: Owner, owner: Owner) -> Iterator[FieldChange]:
    """Yield the fields that differ when *owner* takes over a resource of *old*."""
    if old.project != owner.project:
        yield FieldChange("project", old.project, owner.project)
    if old.origin not in (None, owner.origin):
        yield FieldChange("origin", old.origin, owner.origin)
