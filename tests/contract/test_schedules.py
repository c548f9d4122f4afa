"""The schedules of a deployment: which of those that are stored is meant, and what it keeps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from syntask_yaml.model.deployment import Deployment, Stored
from syntask_yaml.model.schedule import Cron, Interval, RRule, Schedule
from syntask_yaml.model.value import known

Deploy = Callable[..., list[Stored]]

ETL = Deployment(flow="etl", name="prod", entrypoint="flows/etl.py:etl")
ANCHOR = datetime(2026, 1, 1, 6, tzinfo=UTC)
HOURLY = Schedule(timing=Cron("0 * * * *"))


def schedules(stored: Stored) -> tuple[Schedule, ...]:
    found = known(stored.deployment.schedules)
    assert found is not None
    return found


ANCHORED = Interval(3600, ANCHOR)


@pytest.mark.parametrize(
    ("stored", "wanted"),
    [
        (Schedule(timing=Cron("0 2 * * *", "UTC")), Schedule(timing=Cron("0 2 * * *", "UTC"))),
        (Schedule(timing=RRule("FREQ=DAILY")), Schedule(timing=RRule("FREQ=DAILY"), parameters={"a": 1})),
        (Schedule(timing=ANCHORED), Schedule(timing=ANCHORED)),
        (Schedule(timing=ANCHORED), Schedule(timing=Interval(3600))),
        (Schedule(timing=ANCHORED, slug="a"), Schedule(timing=Interval(3600), slug="a")),
        (Schedule(timing=ANCHORED, slug="a"), Schedule(timing=Interval(60), slug="a")),
        (Schedule(timing=ANCHORED, slug="a"), Schedule(timing=Cron("0 2 * * *"), slug="b", replaces="a")),
        (Schedule(timing=ANCHORED), Schedule(timing=ANCHORED, slug="new")),
    ],
)
def test_a_schedule_that_is_recognised_keeps_id_and_rest(
    deploy: Deploy, stored: Schedule, wanted: Schedule
) -> None:
    """By slug, by the slug it replaces, or by firing at the same times; and what it does not say stays."""
    (before,) = deploy(replace(ETL, schedules=(replace(stored, active=False),)))
    (after,) = deploy(replace(ETL, schedules=(wanted,)))

    (had,), (has,) = schedules(before), schedules(after)
    assert (had.id, False) == (has.id, has.active)
    assert (wanted.slug, wanted.parameters, None) == (has.slug, has.parameters, has.replaces)


def test_a_schedule_that_loses_its_slug_stays_at_rest(deploy: Deploy) -> None:
    """It still fires at the same times."""
    deploy(replace(ETL, schedules=(Schedule(timing=ANCHORED, slug="old", active=False),)))
    (after,) = deploy(replace(ETL, schedules=(Schedule(timing=ANCHORED),)))

    assert [(has.slug, has.active) for has in schedules(after)] == [(None, False)]


@pytest.mark.own(reason="a server takes no slug from a schedule: it makes another one")
def test_a_schedule_that_loses_its_slug_keeps_its_id(deploy: Deploy) -> None:
    """As any other that stays."""
    (before,) = deploy(replace(ETL, schedules=(Schedule(timing=ANCHORED, slug="old"),)))
    (after,) = deploy(replace(ETL, schedules=(Schedule(timing=ANCHORED),)))

    assert schedules(before)[0].id == schedules(after)[0].id


@pytest.mark.parametrize(
    ("stored", "wanted"),
    [
        (Schedule(timing=Cron("0 2 * * *")), Schedule(timing=Cron("0 3 * * *"))),
        (Schedule(timing=Cron("0 2 * * *")), Schedule(timing=Cron("0 2 * * *", "Asia/Tokyo"))),
        (Schedule(timing=ANCHORED), Schedule(timing=Interval(3600, ANCHOR + timedelta(minutes=1)))),
        (Schedule(timing=HOURLY.timing, slug="a"), Schedule(timing=HOURLY.timing, slug="b")),
    ],
)
def test_another_schedule_is_new_and_active(deploy: Deploy, stored: Schedule, wanted: Schedule) -> None:
    """The old one goes, and with it that it was not active."""
    (before,) = deploy(replace(ETL, schedules=(replace(stored, active=False),)))
    (after,) = deploy(replace(ETL, schedules=(wanted,)))

    (had,), (has,) = schedules(before), schedules(after)
    assert had.id != has.id
    assert has.active is True


def test_an_interval_keeps_the_anchor_it_has(deploy: Deploy) -> None:
    """Deploying again does not move it."""
    (before,) = deploy(replace(ETL, schedules=(Schedule(timing=Interval(3600)),)))
    (after,) = deploy(replace(ETL, schedules=(Schedule(timing=Interval(3600)),)))

    (had,), (has,) = schedules(before), schedules(after)
    assert isinstance(has.timing, Interval)
    assert has.timing.anchor is not None
    assert had == has


def test_replacing_a_slug_twice_is_replacing_it_once(deploy: Deploy) -> None:
    """The same file can be deployed again."""
    renamed = replace(ETL, schedules=(replace(HOURLY, slug="new", replaces="old"),))
    (before,) = deploy(replace(ETL, schedules=(replace(HOURLY, slug="old"),)))
    (once,) = deploy(renamed)
    (twice,) = deploy(renamed)

    assert {schedules(before)[0].id} == {schedules(once)[0].id, schedules(twice)[0].id}
    assert [schedule.slug for schedule in schedules(twice)] == ["new"]


def in_cities(*cities: str) -> Deployment:
    """A deployment that runs in several cities at the same time."""
    timing = Cron("0 6 * * *", "Europe/Rome")
    several = (Schedule(timing=timing, parameters={"city": city}) for city in cities)
    return replace(ETL, schedules=tuple(several))


def ids(stored: Stored) -> dict[Any, str | None]:
    return {each.parameters["city"]: each.id for each in schedules(stored)}


def test_schedules_of_one_timing_are_told_apart_by_their_parameters(deploy: Deploy) -> None:
    """Removing one leaves the other, and another parameter changes one of them in place."""
    (before,) = deploy(in_cities("Rome", "Oslo"))
    (changed,) = deploy(in_cities("Oslo", "Milan"))
    (left,) = deploy(in_cities("Oslo"))

    had, has = ids(before), ids(changed)
    assert (has["Oslo"], has["Milan"]) == (had["Oslo"], had["Rome"])
    assert ids(left) == {"Oslo": had["Oslo"]}


def test_the_schedule_that_was_paused_is_the_one_that_stays_paused(deploy: Deploy) -> None:
    rome, oslo = known(in_cities("Rome", "Oslo").schedules) or ()
    deploy(replace(ETL, schedules=(rome, replace(oslo, active=False))))
    (after,) = deploy(in_cities("Oslo", "Rome"))

    active = {each.parameters["city"]: each.active for each in schedules(after)}
    assert active == {"Oslo": False, "Rome": True}


DAILY, AGAIN = Schedule(timing=Cron("0 2 * * *")), replace(HOURLY, parameters={"again": True})


EXTRA = replace(DAILY, slug="extra")


def test_schedules_are_told_apart_in_any_order(deploy: Deploy) -> None:
    """No schedule is taken for two."""
    (before,) = deploy(replace(ETL, schedules=(HOURLY, DAILY, AGAIN)))
    (after,) = deploy(replace(ETL, schedules=(DAILY, HOURLY, AGAIN, EXTRA)))

    had = {schedule.id for schedule in schedules(before)}
    has = {schedule.id: schedule.slug for schedule in schedules(after)}
    assert (len(has), [has[one] for one in had]) == (4, [None] * 3)


@pytest.mark.own(reason="a server keeps no order")
def test_schedules_stand_in_the_order_in_which_they_are_declared(deploy: Deploy) -> None:
    """Whatever it was before."""
    (before,) = deploy(replace(ETL, schedules=(HOURLY, DAILY, AGAIN)))
    (after,) = deploy(replace(ETL, schedules=(DAILY, HOURLY, AGAIN, EXTRA)))

    first, second, third = (schedule.id for schedule in schedules(before))
    assert [second, first, third] == [schedule.id for schedule in schedules(after)][:3]


def test_no_schedules_are_no_schedules(deploy: Deploy) -> None:
    """An empty list removes."""
    deploy(replace(ETL, schedules=(HOURLY,)))
    (stored,) = deploy(replace(ETL, schedules=()))

    assert stored.deployment.schedules == ()


def test_active_is_set_where_it_is_declared(deploy: Deploy) -> None:
    """What a file says goes over what somebody switched by hand."""
    deploy(replace(ETL, schedules=(replace(HOURLY, active=False),)))
    (stored,) = deploy(replace(ETL, schedules=(replace(HOURLY, active=True),)))

    assert schedules(stored)[0].active is True
