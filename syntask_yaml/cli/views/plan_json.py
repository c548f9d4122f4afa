"""A plan as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from syntask_yaml.model.server_pages import page_of_deployment
from syntask_yaml.plan.changes import Action, Plan
from syntask_yaml.plan.codec import encode
from syntask_yaml.plan.rows import clock_of
from syntask_yaml.plan.schedule_changes import ScheduleChange, schedule_changes


def as_document(plan: Plan, *, now: datetime) -> dict[str, Any]:
    """Return the document of *plan*, with the displayed rows of each change."""
    document = encode(plan)
    changes = [each for each in plan.changes if each.action is not Action.UNCHANGED]
    schedules = [tuple(schedule_changes(each.write)) if each.write else () for each in changes]
    clock = clock_of(now, sum(map(len, schedules)))
    for entry, change, of_change in zip(document["changes"], changes, schedules, strict=True):
        entry["page"] = page_of_deployment(plan.backend, change.id)
        entry["schedule_changes"] = [_schedule(each, clock) for each in of_change if each.has_new_times]
    return document


def _schedule(change: ScheduleChange, now: datetime | None) -> dict[str, Any]:
    before, after = change.words
    earlier, later = change.next_runs(now) if now else ((), ())
    return {
        "path": change.path,
        "before": before or None,
        "after": after or None,
        "next_runs_before": [each.isoformat() for each in earlier],
        "next_runs_after": [each.isoformat() for each in later],
    }
