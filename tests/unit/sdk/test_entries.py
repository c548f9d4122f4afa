"""The schedules of a call."""

from __future__ import annotations

import pytest

from syntask_yaml.errors import UsageError
from syntask_yaml.sdk.entries import schedules_of


def test_schedules_are_said_once() -> None:
    with pytest.raises(UsageError, match=r"`interval`, `cron` are all set"):
        schedules_of({"cron": "* * * * *", "interval": 60})


@pytest.mark.parametrize("given", [{"schedules": "0 6 * * *"}, {"schedule": 60}, {"schedules": [None]}])
def test_what_is_no_schedule_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="is not a schedule") as refused:
        schedules_of(given)
    assert "`Cron(…)`" in refused.value.hint


def test_each_of_several_is_one() -> None:
    assert schedules_of({"cron": ["0 6 * * *", "0 7 * * *"]}) == [
        {"cron": "0 6 * * *"},
        {"cron": "0 7 * * *"},
    ]
    assert schedules_of({"interval": 90.5}) == [{"interval": 90.5}]
    assert schedules_of({"cron": None}) is None
    assert schedules_of({"schedules": []}) == []
