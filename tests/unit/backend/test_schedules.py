"""Which runs are made ahead, and when to look again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syntask_yaml.backend.schedules import NextRuns, next_runs, schedule_problem
from syntask_yaml.model.schedule import Cron, Interval, RRule, Schedule, Timing

NOW = datetime(2026, 3, 2, 12, 0, 30, tzinfo=UTC)
TIMINGS = st.builds(Interval, st.floats(1e-6, 1e5), st.just(NOW - timedelta(days=1))) | st.sampled_from(
    [Cron("* * * * *"), Cron("*/7 * * * * *"), Cron("0 2 29 2 *"), RRule("FREQ=MINUTELY;INTERVAL=3")]
)


@given(timing=TIMINGS, behind=st.floats(-500, 500))
def test_what_is_made_reaches_far_enough(timing: Timing, behind: float) -> None:
    """In order, at most a hundred, none older than a minute, and there is always a later look."""
    found = next_runs(timing, made_until=NOW - timedelta(seconds=behind), now=NOW)
    ahead = [time for time in found.times if time > NOW]

    assert found.again is not None
    assert found.again > NOW
    assert all(one < other for one, other in pairwise(found.times))
    assert found.times[0] > NOW - timedelta(seconds=max(0, min(behind, 60)))
    assert len(found.times) <= 100
    if len(found.times) < 100:
        assert len(ahead) >= 3
        assert ahead[-1] > NOW + timedelta(seconds=60)


def test_a_slow_schedule_is_looked_at_when_a_run_is_due() -> None:
    """Then two of the three are left."""
    found = next_runs(Cron("0 * * * *"), made_until=NOW, now=NOW)

    assert found.again == found.times[0] == datetime(2026, 3, 2, 13, tzinfo=UTC)


def test_a_fast_schedule_is_not_looked_at_all_the_time() -> None:
    """One of every second has a minute to go after it was looked at."""
    found = next_runs(Interval(1, NOW), made_until=NOW, now=NOW)

    assert found.again is not None
    assert found.again - NOW > timedelta(seconds=30)


def test_an_interval_of_an_instant_leaves_room_for_others() -> None:
    """Of its times as many as can start become runs, and none that others would have to wait for."""
    interval = Interval(0.000001, NOW - timedelta(days=1))
    found = next_runs(interval, made_until=NOW, now=NOW)

    assert all(other - one >= timedelta(seconds=0.099) for one, other in pairwise(found.times))
    assert found.times[-1] > NOW + timedelta(seconds=9)


def test_a_schedule_that_has_ended_is_not_looked_at_again() -> None:
    """There is nothing to come."""
    rule = RRule("DTSTART:20200101T000000\nRRULE:FREQ=DAILY;COUNT=2")

    assert next_runs(rule, made_until=NOW, now=NOW) == NextRuns((), None)


def test_a_schedule_that_raises_is_marked() -> None:
    """With the part of the rule that is wrong."""
    found = next_runs(RRule("RRULE:FREQ=DAILY;INTERVAL=0"), made_until=NOW, now=NOW)

    assert (found.times, found.again) == ((), None)
    assert found.problem == "`INTERVAL` is `0`; expected 1 to 1000000000."


def test_a_rule_that_takes_too_many_steps_is_marked() -> None:
    """And one that never fires is not: there is nothing to come."""
    counted = next_runs(RRule("RRULE:FREQ=DAILY;COUNT=9000"), made_until=NOW, now=NOW, steps=1000)
    never = next_runs(RRule("RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"), made_until=NOW, now=NOW, steps=1000)

    assert "1,000 steps" in (counted.problem or "")
    assert never == NextRuns((), None)


def test_a_rule_that_took_too_many_steps_once_fires_when_its_time_is_near() -> None:
    """It is marked until then, and looked at again and again."""
    rule, made = RRule("FREQ=SECONDLY;BYHOUR=9"), NOW
    at: datetime | None = NOW
    looks = [NextRuns((), NOW)]
    while at is not None and not looks[-1].times:
        looks.append(next_runs(rule, made_until=made, now=at, steps=50_000))
        at = looks[-1].again
        assert (looks[-1].problem is None) == bool(looks[-1].times)

    assert looks[-1].times[0] == datetime(2026, 3, 3, 9, tzinfo=UTC)


def test_what_was_found_before_the_steps_were_used_up_is_made() -> None:
    """The next look goes on from there."""
    rule = RRule("DTSTART:20260302T000000\nRRULE:FREQ=DAILY;COUNT=5000;BYDAY=MO")
    looks = [next_runs(rule, made_until=NOW, now=NOW, steps=steps) for steps in range(500, 5000, 100)]
    partly = [found for found in looks if 0 < len(found.times) < 3]

    assert partly
    assert all(found.again == found.times[-1] for found in partly)


@pytest.mark.parametrize(
    "timing",
    [
        Cron("0 2 * * *", "Europe/Berlin"),
        Cron("@daily"),
        Cron("0 0 L * *"),
        Interval(0.5, NOW, "UTC"),
        RRule("RRULE:FREQ=DAILY", "Asia/Tokyo"),
    ],
)
def test_a_schedule_that_can_fire_has_no_problem(timing: Timing) -> None:
    """All that the project file accepts."""
    assert schedule_problem(Schedule(timing=timing)) is None
