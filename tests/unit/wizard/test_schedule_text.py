"""Schedules in words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syntask_yaml.wizard.schedule_text import described, interval_problem, next_times, spoken_interval

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("15 minutes", 900),
        ("15min", 900),
        ("every 2 hours", 7200),
        ("hour", 3600),
        ("1 day", 86400),
        ("2 Weeks", 1209600),
        ("1.5 h", 5400),
        ("30s", 30),
        ("90", 90),
        ("PT10M", 600),
        ("0:10:00", 600),
    ],
)
def test_an_interval_is_said_in_words(text: str, seconds: float) -> None:
    """As people say it, or as the project file does."""
    assert spoken_interval(text) == seconds


@pytest.mark.parametrize("text", ["", "often", "0 minutes", "-5", "5 parsecs", "minutes 5"])
def test_what_is_no_interval_is_refused(text: str) -> None:
    """With words that would do."""
    assert "15 minutes" in interval_problem(text)


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        ({"cron": "0 6 * * *"}, "At 06:00, every day"),
        ({"cron": "30 2 * * 1-5", "timezone": "Europe/Berlin"}, "At 02:30, Monday to Friday (Europe/Berlin)"),
        ({"cron": "5 4 * * sat,7"}, "At 04:05, Saturday and Sunday"),
        ({"cron": "0 6 1 * *"}, "At 06:00, on day 1 of the month"),
        ({"cron": "*/15 * * * *"}, "Every 15 minutes, every day"),
        ({"cron": "0 * * * *"}, "Every hour, every day"),
        ({"cron": "0 */1 * * *"}, "Every hour, every day"),
        ({"cron": "*/1 * * * *"}, "Every minute, every day"),
        ({"cron": "30 6 */1 */1 mon"}, "At 06:30, Monday"),
        ({"cron": "*/15 */1 ? * ?"}, "Every 15 minutes, every day"),
        ({"cron": "*/1 6 * * *"}, "By the cron expression `*/1 6 * * *`"),
        ({"cron": "10 * * * 1"}, "Every hour, 10 minutes past, Monday"),
        ({"cron": "* * * * *"}, "Every minute, every day"),
        ({"cron": "*/7 * * * *"}, "By the cron expression `*/7 * * * *`"),
        ({"cron": "0 6 1 * 1"}, "By the cron expression `0 6 1 * 1`"),
        ({"cron": "0 6 * * fri-fri"}, "By the cron expression `0 6 * * fri-fri`"),
        ({"cron": "0 6 * 1 *"}, "By the cron expression `0 6 * 1 *`"),
        ({"interval": 900}, "Every 15 minutes"),
        ({"interval": 3600}, "Every hour"),
        ({"interval": "PT36H"}, "Every 36 hours"),
        ({"interval": 0.5}, "Every 0.5 seconds"),
        ({"rrule": "FREQ=DAILY", "timezone": "Asia/Tokyo"}, "By the recurrence rule FREQ=DAILY (Asia/Tokyo)"),
        ({"cron": "{{ $CRON }}"}, "By the cron expression `{{ $CRON }}`"),
        ({"interval": "{{ $I }}"}, "interval {{ $I }}"),
    ],
)
def test_a_schedule_reads_as_words(schedule: dict[str, Any], words: str) -> None:
    """What most people write is said in words, and anything else as it stands."""
    assert described(schedule) == words


def test_times_are_on_the_clock_of_the_schedule() -> None:
    """Its own zone, or for an interval that of the machine."""
    tokyo = next_times({"cron": "0 6 * * *", "timezone": "Asia/Tokyo"}, NOW, "Europe/Berlin")
    hours = next_times({"interval": 3600}, NOW, "Europe/Berlin")

    assert next_times({"interval": 20}, NOW, "UTC")[:2] == [
        "Fri 2026-11-20 12:00:20",
        "Fri 2026-11-20 12:00:40",
    ]
    assert tokyo[0] == "Sat 2026-11-21 06:00"
    assert hours[0] == "Fri 2026-11-20 14:00"
    assert next_times({"cron": "{{ $CRON }}"}, NOW, "UTC") == []
    assert len(next_times({"rrule": "FREQ=DAILY;COUNT=1;DTSTART=20300101T000000"}, NOW, "UTC")) <= 1


@given(st.text(max_size=20))
def test_whatever_is_typed_is_taken_or_refused(text: str) -> None:
    """No text makes the check of an interval, or the words for it, fail."""
    if not interval_problem(text):
        assert spoken_interval(text) > 0
    described({"cron": text})
    next_times({"cron": text}, NOW, "UTC")
