"""A plan as a reviewer reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import click
import pytest

from syntask_yaml.cli.views.plan import lines
from syntask_yaml.model.deployment import ConcurrencyLimit, Deployment, Stored
from syntask_yaml.model.schedule import Cron, Interval, Schedule
from syntask_yaml.plan.changes import Plan
from syntask_yaml.plan.diff import diff

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MORNING = Schedule(timing=Cron("0 6 * * *", "Europe/Berlin"), active=True)


def deployment(name: str, **fields: Any) -> Deployment:
    whole = {"entrypoint": "billing/flows.py:report", "concurrency_limit": ConcurrencyLimit(11), **fields}
    return Deployment(flow="report", name=name, **whole)


def shown(before: list[Deployment], after: list[Deployment], *, verbose: bool = False) -> list[str]:
    """What a plan says of deployments that are to be others."""
    stored = [Stored(str(number), each) for number, each in enumerate(before)]
    plan = Plan("shop", "memory", tuple(diff(after, stored)))
    return [click.unstyle(line) for line in lines(plan, now=NOW, verbose=verbose)][:-2]


def test_equal_changes_are_one() -> None:
    """With the names that fit, and all of them when asked for."""
    before = [deployment(f"n{number:02}") for number in range(15)]
    after = [replace(each, concurrency_limit=ConcurrencyLimit(21)) for each in before]
    names = ", ".join(f"report/n{number:02}" for number in range(5))

    assert shown(before, after)[:2] == [
        f"~ 15 deployments: {names} and 10 more  (concurrency_limit differs)",
        "    concurrency_limit.limit: 11 -> 21",
    ]
    assert (
        sum(line == "    concurrency_limit.limit: 11 -> 21" for line in shown(before, after, verbose=True))
        == 15
    )


def test_deployments_stand_under_the_folder_of_their_flow() -> None:
    """Those of a flow together; what is the same in several folders names them all."""
    after = [
        deployment("a"),
        deployment("b", entrypoint="hr.people.flows:report", work_pool="big"),
        deployment("c", entrypoint="main.py:report", work_pool="big", description="x"),
    ]
    before = [replace(each, concurrency_limit=None) for each in after]
    after[1] = replace(after[1], work_pool="small")

    assert shown(before, after) == [
        "billing/, ./",
        "~ 2 deployments: report/a, report/c  (concurrency_limit differs)",
        '    concurrency_limit: {"limit": 11, "collision_strategy": "ENQUEUE", "grace_period_seconds": null}',
        "hr/people/",
        "~ report/b  (concurrency_limit, work_pool differ)",
        '    concurrency_limit: {"limit": 11, "collision_strategy": "ENQUEUE", "grace_period_seconds": null}',
        '    work_pool.name: "big" -> "small"',
    ]


SCHEDULES: Mapping[str, tuple[list[Schedule], list[Schedule], list[str]]] = {
    "another time": (
        [MORNING],
        [replace(MORNING, timing=Cron("0 7 * * 1", "Europe/Berlin"))],
        [
            "    schedules: At 06:00, every day (Europe/Berlin) -> At 07:00, Monday (Europe/Berlin)",
            "      next runs before: Sat 2026-11-21 06:00, Sun 2026-11-22 06:00, Mon 2026-11-23 06:00",
            "      next runs after: Mon 2026-11-23 07:00, Mon 2026-11-30 07:00, Mon 2026-12-07 07:00",
        ],
    ),
    "another kind": (
        [MORNING],
        [Schedule(timing=Interval(900.0))],
        [
            "    schedules: At 06:00, every day (Europe/Berlin) -> Every 15 minutes (UTC)",
            "      next runs before: Sat 2026-11-21 06:00, Sun 2026-11-22 06:00, Mon 2026-11-23 06:00",
        ],
    ),
    "not active": (
        [MORNING],
        [replace(MORNING, active=False, parameters={"password": "rosebud"})],
        [
            "    schedules[cron 0 6 * * * Europe/Berlin].active: true -> false",
            '    schedules[cron 0 6 * * * Europe/Berlin].parameters.password: "(hidden)"',
        ],
    ),
    "removed": (
        [replace(MORNING, slug="early", active=False)],
        [],
        ["    schedules[early]: At 06:00, every day (Europe/Berlin), not active -> removed"],
    ),
    "two with names": (
        [replace(MORNING, slug="early", active=False)],
        [replace(MORNING, timing=Cron("0 6 1 * *"), slug="late", active=False)],
        [
            "    schedules[early]: At 06:00, every day (Europe/Berlin), not active -> removed",
            "    schedules[late]: At 06:00, on day 1 of the month (UTC), not active",
        ],
    ),
}


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_is_shown_beside_what_it_was(name: str) -> None:
    """In words, with the next times of both sides as far as there are any."""
    before, after, expected = SCHEDULES[name]

    found = shown(
        [deployment("a", schedules=tuple(before))], [deployment("a", schedules=tuple(after))], verbose=True
    )

    assert found[1:] == expected
