"""Arrange a plan for review: by folder and flow, with equal changes grouped."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import PurePosixPath
from typing import NamedTuple

from syntask_yaml.model.comparison import compared_schedule
from syntask_yaml.model.deployment import Write
from syntask_yaml.model.schedule import Schedule
from syntask_yaml.model.shared import once_per_object
from syntask_yaml.plan.changes import Action, Change, FieldChange, Plan
from syntask_yaml.plan.diff import headlines
from syntask_yaml.plan.schedule_changes import ScheduleChange, schedule_changes

# Deletions and renames are shown one by one.
_NEVER_FOLDED = frozenset({Action.DELETE, Action.RENAME, Action.UNCHANGED})


class FoldedChange(NamedTuple):
    """The equal changes of one or more deployments: the fields except schedules, and the schedules.

    *is_schedule_drift*: the schedules were changed on the backend.
    """

    changes: tuple[Change, ...]
    fields: tuple[FieldChange, ...]
    schedules: tuple[ScheduleChange, ...]
    is_schedule_drift: bool = False

    @property
    def first(self) -> Change:
        return self.changes[0]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(change.deployment for change in self.changes)


class ReviewSection(NamedTuple):
    """The entries of deployments whose flows are in the same *folders*, grouped by flow."""

    folders: tuple[str, ...]
    entries: tuple[FoldedChange, ...]


def review(plan: Plan, *, verbose: bool = False) -> list[ReviewSection]:
    """Return the sections of *plan*, in file order.

    New deployments are reduced to their most important fields. *verbose* keeps all fields, includes unchanged
    deployments, and gives every deployment an entry of its own.
    """
    changes = (each for each in plan.changes if verbose or each.action is not Action.UNCHANGED)
    sections: dict[tuple[str, ...], dict[str, list[FoldedChange]]] = {}
    for entry in _folded(changes, verbose=verbose):
        folders = tuple(dict.fromkeys(map(_folder, entry.changes)))
        of_flows = sections.setdefault(folders, {})
        of_flows.setdefault(entry.first.deployment.partition("/")[0], []).append(entry)
    return [
        ReviewSection(folders, tuple(entry for entries in of_flows.values() for entry in entries))
        for folders, of_flows in sections.items()
    ]


def _folded(changes: Iterable[Change], *, verbose: bool) -> Iterator[FoldedChange]:
    """Yield the entries of *changes*; equal ones are merged into the first of them."""
    folded: dict[int | bytes, list[FoldedChange]] = {}
    for number, change in enumerate(changes):
        entry = _entry(change, verbose=verbose)
        is_alone = verbose or change.action in _NEVER_FOLDED
        folded.setdefault(number if is_alone else _content(entry), []).append(entry)
    for first, *others in folded.values():
        changes_of_all = (*first.changes, *(each.first for each in others))
        yield first._replace(changes=changes_of_all) if others else first


def _entry(change: Change, *, verbose: bool) -> FoldedChange:
    is_brief = change.action is Action.CREATE and not verbose
    schedules = tuple(schedule_changes(change.write) if change.write else ())
    fields = headlines(change, has_schedules=not schedules) if is_brief else change.fields
    others: list[FieldChange] = []
    is_drift = False
    for field in fields:
        if schedules and field.path.startswith("schedules"):
            is_drift |= field.is_drift
        else:
            others.append(field)
    return FoldedChange((change,), tuple(others), schedules, is_drift)


def _content(entry: FoldedChange) -> bytes:
    """Return the digest of the parts that must be equal for entries to be folded."""
    from hashlib import blake2b  # loads OpenSSL, which a plan without changes does not need

    schedules = [
        [_schedule_text(change.before), _schedule_text(change.after), change.is_paused]
        for change in entry.schedules
    ]
    fields = [[field.path, field.before, field.after, field.is_drift] for field in entry.fields]
    content = [entry.first.action.value, entry.first.reason, fields, schedules, entry.is_schedule_drift]
    return blake2b(_as_text(content).encode(), digest_size=16).digest()


_as_text = json.JSONEncoder(default=str, sort_keys=True).encode


@once_per_object
def _schedule_text(schedule: Schedule | None) -> str | None:
    return None if schedule is None else _as_text(compared_schedule(schedule))


def _folder(change: Change) -> str:
    """Return the folder of the flow, from the root of the project; empty if unknown."""
    return _folder_of(_entrypoint(change.write) if change.write else "")


@lru_cache(maxsize=4096)
def _folder_of(entrypoint: str) -> str:
    module, _, function = entrypoint.rpartition(":")
    if module.endswith(".py"):
        return str(PurePosixPath(module).parent)
    package = (module or function).split(".")[: -1 if module else -2]
    return "/".join(package) or "."


def _entrypoint(write: Write) -> str:
    entrypoint = write.after.entrypoint if write.after is not None else None
    return entrypoint or (write.before and write.before.deployment.entrypoint) or ""
