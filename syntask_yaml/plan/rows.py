"""The rows of an entry of a plan, shared by text, Markdown, HTML and the web UI."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple, TypeAlias

from syntask_yaml.model.resource import ResourceKind
from syntask_yaml.model.schedule_words import shown_times
from syntask_yaml.model.value import Unknown, Value
from syntask_yaml.plan.changes import Action, FieldChange, Plan, Removal, ResourceChange
from syntask_yaml.plan.resources import SECRET
from syntask_yaml.plan.review import FoldedChange, ReviewSection
from syntask_yaml.plan.schedule_changes import ScheduleChange

# Computing the next times takes about a millisecond for each schedule.
_MOST_SCHEDULES = 200
# The remark on a field that changed on the backend only.
DRIFT = "changed on the backend since the last deploy"
_VERBS = {
    Action.CREATE: "create",
    Action.UPDATE: "update",
    Action.RENAME: "rename",
    Action.DELETE: "delete",
}

# The default flags of resources.
_USUAL: Mapping[str, bool] = {"paused": False, "active": True, "enabled": True}

Mask: TypeAlias = Callable[[FieldChange], FieldChange]


class Row(NamedTuple):
    """One difference with its two sides; None for a missing side.

    *is_remark*: it explains the row before it. *is_drift*: it was changed on the backend.
    """

    what: str
    before: str | None
    after: str | None
    is_remark: bool = False
    is_drift: bool = False


def clock_for(sections: Sequence[ReviewSection], now: datetime) -> datetime | None:
    """Return *now*, or None if there are too many schedules to compute their next times."""
    return clock_of(now, sum(len(entry.schedules) for section in sections for entry in section.entries))


def clock_of(now: datetime, schedules: int) -> datetime | None:
    """Return *now*, or None if *schedules* is too large to compute their next times."""
    return now if schedules <= _MOST_SCHEDULES else None


def _as_it_is(field: FieldChange) -> FieldChange:
    return field


def rows(entry: FoldedChange, now: datetime | None, mask: Mask = _as_it_is) -> Iterator[Row]:
    """Yield the rows of an entry; *mask* is applied to each value.

    Without *now*, schedules are shown without their next times.
    """
    if entry.first.removal is not None:
        yield from _removal(entry.first.removal)
    yield from map(_field, map(mask, entry.fields))
    for change in entry.schedules:
        yield from _schedule(change, now, mask, is_drift=entry.is_schedule_drift)


def resource_rows(change: ResourceChange, mask: Mask = _as_it_is) -> Iterator[Row]:
    """Yield the rows of a resource; a new one without fields that have their default value."""
    for field in map(mask, change.fields):
        if change.action is not Action.CREATE or _says_something(field, change.kind):
            yield _field(field)


def _says_something(field: FieldChange, kind: ResourceKind) -> bool:
    """Return whether *field* of a new resource of *kind* differs from its default."""
    if field.path in _USUAL and kind is not ResourceKind.BLOCK:
        return field.after is not _USUAL[field.path]
    return field.after not in (None, "", {}, []) or kind is ResourceKind.VARIABLE


def _field(field: FieldChange) -> Row:
    return Row(field.path, _text(field.before), _text(field.after), is_drift=field.is_drift)


def _text(value: Value) -> str | None:
    if isinstance(value, Unknown) or value == SECRET:
        return str(value)
    return None if value is None else _as_json(value)


_as_json = json.JSONEncoder(ensure_ascii=False, default=str).encode


def _schedule(change: ScheduleChange, now: datetime | None, mask: Mask, *, is_drift: bool) -> Iterator[Row]:
    before, after = change.words
    if change.has_new_times:
        yield Row(change.path, before or None, after or None, is_drift=is_drift)
        if now is not None:
            yield from _next_runs(change, now)
    yield from (_field(field)._replace(is_drift=is_drift) for field in map(mask, change.fields))


def _next_runs(change: ScheduleChange, now: datetime) -> Iterator[Row]:
    before, after = (", ".join(shown_times(times)) for times in change.next_runs(now))
    if before or after:
        yield Row("next runs", before or None, after or None, is_remark=True)


def _removal(removal: Removal) -> Iterator[Row]:
    """Yield the rows of what is lost with a deleted deployment."""
    if removal.schedules:
        yield Row("schedules", ", ".join(removal.schedules), None)
    if removal.coming:
        yield Row("upcoming runs", f"{removal.coming}, the next at {_time(removal.next)}", None)
    if removal.last:
        state, moment = removal.last
        yield Row("last run", f"{state} at {_time(moment)}", None)


def _time(moment: datetime | None) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC") if moment else "an unknown time"


def counts(plan: Plan) -> str:
    """Return the number of deployments and resources for each action: `1 to create, …, 3 unchanged`."""
    parts = [
        f"{count} to {verb}"
        for action, verb in _VERBS.items()
        if (count := plan.summary.get(action)) is not None
    ]
    of_deployments = f"{', '.join(parts)}, {plan.summary[Action.UNCHANGED]} unchanged"
    summary = plan.resource_summary
    more = [f"{summary[action]} to {verb}" for action, verb in _VERBS.items() if action in summary]
    more += [f"{summary[Action.UNCHANGED]} unchanged"] if Action.UNCHANGED in summary else []
    return f"{of_deployments}; resources: {', '.join(more)}" if more else of_deployments


def no_changes(plan: Plan) -> str:
    """Return the sentence for a plan that changes nothing."""
    number, resources = plan.summary[Action.UNCHANGED], len(plan.resources)
    what = "1 deployment" if number == 1 else f"{number} deployments"
    if resources:
        what += f" and {resources} resource{'s' if resources > 1 else ''}"
    verb = "is" if number == 1 and not resources else "are"
    return f"No changes: {what} {verb} on {plan.backend} as declared."
