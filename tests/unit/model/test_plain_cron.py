"""What reads everyday cron expressions says what croniter says, and leaves the others to it."""

from __future__ import annotations

from datetime import datetime
from itertools import islice

import pytest
from croniter import CroniterBadDateError, croniter
from hypothesis import given, settings
from hypothesis import strategies as st

from syntask_yaml.model.plain_cron import plain_cron

_NUMBERS = st.integers(0, 70).map(str)
_PARTS = st.one_of(
    st.just("*"),
    _NUMBERS,
    st.builds("{}-{}".format, _NUMBERS, _NUMBERS),
    st.builds("*/{}".format, _NUMBERS),
    st.builds("{}-{}/{}".format, _NUMBERS, _NUMBERS, _NUMBERS),
    st.builds("{}/{}".format, _NUMBERS, _NUMBERS),
    st.sampled_from(["", "L", "mon", "?", "05", "1-5-7", "H", "٣", "+1", "-1", "1,,2"]),
)


def _within(low: int, high: int) -> st.SearchStrategy[str]:
    """A field of the everyday shape."""
    number = st.integers(low, high)
    span = st.lists(number, min_size=2, max_size=2, unique=True).map(sorted)
    step = st.integers(1, max(high, 2))
    part = st.one_of(
        number.map(str),
        span.map(lambda ends: f"{ends[0]}-{ends[1]}"),
        st.tuples(span, step).map(lambda each: f"{each[0][0]}-{each[0][1]}/{each[1]}"),
        step.map(lambda each: f"*/{each}"),
        st.just("*"),
    )
    return st.lists(part, min_size=1, max_size=3).map(",".join)


_ANY = st.lists(st.lists(_PARTS, min_size=1, max_size=2).map(",".join), min_size=4, max_size=7).map(" ".join)
_PLAIN = st.one_of(
    st.tuples(_within(0, 59), _within(0, 23), _within(1, 31), _within(1, 12), st.just("*")),
    st.tuples(_within(0, 59), _within(0, 23), st.just("*"), _within(1, 12), _within(0, 6)),
).map(" ".join)
_MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2180, 1, 1))


@given(_PLAIN, _MOMENTS)
@settings(max_examples=300, deadline=None)
def test_an_everyday_expression_fires_when_croniter_fires(text: str, after: datetime) -> None:
    plain = plain_cron(text)

    found = None if plain is None else list(islice(plain.walls(after), 3))
    assert found == _times_of_croniter(text, after)


@given(_ANY, _MOMENTS)
@settings(max_examples=500, deadline=None)
def test_no_expression_is_read_that_croniter_reads_otherwise(text: str, after: datetime) -> None:
    plain = plain_cron(text)

    if plain is not None:
        assert list(islice(plain.walls(after), 3)) == _times_of_croniter(text, after)


def _times_of_croniter(text: str, after: datetime) -> list[datetime]:
    walk = croniter(text, after, ret_type=datetime, max_years_between_matches=50)
    try:
        return [walk.get_next() for _ in range(3)]
    except CroniterBadDateError:
        return []


@pytest.mark.parametrize(
    "text",
    [
        "0 6 1-7 * 1",
        "0 6 * * mon",
        "0 6 * * 7",
        "5/10 * * * *",
        "0 6 L * *",
        "@daily",
        "0 6 * * * 30",
        "60 6 * * *",
        "0 22-4 * * *",
        " 0 6 * * *",
        "0  6 * * *",
        "*/0 * * * *",
        "",
    ],
)
def test_all_else_is_left_to_croniter(text: str) -> None:
    assert plain_cron(text) is None


def test_a_day_that_never_comes_is_not_looked_for() -> None:
    plain = plain_cron("0 0 31 2,4 *")

    assert plain is not None
    assert list(plain.walls(datetime(2026, 1, 1))) == []


def test_the_years_end() -> None:
    plain = plain_cron("0 0 31 12 *")

    assert plain is not None
    with pytest.raises(OverflowError):
        list(plain.walls(datetime(9998, 1, 1)))
