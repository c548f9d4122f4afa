"""Recurrence rules on a real server: its runs are planned at the hours that the rule means."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from syntask_yaml.backend.prefect.backend import PrefectBackend
from tests.support.desk import Desk
from tests.support.prefect_server import PrefectServer

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(name="desk")
def _desk(empty: PrefectServer, tmp_path: Path) -> Iterator[Desk]:
    with closing(PrefectBackend.open(empty.api, {})) as backend:
        yield Desk(tmp_path, backend=backend)


def planned(server: PrefectServer, desk: Desk, schedule: dict[str, str]) -> list[datetime]:
    """When the runs are to begin that the server plans ahead for a deployment with *schedule*, in Berlin."""
    desk.declare(f"work_pool: {{name: default}}, schedules: [{json.dumps(schedule)}]", top="name: rules")
    desk.deploy()
    assert not desk.plan().plan.has_changes
    server.request("POST", f"/deployments/{desk.stored().id}/schedule", {"min_runs": 4})
    times = (datetime.fromisoformat(run["expected_start_time"]) for run in server.every("flow_runs"))
    return sorted(time.astimezone(BERLIN) for time in times)


@pytest.mark.parametrize(
    "schedule",
    [
        {"rrule": "FREQ=DAILY;BYHOUR=9;UNTIL=20961231T080000Z", "timezone": "Europe/Berlin"},
        {"rrule": "DTSTART;TZID=Europe/Berlin:20260101T090000\nRRULE:FREQ=DAILY"},
        {"rrule": "DTSTART;TZID=Europe/Berlin:20260101T090000\nRRULE:FREQ=DAILY;UNTIL=20961231T080000Z"},
    ],
)
def test_runs_are_planned_by_the_clock_of_the_zone(
    empty: PrefectServer, desk: Desk, schedule: dict[str, str]
) -> None:
    times = planned(empty, desk, schedule)

    assert len(times) >= 4
    assert {(time.hour, time.minute) for time in times} == {(9, 0)}


def test_the_last_run_is_at_the_end_that_was_given_in_utc(empty: PrefectServer, desk: Desk) -> None:
    """Though the rule is read on the clock of its zone."""
    end = (datetime.now(UTC) + timedelta(hours=3)).replace(minute=0, second=0, microsecond=0)
    rule = f"FREQ=HOURLY;UNTIL={end:%Y%m%dT%H%M%SZ}"

    assert planned(empty, desk, {"rrule": rule, "timezone": "Asia/Tokyo"})[-1] == end
