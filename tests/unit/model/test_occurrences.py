"""When schedules fire, and that finding it out takes bounded work."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from syntask_yaml.backend.schedules import NextRuns, next_runs
from syntask_yaml.model.occurrences import first_time, occurrences, slow_anywhere
from syntask_yaml.model.recurrence import rrule_problem
from syntask_yaml.model.schedule import Cron, Interval, RRule, Timing
from syntask_yaml.model.steps import TooManySteps, within

NOW = datetime(2026, 3, 2, 12, 0, 30, tzinfo=UTC)
# What a look at a cron expression takes at most: a hundred times, or fifty years without one.
MOST = 400_000

crons = st.builds(
    lambda *fields: Cron(" ".join(fields)),
    st.sampled_from(["*", "0", "*/7", "59"]),
    st.sampled_from(["*", "3", "0-5"]),
    st.sampled_from(["*", "31", "L", "29"]),
    st.sampled_from(["*", "2", "*/5"]),
    st.sampled_from(["*", "1", "5#5"]),
)
intervals = st.builds(
    Interval,
    st.floats(1e-3, 1e10),
    st.datetimes(datetime(1971, 1, 1), datetime(2300, 1, 1), timezones=st.just(UTC)),
    st.sampled_from([None, "Europe/Berlin", "America/New_York"]),
)
rules = st.builds(
    lambda start, freq, rest: RRule(f"{start}RRULE:FREQ={freq}{rest}"),
    st.sampled_from(["", "DTSTART:19990131T093000\n", "DTSTART:20990101T000000\n"]),
    st.sampled_from(["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"]),
    st.sampled_from(["", ";INTERVAL=13", ";COUNT=100", ";BYMONTH=2;BYMONTHDAY=30", ";BYDAY=FR"]),
)


@given(timing=crons | intervals | rules)
@example(timing=RRule("RRULE:FREQ=DAILY;COUNT=300000"))
def test_a_look_takes_bounded_steps(timing: Timing) -> None:
    """Of whatever kind the schedule is; one that has no time within them is told from one that has none."""
    steps = 50_000
    (found,) = within(steps + MOST, iter_once(timing, steps))

    assert found.problem is None or "steps" in found.problem


def iter_once(timing: Timing, steps: int) -> Iterator[NextRuns]:
    yield next_runs(timing, made_until=NOW, now=NOW, steps=steps)


@pytest.mark.parametrize(
    "rule",
    [
        "DTSTART:20260301T093000\nRRULE:FREQ=SECONDLY;INTERVAL=7",
        "DTSTART:20110101T093000\nRRULE:FREQ=DAILY;INTERVAL=3",
        "DTSTART:20110103T093000\nRRULE:FREQ=WEEKLY;INTERVAL=3;WKST=SU",
        "DTSTART:20110115T093000\nRRULE:FREQ=MONTHLY;INTERVAL=5",
        "DTSTART:20110131T093000\nRRULE:FREQ=MONTHLY;INTERVAL=5",
        "DTSTART:20120229T093000\nRRULE:FREQ=YEARLY;INTERVAL=4",
        "DTSTART:20120301T093000\nRRULE:FREQ=YEARLY;INTERVAL=7;BYDAY=1MO,-1SU",
        "RRULE:FREQ=DAILY\nEXRULE:FREQ=WEEKLY;BYDAY=MO,WE",
        "RRULE:FREQ=WEEKLY;BYDAY=MO\nRDATE:20260304T050000\nEXDATE:20260309T000000",
    ],
)
def test_a_rule_entered_near_now_fires_as_from_its_start(rule: str) -> None:
    """Where it began long ago, without walking all the way."""
    from dateutil.rrule import rrulestr

    walked = rrulestr(rule, dtstart=datetime(2020, 1, 1))
    expected = list(islice(walked.xafter(NOW.replace(tzinfo=None)), 8))

    found = [time.replace(tzinfo=None) for time in islice(occurrences(RRule(rule), NOW, steps=100_000), 8)]

    assert found == expected


@pytest.mark.parametrize(
    "timing",
    [
        Cron("0 6 31 2 *"),
        Cron("0 0 1 1 * 0 2020"),
        RRule("RRULE:FREQ=DAILY;COUNT=7"),
        RRule("RRULE:FREQ=DAILY;UNTIL=20210101T000000Z", "Europe/Berlin"),
        RRule("RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"),
        RRule("RRULE:FREQ=MINUTELY;BYMONTH=4,6;BYMONTHDAY=31"),
    ],
)
def test_what_can_never_fire_has_no_first_time(timing: Timing) -> None:
    assert first_time(timing, NOW) is None


@pytest.mark.parametrize("year", [2027, 2077, 2099])
def test_a_cron_expression_fires_in_its_year_however_far_it_is(year: int) -> None:
    assert first_time(Cron(f"0 0 1 1 * 0 {year}"), NOW) == datetime(year, 1, 1, tzinfo=UTC)


def test_a_rule_that_takes_too_many_steps_is_refused_with_the_reason() -> None:
    with pytest.raises(ValueError, match="takes more than 1,000 steps"):
        first_time(RRule("RRULE:FREQ=DAILY;COUNT=10000"), NOW, steps=1000)


@pytest.mark.parametrize(
    ("rule", "is_slow"),
    [
        ("RRULE:FREQ=MINUTELY\nEXRULE:FREQ=MINUTELY;BYDAY=MO,TU,WE", True),
        ("RRULE:FREQ=MINUTELY\nEXRULE:FREQ=MINUTELY;BYMONTHDAY=2,3,4,5,6", True),
        ("DTSTART:20400101T000000\nRRULE:FREQ=MINUTELY\nEXRULE:FREQ=MINUTELY;BYMONTH=6,7", True),
        ("RRULE:FREQ=DAILY\nEXRULE:FREQ=WEEKLY;BYDAY=MO,WE", False),
        ("RRULE:FREQ=HOURLY;INTERVAL=2\nEXRULE:FREQ=HOURLY;BYDAY=SA,SU", False),
    ],
)
def test_a_rule_that_another_one_takes_out_is_judged_by_all_its_days(rule: str, is_slow: bool) -> None:
    """And not from today on: it would be slow on some days of the week only."""
    slow = slow_anywhere(RRule(rule), steps=30_000)

    assert (slow is not None) is is_slow


def test_the_end_of_a_rule_in_utc_is_on_the_clock_of_its_zone() -> None:
    """The last time is the moment itself."""
    rule = RRule("RRULE:FREQ=DAILY;BYHOUR=9;UNTIL=20260304T080000Z", "Europe/Berlin")

    assert list(occurrences(rule, NOW)) == [datetime(2026, 3, day, 8, tzinfo=UTC) for day in (3, 4)]


@pytest.mark.parametrize(
    ("rule", "timezone"),
    [
        ("DTSTART:20260101T090000Z RRULE:FREQ=DAILY", "Europe/Berlin"),
        ("DTSTART:2026-01-01T09:00:00Z\nRRULE:FREQ=DAILY;UNTIL=20270101T000000Z", "Europe/Berlin"),
        ("DTSTART:2026-01-01T09:00:00+00:00\nRRULE:FREQ=DAILY", "Europe/Berlin"),
        ("dtstart:20260101t090000z\nrrule:freq=daily;until=20270101t000000z", "Europe/Berlin"),
        ("dtstart;tzid=Europe/Berlin:20260101t090000\nrrule:freq=daily", None),
        ("DTSTART:20260101T090000Z\nRRULE:FREQ=DAILY\nEXDATE:20260308T090000Z", "Europe/Berlin"),
        ("FREQ=DAILY;BYHOUR=9;UNTIL=99991231T235959Z", "Europe/Berlin"),
        ("DTSTART:20260101T090000\nRRULE:FREQ=DAILY;UNTIL=20270101T000000Z", "Europe/Berlin"),
        ('{"rrule": "DTSTART:20260101T090000Z\\nRRULE:FREQ=DAILY", "timezone": "Europe/Berlin"}', None),
    ],
)
def test_a_start_is_on_the_clock_of_the_zone_however_it_is_written(rule: str, timezone: str | None) -> None:
    """As on a server: with an offset, in lower case, in ISO form, with an end that means for ever."""
    assert rrule_problem(rule) is None
    assert list(islice(occurrences(RRule(rule, timezone), NOW), 3)) == [
        datetime(2026, 3, day, 8, tzinfo=UTC) for day in (3, 4, 5)
    ]


def test_the_zone_of_an_exception_is_not_that_of_the_rule() -> None:
    rule = RRule("RRULE:FREQ=DAILY\nEXDATE;TZID=Asia/Tokyo:20260303T000000")

    assert first_time(rule, NOW) == datetime(2026, 3, 4, tzinfo=UTC)


def test_nothing_is_missed_where_the_clock_jumps() -> None:
    """From any moment around the change, what comes next is what comes next of all."""
    change = datetime(2026, 3, 29, 1, tzinfo=UTC)
    cron = Cron("*/20 * * * *", "Europe/Berlin")
    times = list(islice(occurrences(cron, change - timedelta(hours=5)), 40))

    for minutes in range(-240, 240, 7):
        moment = change + timedelta(minutes=minutes)
        assert next(occurrences(cron, moment)) == next(time for time in times if time > moment)
    assert all(time.astimezone(ZoneInfo("Europe/Berlin")).minute % 20 == 0 for time in times)


def test_steps_are_counted_wherever_they_are_spent() -> None:
    """Over all the items, and the tracer that was there is there again."""
    found: list[int] = []
    with pytest.raises(TooManySteps):
        found.extend(within(1000, (sum(range(9)) + number for number in iter(int, 1))))

    assert 100 < len(found) <= 1000
    assert list(within(1000, iter([1, 2]))) == [1, 2]


def test_what_is_imported_and_read_for_the_first_rule_of_a_process_are_no_steps() -> None:
    """Each command is a process: otherwise `deployment ls` would not know when its first rule fires."""
    code = """
from datetime import UTC, datetime
from syntask_yaml.model.occurrences import first_time
from syntask_yaml.model.schedule import RRule
rule = RRule("DTSTART;TZID=America/New_York:20270101T090000\\nRRULE:FREQ=DAILY")
print(first_time(rule, datetime(2026, 12, 1, tzinfo=UTC), steps=2_000))
"""
    printed = subprocess.check_output((sys.executable, "-c", code), text=True)
    assert printed == "2027-01-01 14:00:00+00:00\n"
