"""What is said of cron expressions."""

from __future__ import annotations

import pytest
from croniter import croniter

from syntask_yaml.model.cron import cron_problem, full_ranges, starred_day, uneven_steps


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("61 * * * *", "The minute field `61` is not valid; expected 0 to 59"),
        ("0 24 * * *", "The hour field `24`"),
        ("0 6 32 * *", "The day of month field `32`"),
        ("0 6 * 13 *", "The month field `13`"),
        ("0 6 * * mo", "The day of week field `mo`"),
        ("0 6 * * 1 60", "The second field `60`"),
        ("0 6 * * 1 0 1066", "The year field `1066`"),
        ("*/0 * * * *", "The minute field `*/0`"),
        ("0 6 * *", "It has 4 fields; a cron expression has five"),
        ("daily", "It has 1 field; "),
        ("* * * * * * * *", "It has 8 fields"),
        ("@often", "The alias is unknown"),
        ("H 6 * * *", "not supported"),
    ],
)
def test_a_wrong_expression_is_explained_by_its_field(line: str, said: str) -> None:
    assert said in (cron_problem(line) or "")


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("0 6 * * 3-3", [("3-3", "day of week", "3")]),
        ("0 6 * * 1,Wed-wed", [("Wed-wed", "day of week", "Wed")]),
        ("0 6 3-3 jan-jan *", [("3-3", "day of month", "3"), ("jan-jan", "month", "jan")]),
        ("0 6 * * 3-wed", [("3-wed", "day of week", "3")]),
        ("0 6 * * 7-0,sun-0", [("7-0", "day of week", "7"), ("sun-0", "day of week", "sun")]),
        ("0 06-6 * 1-jan *", [("06-6", "hour", "06"), ("1-jan", "month", "1")]),
        ("0 6 * * 0-7", []),
        ("0 6 * * 1-5", []),
        ("0-59 */2 1,2 * *", []),
    ],
)
def test_a_range_of_one_value_is_found(line: str, found: list[tuple[str, str, str]]) -> None:
    assert list(full_ranges(line)) == found


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("*/25 * * * *", [("*/25", "25 minutes", 1500)]),
        ("5-59/25 * * * *", [("5-59/25", "25 minutes", 1500)]),
        ("5/25 * * * *", [("5/25", "25 minutes", 1500)]),
        ("0 */5 * * *", [("*/5", "5 hours", 18000)]),
        ("0 0-23/5 * * *", [("0-23/5", "5 hours", 18000)]),
        ("0 6 */2 * *", [("*/2", "2 days", 172800)]),
        ("0 6 1-31/7 * *", [("1-31/7", "7 days", 604800)]),
        ("0 6 1 */5 *", [("*/5", "5 months", 0)]),
        ("0 6 * * */2", [("*/2", "2 days", 172800)]),
        ("0 6 * * sun-sat/3", [("sun-sat/3", "3 days", 259200)]),
        ("* * * * * */7", [("*/7", "7 seconds", 7)]),
        ("*/7 */5 * * *", [("*/7", "7 minutes", 0), ("*/5", "5 hours", 0)]),
        ("0 6 */2 * mon", [("*/2", "2 days", 0)]),
        ("0 6 */2 jan *", [("*/2", "2 days", 0)]),
        ("0 6,18 */2 * *", [("*/2", "2 days", 0)]),
        ("*/25 9-17 * * *", [("*/25", "25 minutes", 0)]),
        ("*/25 */1 ? * *", [("*/25", "25 minutes", 1500)]),
        ("*/25 * * * * */7", [("*/25", "25 minutes", 0), ("*/7", "7 seconds", 0)]),
        ("*/25 * * * * 30", [("*/25", "25 minutes", 1500)]),
        ("*/90 * * * *", [("*/90", "90 minutes", 5400)]),
        ("5/90 * * * *", [("5/90", "90 minutes", 5400)]),
        ("0 */48 * * *", [("*/48", "48 hours", 172800)]),
        ("0 6 * * */14", [("*/14", "14 days", 1209600)]),
        ("0 6 1 */18 *", [("*/18", "18 months", 0)]),
        ("*/15 */6 * */3 *", []),
        ("0-50/25 9-17/3 * * mon-fri/2", []),
        ("0,25,50 8-20/6 * * *", []),
        ("*/45 * * * *", [("*/45", "45 minutes", 2700)]),
        ("*/60 */24 */31 */12 */7", []),
        ("0 6 * * fri-mon/2", []),
        ("@hourly", []),
    ],
)
def test_a_step_that_begins_anew_too_early_is_found(line: str, found: list[tuple[str, str, int]]) -> None:
    """In every field, also in a range that goes on to the end; one that ends earlier means what it says."""
    assert cron_problem(line) is None
    assert [(step.written, step.every, step.seconds) for step in uneven_steps(line)] == found


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("*/25 9-17 * * *", "0,25,50"),
        ("5-59/25 9-17 * * *", "5,30,55"),
        ("0 6 1 */5 *", "1,6,11"),
        ("0 6 */9 * mon", "1,10,19,28"),
        ("0 6 * jan sun-sat/3", "0,3,6"),
        ("*/90 9-17 * * *", "0"),
    ],
)
def test_the_values_of_a_step_are_a_list_that_fires_at_the_same_times(line: str, values: str) -> None:
    (step,) = uneven_steps(line)
    assert step.values == values
    listed = line.replace(step.written, values)
    assert croniter.expand(listed)[0] == croniter.expand(line)[0]
    assert not list(uneven_steps(listed))


@pytest.mark.parametrize(
    ("line", "is_at_a_time"),
    [("*/25 * * * *", False), ("*/25 * * * * 5", True), ("0 */5 * * *", True), ("0 6 */2 * *", True)],
)
def test_an_interval_that_fires_at_a_time_needs_an_anchor(line: str, *, is_at_a_time: bool) -> None:
    (step,) = uneven_steps(line)
    assert step.is_at_a_time is is_at_a_time


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("0 6 1-7 * */7", "*/7"),
        ("0 6 */2 * mon", "*/2"),
        ("0 6 */2 * */2 0", "*/2"),
        ("0 6 1-7 * sun", None),
        ("0 6 */2 * *", None),
        ("0 6 ? * */2", None),
        ("0 6 */1 * mon", None),
        ("*/5 */2 * * mon", None),
        ("@weekly", None),
    ],
)
def test_a_step_of_days_beside_other_days_is_found(line: str, found: str | None) -> None:
    assert starred_day(line) == found
