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

# Walking schedules takes about a millisecond each.
_MOST_SCHEDULES = 200
# What is said of a field that the project did not change.
DRIFT = "changed on the backend since the last deploy"
_VERBS = {
    Action.CREATE: "create",
    Action.UPDATE: "update",
    Action.RENAME: "rename",
    Action.DELETE: "delete",
}

# The flags of resources as they are where nothing else is declared.
_USUAL: Mapping[str, bool] = {"paused": False, "active": True, "enabled": True}

Mask: TypeAlias = Callable[[FieldChange], FieldChange]


class Row(NamedTuple):
    """One thing that differs, and its two sides; None on the side that has none.

    *is_remark*: it explains the row before it. *is_drift*: somebody else changed it on the backend.
    """

    what: str
    before: str | None
    after: str | None
    is_remark: bool = False
    is_drift: bool = False


def clock_for(sections: Sequence[ReviewSection], now: datetime) -> datetime | None:
    """*now*, or None where there are so many schedules that their next times are not looked up."""
    return clock_of(now, sum(len(entry.schedules) for section in sections for entry in section.entries))


def clock_of(now: datetime, schedules: int) -> datetime | None:
    """The same for a number of *schedules*."""
    return now if schedules <= _MOST_SCHEDULES else None


def _as_it_is(field: FieldChange) -> FieldChange:
    return field


def rows(entry: FoldedChange, now: datetime | None, mask: Mask = _as_it_is) -> Iterator[Row]:
    """The rows of an entry, of which *mask* says what is shown.

    Without *now*, schedules are shown without their next times.
    """
    if entry.first.removal is not None:
        yield from _removal(entry.first.removal)
    yield from map(_field, map(mask, entry.fields))
    for change in entry.schedules:
        yield from _schedule(change, now, mask, is_drift=entry.is_schedule_drift)


def resource_rows(change: ResourceChange, mask: Mask = _as_it_is) -> Iterator[Row]:
    """The rows of a resource; a new one without what is as it always is."""
    for field in map(mask, change.fields):
        if change.action is not Action.CREATE or _says_something(field, change.kind):
            yield _field(field)


def _says_something(field: FieldChange, kind: ResourceKind) -> bool:
    """Return whether a new resource of *kind* is not as it always is in this *field*."""
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
    """What goes with a deployment, as far as there is any."""
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
    """Return how many deployments and resources there are for each action: `1 to create, …, 3 unchanged`."""
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
