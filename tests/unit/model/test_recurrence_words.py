"""A rule that cannot be read is explained by its part that is wrong, not by what a library raised."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from syntask_yaml.model.occurrences import first_time
from syntask_yaml.model.recurrence import rrule_problem
from syntask_yaml.model.schedule import RRule


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("every monday", "`every monday` is not a part of a rule: parts are `NAME=VALUE`, separated by `;`."),
        ("FREQ=DAILY;", "`` is not a part of a rule"),
        ("", "`` is not a part of a rule"),
        ("FREQ=DAYLY", "`FREQ` is `DAYLY`; expected one of `SECONDLY`, `MINUTELY`"),
        ("RRULE:FREQ=", "`FREQ` is ``; expected one of"),
        ("INTERVAL=2", "It has no `FREQ`."),
        ("FREQ=DAILY BYDAY=MO", "`FREQ` is `DAILY BYDAY=MO`; expected one of"),
        ("FREQ=DAILY;WHAT=1", "A rule has no part `WHAT`."),
        ("FREQ=WEEKLY;BYDAY=MO,XX", "`BYDAY` is `XX`; expected days such as `MO`, `FR` or `-1SU`."),
        ("FREQ=DAILY;COUNT=x", "`COUNT` is `x`; expected 1 to 1000000000."),
        ("FREQ=DAILY;BYHOUR=9,25", "`BYHOUR` is `25`; expected 0 to 23."),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0", "`BYSETPOS` is `0`; expected -366 to 366 without 0."),
        ("FREQ=DAILY;INTERVAL=-1", "`INTERVAL` must be at least 1."),
        ("RRULE:FREQ=DAILY\nEXRULE:freq=weekly;interval=-2", "`INTERVAL` must be at least 1."),
        ("FREQ=DAILY;UNTIL=soon", "`UNTIL` is `soon`; expected a date such as `20260131T090000`."),
        ("FREQ=DAILY;UNTIL=" + "9" * 60, f"`UNTIL` is `{'9' * 40}`; expected a date"),
        ("DTSTART:20261301T000000\nRRULE:FREQ=DAILY", "`DTSTART` is `20261301T000000`; expected a date"),
        ("RRULE:FREQ=DAILY\nEXRULE:x", "`x` is not a part of a rule"),
        ("SUMMARY:lunch\nRRULE:FREQ=DAILY", "A rule has no line `SUMMARY`."),
    ],
)
def test_the_part_that_is_wrong_is_named(text: str, problem: str) -> None:
    assert (rrule_problem(text) or "").startswith(problem)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("FREQ=SECONDLY;BYSECOND=60", "`BYSECOND` is `60`; expected 0 to 59."),
        ("DTSTART:20260101T000000\nRRULE:FREQ=MINUTELY;BYMINUTE=60", "`BYMINUTE` is `60`; expected 0 to 59."),
        ('{"rrule": "FREQ=SECONDLY;BYSECOND=60"}', "`BYSECOND` is `60`; expected 0 to 59."),
    ],
)
def test_a_rule_that_only_fails_when_it_is_walked_is_explained_like_one_that_cannot_be_read(
    text: str, problem: str
) -> None:
    assert rrule_problem(text) is None
    with pytest.raises(ValueError, match=f"^{problem}$"):
        first_time(RRule(text), datetime(2026, 3, 2, tzinfo=UTC))


@pytest.mark.parametrize(
    "text",
    ["FREQ=DAILY", "rrule:freq=weekly;byday=mo,-1su", "DTSTART:20260101T090000Z\nRRULE:FREQ=DAILY;COUNT=3"],
)
def test_what_can_be_read_has_no_problem(text: str) -> None:
    assert rrule_problem(text) is None
