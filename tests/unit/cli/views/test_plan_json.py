"""What a plan says of schedules and pages to programs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from syntask_yaml.cli.views import plan_json
from syntask_yaml.model.deployment import Deployment, Stored
from syntask_yaml.model.schedule import Cron, Schedule
from syntask_yaml.plan.changes import Plan
from syntask_yaml.plan.diff import diff

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SEVEN = Schedule(timing=Cron("0 7 * * *", "Europe/Berlin"), slug="daily")
EIGHT = replace(SEVEN, timing=Cron("0 8 * * *", "Europe/Berlin"))


def changes_of(before: tuple[Schedule, ...], after: tuple[Schedule, ...], **fields: Any) -> list[Any]:
    old = Deployment(flow="etl", name="a b", schedules=before)
    new = [replace(old, schedules=after, **fields), Deployment(flow="etl", name="new")]
    plan = Plan("shop", "http://127.0.0.1:4200/api", tuple(diff(new, [Stored("an/id", old)])))
    changes: list[Any] = plan_json.as_document(plan, now=NOW)["changes"]
    return changes


def test_schedules_are_told_in_words_with_the_next_times_of_both_sides() -> None:
    changed, new = changes_of((SEVEN,), (EIGHT,))

    assert changed["page"] == "http://127.0.0.1:4200/deployments/deployment/an%2Fid"
    assert changed["schedule_changes"] == [
        {
            "path": "schedules[daily]",
            "before": "At 07:00, every day (Europe/Berlin)",
            "after": "At 08:00, every day (Europe/Berlin)",
            "next_runs_before": [f"2026-11-{day}T07:00:00+01:00" for day in (21, 22, 23)],
            "next_runs_after": [f"2026-11-{day}T08:00:00+01:00" for day in (21, 22, 23)],
        }
    ]
    assert (new["page"], new["schedule_changes"]) == (None, [])


def test_a_side_without_a_schedule_or_runs_has_none() -> None:
    ((added, _), (paused, _)) = changes_of((), (EIGHT,)), changes_of((SEVEN,), (), paused=True)

    assert added["schedule_changes"][0]["before"] is None
    assert len(added["schedule_changes"][0]["next_runs_after"]) == 3
    assert paused["schedule_changes"][0] == {
        "path": "schedules[daily]",
        "before": "At 07:00, every day (Europe/Berlin)",
        "after": None,
        "next_runs_before": [],
        "next_runs_after": [],
    }


def test_times_are_not_looked_up_for_hundreds() -> None:
    many = tuple(replace(SEVEN, slug=f"s{number}") for number in range(201))

    found = changes_of((), many)[0]["schedule_changes"]

    assert len(found) == 201
    assert not any(each["next_runs_after"] for each in found)
