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

# What goes for good, or has a name of its own, is shown by itself.
_NEVER_FOLDED = frozenset({Action.DELETE, Action.RENAME, Action.UNCHANGED})


class FoldedChange(NamedTuple):
    """The same change of one deployment or several: its fields but for schedules, and its schedules.

    *is_schedule_drift*: somebody else changed the schedules on the backend.
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
    """The entries whose deployments have their flows in the same *folders*, those of a flow together."""

    folders: tuple[str, ...]
    entries: tuple[FoldedChange, ...]


def review(plan: Plan, *, verbose: bool = False) -> list[ReviewSection]:
    """Return the sections of *plan*, in file order.

    Of a new deployment only the most important fields are shown. With *verbose*, all are, unchanged
    deployments too, and every deployment is an entry of its own.
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
    """The entries of *changes*; equal ones are one, in the place of the first of them."""
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
    """The digest of what two entries have alike that are folded."""
    from hashlib import blake2b  # and OpenSSL, which a plan without changes does not need

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
    """The folder of the flow, from the root of the project; empty where that is not known."""
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
