"""Which schedule is which, and what each is called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from syntask_yaml.model.deployment import Deployment, Stored
from syntask_yaml.model.identity import same_schedules, schedule_keys
from syntask_yaml.model.schedule import (
    Cron,
    Interval,
    RRule,
    Schedule,
    Timing,
    timing_from_dict,
    timing_to_dict,
)
from syntask_yaml.plan.changes import Action
from syntask_yaml.plan.diff import diff

SIX = Cron("0 6 * * *", "Europe/Rome")
FIRST, SECOND = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 0, 30, tzinfo=UTC)

DEPLOYED = datetime(2026, 1, 1, 0, 10, tzinfo=UTC)


def in_city(city: str, **fields: Any) -> Schedule:
    return Schedule(timing=SIX, parameters={"city": city}, **fields)


def changes(stored: Sequence[Schedule], wanted: Sequence[Schedule]) -> dict[str, tuple[Any, Any]]:
    before, after = (Deployment(flow="f", name="d", schedules=tuple(each)) for each in (stored, wanted))
    (change,) = diff([after], [Stored("1", before)])
    assert (change.action is Action.UNCHANGED) is (not change.fields)
    return {field.path: (field.before, field.after) for field in change.fields}


ROME, OSLO, MILAN = (in_city(city, active=True) for city in ("Rome", "Oslo", "Milan"))


def test_schedules_that_differ_in_parameters_alone_are_two() -> None:
    assert schedule_keys([ROME, OSLO]) == [
        'cron 0 6 * * * Europe/Rome {"city": "Rome"}',
        'cron 0 6 * * * Europe/Rome {"city": "Oslo"}',
    ]
    assert changes([ROME, OSLO], [OSLO, ROME]) == {}


def test_a_server_may_store_parameters_in_another_order() -> None:
    """PostgreSQL sorts the keys of a mapping by their length."""
    steps = [{"extract": 1, "load": [{"table": "a", "to": "b"}]}, {"extract": 2, "load": []}]
    stored = [{"load": [{"to": "b", "table": "a"}], "extract": 1}, {"load": [], "extract": 2}]
    before, after = (
        [Schedule(timing=SIX, parameters={"steps": each}, active=True) for each in side]
        for side in (stored, steps)
    )

    assert schedule_keys(before) == schedule_keys(after)
    assert changes(before, after) == {}


def test_schedules_that_differ_in_their_anchor_alone_are_two() -> None:
    hourly = [Schedule(timing=Interval(3600, anchor)) for anchor in (FIRST, SECOND)]

    assert schedule_keys(hourly) == [
        "interval 3600 UTC from 2026-01-01T00:00:00Z",
        "interval 3600 UTC from 2026-01-01T00:30:00Z",
    ]


def test_twins_are_counted() -> None:
    assert schedule_keys([ROME, ROME]) == [
        'cron 0 6 * * * Europe/Rome {"city": "Rome"}',
        'cron 0 6 * * * Europe/Rome {"city": "Rome"} (2)',
    ]
    assert changes([ROME, ROME], [ROME]).keys() == {
        'schedules[cron 0 6 * * * Europe/Rome {"city": "Rome"} (2)]'
    }


def test_one_schedule_has_the_shortest_name() -> None:
    assert schedule_keys([ROME, in_city("Oslo", slug="north")]) == ["cron 0 6 * * * Europe/Rome", "north"]


def test_a_removed_schedule_is_a_change_where_another_has_its_timing() -> None:
    removed = 'schedules[cron 0 6 * * * Europe/Rome {"city": "Rome"}]'
    ((path, (_, after)),) = changes([ROME, OSLO], [OSLO]).items()

    assert (path, after) == (removed, None)


def test_another_parameter_is_a_change_of_that_schedule() -> None:
    assert changes([ROME, OSLO], [MILAN, OSLO]) == {
        'schedules[cron 0 6 * * * Europe/Rome {"city": "Rome"}].parameters.city': ("Rome", "Milan")
    }


def test_a_schedule_is_first_the_one_that_equals_it() -> None:
    """Then the one of its timing, so that a changed parameter keeps the id."""
    stored = [replace(each, id=str(number)) for number, each in enumerate([ROME, OSLO])]

    assert [each and each.id for each in same_schedules([MILAN, OSLO], stored)] == ["0", "1"]
    assert [each and each.id for each in same_schedules([OSLO, MILAN, ROME], stored)] == ["1", None, "0"]


def test_an_interval_without_an_anchor_is_the_stored_one() -> None:
    assert changes([Schedule(timing=Interval(60, FIRST), active=True)], [Schedule(timing=Interval(60))]) == {}


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [
        ([None, FIRST], [SECOND, FIRST]),
        ([SECOND, None], [SECOND, DEPLOYED]),
        ([FIRST, None], [FIRST, SECOND]),
        ([None], [FIRST]),
    ],
)
def test_an_interval_without_an_anchor_is_what_the_others_leave(
    wanted: Sequence[datetime | None], kept: Sequence[datetime]
) -> None:
    """Of those on the backend, two have a declared anchor, and the last one that of its deploy."""
    stored = [Schedule(timing=Interval(60, anchor)) for anchor in (FIRST, SECOND, DEPLOYED)]
    found = same_schedules([Schedule(timing=Interval(60, anchor)) for anchor in wanted], stored)

    assert found == [Schedule(timing=Interval(60, anchor)) for anchor in kept]


@pytest.mark.parametrize(
    "timing",
    [
        Cron("0 6 * * *", "Europe/Rome", day_or=False),
        Cron("@daily"),
        Interval(90.5, FIRST, "UTC"),
        Interval(60),
        RRule("DTSTART:20260101T090000\nRRULE:FREQ=DAILY", "Asia/Tokyo"),
    ],
)
def test_a_timing_comes_back_from_its_fields(timing: Timing) -> None:
    assert timing_from_dict(timing_to_dict(timing)) == timing
