"""The days of a schedule as a calendar."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from syntask_yaml.model.schedule import Cron, Interval, RRule, Timing
from syntask_yaml.model.schedule_calendar import calendar_of

NOW = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)


def test_days_on_which_it_fires_have_brackets() -> None:
    """From today on, on the clock of its zone, with the months where they begin."""
    assert calendar_of(Cron("30 2 * * 1-5", "Europe/Berlin"), NOW) == [
        "      Mo  Tu  We  Th  Fr  Sa  Su",
        "Nov                       21  22",
        "     [23][24][25][26][27] 28  29",
        "     [30][ 1][ 2][ 3][ 4]  5   6",
        "Dec  [ 7][ 8][ 9][10][11] 12  13",
    ]


def test_it_fits_small_terminals_without_unicode() -> None:
    lines = calendar_of(Interval(86400), NOW, timezone="Asia/Tokyo")
    assert max(map(len, lines)) <= 33
    assert all(line.isascii() for line in lines)
    assert lines[1] == "Nov                       21 [22]"


@pytest.mark.parametrize(
    "timing",
    [
        Cron("*/15 * * * *"),  # a calendar of days says nothing
        Cron("0 6 1 6 *"),  # not soon
        RRule("FREQ=DAILY;UNTIL=20200101T000000"),  # never
        RRule("NONSENSE"),
        Cron("0 6 * * *", "Nowhere/Land"),
    ],
)
def test_no_calendar_says_what_the_times_say(timing: Timing) -> None:
    assert calendar_of(timing, NOW) == []
