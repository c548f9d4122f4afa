"""Durations as they are typed."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import click
import pytest

from syntask_yaml.cli.duration import Coming, Duration, Since
from syntask_yaml.cli.views.output import when


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("90s", 90), ("10m", 600), ("1h30m", 5400), ("2H", 7200), ("PT5M", 300), ("0s", 0)],
)
def test_durations(text: str, seconds: float) -> None:
    assert Duration().convert(text, None, None) == seconds


@pytest.mark.parametrize("text", ["", "soon", "10 parsecs", "-5", "1m1h"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter, match="not a duration"):
        Duration().convert(text, None, None)


@pytest.fixture(name="_elsewhere")
def _elsewhere_(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine whose time is not UTC."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("_elsewhere")
def test_a_time_of_the_past_is_read_as_it_is_shown() -> None:
    moment = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)
    assert when(moment) == "2026-03-02 21:30:00"
    for text in (when(moment), moment.isoformat(), "2026-03-02T21:30"):
        assert Since().convert(text, None, None) == moment
    assert Since().convert("2h", None, None) <= datetime.now(UTC) - timedelta(hours=2)


@pytest.mark.parametrize("text", ["soon", "0001-01-01", "9999-12-31T23:59:59-10:00"])
def test_what_is_no_time_of_the_past_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter, match="neither a duration"):
        Since().convert(text, None, None)


@pytest.mark.usefixtures("_elsewhere")
def test_a_time_to_come_is_read_as_it_is_shown() -> None:
    """Local without an offset; what passed while the command was typed counts."""
    now = datetime.now(UTC).replace(microsecond=0)
    for moment in (now + timedelta(days=1), now - timedelta(seconds=20)):
        for text in (when(moment), moment.isoformat()):
            assert Coming().convert(text, None, None) == moment


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("tomorrow", "not a time, such as"),
        ("99:99", "not a time"),
        ("2026-03-02T18:30Z", "in the past: 2026-03-02 18:30:00+00:00"),
    ],
)
def test_what_is_no_time_to_come_is_refused(text: str, reason: str) -> None:
    """A time of this morning, for one of tomorrow morning, would start a run at once."""
    with pytest.raises(click.BadParameter, match=re.escape(reason)):
        Coming().convert(text, None, None)
