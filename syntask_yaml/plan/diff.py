"""Compare declared deployments with stored ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace

from syntask_yaml.model.deployment import Deployment, Stored, Write
from syntask_yaml.model.fields import FIELDS
from syntask_yaml.model.secret import SECRET_NAMES
from syntask_yaml.model.value import MAPPINGS, SCALARS, Unknown, Value
from syntask_yaml.plan.changes import UNDECLARED, Action, Change, FieldChange
from syntask_yaml.plan.normalize import comparable_fields, fields_to_compare
from syntask_yaml.template import is_template

# Fields that keep the backend's value if they are not declared.
_OPTIONAL = frozenset(field.key for field in FIELDS if field.is_optional)
_OPTIONAL_INSIDE = frozenset({"active", "anchor_date", "grace_period_seconds"})
_HEADLINES = tuple(field for field in FIELDS if field.is_headline)
_HEADLINES_ALONE = tuple(field for field in _HEADLINES if field.name != "schedules")
HIDDEN = "(hidden)"
HALF_RENAMED = "paused by a rename that stopped halfway; it is resumed"

Complete = Callable[[Deployment], Deployment]


def diff(
    wanted: Sequence[Deployment],
    actual: Iterable[Stored],
    *,
    prune: Set[str | None] = frozenset(),
    ignore: frozenset[str] = frozenset(),
    complete: Complete = lambda deployment: deployment,
    adopt: bool = False,
    renames_at_once: bool = False,
) -> list[Change]:
    """Return the change for each wanted deployment, in order, then deletions.

    *prune*: the owners whose deployments are deleted when they are neither wanted nor protected. *adopt*:
    store the origin of a deployment that has none, which does not count as a change. *ignore*: fields that
    the backend does not support.
    *renames_at_once*: the backend renames atomically, so that an old deployment next to its new one was
    created since, and its deletion must be approved. On other backends, this holds if it is younger than the
    new one. *complete*: adds values that are no reason for a write, but are written with one.
    """
    stored = {each.deployment.full_name: each for each in actual}
    changes: list[Change] = []
    for each in wanted:
        found, old = stored.pop(each.full_name, None), stored.pop(each.renamed_from or "", None)
        if old is not None and found is None:
            changes.append(_rename(each, old, ignore, complete))
            continue
        changes.append(_change(each, found, ignore, complete, adopt))
        if old is not None:  # the new one exists already
            deletion = _deletion(old, f"renamed to {each.full_name}")
            is_left_by_rename = not renames_at_once and not _was_made_after(old, found)
            changes.append(replace(deletion, replaced_by=each.full_name if is_left_by_rename else ""))
    left = (each for each in stored.values() if each.deployment.project in prune)
    return changes + [_deletion(each) for each in left if not each.deployment.protected]


def _was_made_after(one: Stored, other: Stored | None) -> bool:
    made, before = one.created, other.created if other else None
    return made is not None and before is not None and made > before


def _change(
    wanted: Deployment, actual: Stored | None, ignore: frozenset[str], complete: Complete, adopt: bool
) -> Change:
    if actual is None:
        whole = complete(wanted)
        of_new = _FieldsOfNew(whole, ignore)
        return Change(Action.CREATE, wanted.full_name, of_new, "not on the backend", Write(None, whole))
    is_half_renamed = wanted.paused is None and actual.deployment.is_half_renamed
    if is_half_renamed:
        wanted = replace(wanted, paused=False)
    before, after = fields_to_compare(actual.deployment, wanted)
    reasons = tuple(_fields(before, after, ignore))
    if not reasons:
        is_adopted = adopt and wanted.origin is not None and actual.deployment.origin is None
        write = Write(actual, replace(actual.deployment, origin=wanted.origin)) if is_adopted else None
        return Change(Action.UNCHANGED, wanted.full_name, write=write, id=actual.id)
    whole = complete(wanted)
    fields = tuple(_fields(*fields_to_compare(actual.deployment, whole), ignore))
    write = Write(actual, whole)
    reason = HALF_RENAMED if is_half_renamed else reason_of(reasons)
    return Change(Action.UPDATE, wanted.full_name, fields, reason, write, actual.id)


def reason_of(fields: Iterable[FieldChange]) -> str:
    """Return the reason of an update: the keys that differ."""
    names = dict.fromkeys(field.path.partition(".")[0].partition("[")[0] for field in fields)
    listed = ", ".join(names)
    is_one = len(names) == 1 and (not listed.endswith("s") or listed.endswith("ss"))  # `tags` is a plural
    return f"{listed} {'differs' if is_one else 'differ'}"


class _FieldsOfNew:
    """The fields of a new deployment, computed on first use: a deploy of thousands never needs them."""

    def __init__(self, deployment: Deployment, ignore: frozenset[str]) -> None:
        self._deployment, self._ignore = deployment, ignore

    def __iter__(self) -> Iterator[FieldChange]:
        return _fields({}, comparable_fields(self._deployment), self._ignore)

    def headlines(self, *, has_schedules: bool) -> Iterator[FieldChange]:
        fields = _HEADLINES if has_schedules else _HEADLINES_ALONE
        return _fields({}, comparable_fields(self._deployment, fields), self._ignore)


def headlines(change: Change, *, has_schedules: bool) -> Iterator[FieldChange]:
    """Yield the fields that are displayed for a new deployment, without empty ones.

    *has_schedules*: include its schedules, which can also be displayed in words.
    """
    new = change.fields
    fields = new.headlines(has_schedules=has_schedules) if isinstance(new, _FieldsOfNew) else iter(new)
    return (field for field in fields if field.after not in (None, {}, []))


def _rename(wanted: Deployment, old: Stored, ignore: frozenset[str], complete: Complete) -> Change:
    whole = complete(wanted)
    fields = tuple(_fields(*fields_to_compare(old.deployment, whole), ignore))
    reason = f"renamed from {old.deployment.full_name}"
    return Change(Action.RENAME, wanted.full_name, fields, reason, Write(old, whole), old.id)


def _deletion(stored: Stored, reason: str = UNDECLARED) -> Change:
    return Change(Action.DELETE, stored.deployment.full_name, (), reason, Write(stored, None), stored.id)


def _fields(
    before: Mapping[str, Value], after: Mapping[str, Value], ignore: frozenset[str]
) -> Iterator[FieldChange]:
    for path, wanted in after.items():
        if path in ignore or (wanted is None and path in _OPTIONAL):
            continue
        if path == "origin" and before.get(path) is None:  # stored for the first time
            continue
        yield from differences(path, before.get(path), wanted)


def differences(path: str, before: Value, after: Value) -> Iterator[FieldChange]:
    """Yield the differences between *before* and *after*, the values at *path*."""
    is_inside = not isinstance(before, SCALARS)
    if is_inside and isinstance(before, MAPPINGS) and isinstance(after, MAPPINGS):
        for key in dict.fromkeys((*before, *after)):
            if after.get(key) is None and key in _OPTIONAL_INSIDE:
                continue
            yield from differences(_below(path, key), before.get(key), after.get(key))
    elif is_inside and isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from differences(f"{path}[{index}]", one, other)
    elif isinstance(after, Unknown) or not _same(before, after):
        yield field_change(path, before, after)


def _below(path: str, key: str) -> str:
    return f"{path}[{key}]" if path == "schedules" else f"{path}.{key}"


def _same(before: Value, after: Value) -> bool:
    """Compare values as JSON: true is not 1, 1.0 is 1, and None equals an empty mapping or list."""
    if isinstance(before, bool) is not isinstance(after, bool):
        return False
    return bool(before == after) or (_is_nothing(before) and _is_nothing(after))


def _is_nothing(value: Value) -> bool:
    return value is None or value in ({}, [])


def field_change(path: str, before: Value, after: Value) -> FieldChange:
    """Return the change of *path*, with values hidden if their names are those of secrets."""
    name = path.rpartition(".")[2]
    return FieldChange(path, _without_secrets(before, name), _without_secrets(after, name))


def _names_secret(value: Value) -> bool:
    """Return whether *value* contains a key that is the name of a secret."""
    if isinstance(value, SCALARS):
        return False
    if isinstance(value, list):
        return any(map(_names_secret, value))
    is_mapping = isinstance(value, MAPPINGS)
    return is_mapping and (not SECRET_NAMES.isdisjoint(value) or any(map(_names_secret, value.values())))


def _without_secrets(value: Value, name: str = "") -> Value:
    """Return *value*, found at the key *name*, with every readable secret hidden; references are kept."""
    if name not in SECRET_NAMES and (isinstance(value, SCALARS) or not _names_secret(value)):
        return value
    if isinstance(value, MAPPINGS):
        return {key: _without_secrets(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_secrets(item, name) for item in value]
    is_readable = isinstance(value, str) and value != "" and not is_template(value)
    return HIDDEN if is_readable and name in SECRET_NAMES else value
