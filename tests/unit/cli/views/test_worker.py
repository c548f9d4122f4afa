"""What a worker says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from syntask_yaml.backend.schedules import MOST_PASSED, PassedTimes
from syntask_yaml.cli.views.worker import show
from syntask_yaml.worker.events import TimesPassed

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def passed(name: str, number: int) -> PassedTimes:
    return PassedTimes(name, tuple(NOW + timedelta(hours=hour) for hour in range(number)))


@pytest.mark.parametrize(
    ("event", "count", "names"),
    [
        ([passed("etl/a", 1)], "1 scheduled time", "`etl/a`."),
        ([passed("etl/a", 2), passed("etl/a", 3)], "5 scheduled times", "`etl/a`."),
        (
            [passed(f"etl/{letter}", MOST_PASSED) for letter in "abcdefg"],
            "700 or more scheduled times",
            "`etl/a`, `etl/b`, `etl/c`, `etl/d`, `etl/e` and 2 more.",
        ),
    ],
)
def test_times_that_passed_are_summed_up(
    event: list[PassedTimes], count: str, names: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """In one message, however many deployments there are."""
    show(TimesPassed(tuple(event)))

    said = capsys.readouterr().err
    assert said.startswith(f"warning: Skipped {count} since 2026-03-02 ")
    assert names in said
