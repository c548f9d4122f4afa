"""Triggers in one form."""

from __future__ import annotations

from typing import Any

import pytest

from syntask_yaml.model.recurrence import without_default_start
from syntask_yaml.model.trigger import settled, whole
from syntask_yaml.model.value import Unknown


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({"expect": "a"}, {"type": "event", "expect": ["a"]}),
        ({"expect": ["b", "a", "b"], "after": None}, {"type": "event", "expect": ["a", "b"]}),
        ({"type": "event", "within": "PT1M"}, {"type": "event", "within": 60.0}),
        (
            {"within": "0", "threshold": "2", "enabled": "false"},
            {"type": "event", "threshold": 2, "enabled": False},
        ),
        ({"posture": "Proactive"}, {"type": "event", "posture": "Proactive"}),
        ({"posture": "Proactive", "within": 10}, {"type": "event", "posture": "Proactive"}),
        ({"name": "etl__automation_1", "description": ""}, {"type": "event"}),
        ({"name": "mine", "schedule_after": 0}, {"type": "event", "name": "mine"}),
        (
            {"triggers": [{"expect": ["a"], "threshold": 1}], "require": "all"},
            {"type": "compound", "require": "all", "triggers": [{"type": "event", "expect": ["a"]}]},
        ),
        ({"triggers": [], "within": 5}, {"type": "sequence", "within": 5.0}),
        (
            {"posture": "Metric", "metric": {"name": "duration", "operator": ">", "threshold": 1}},
            {
                "type": "metric",
                "metric": {
                    "name": "duration",
                    "operator": ">",
                    "threshold": 1.0,
                    "range": 300.0,
                    "firing_for": 300.0,
                },
            },
        ),
    ],
)
def test_what_says_the_same_is_equal(written: dict[str, Any], expected: dict[str, Any]) -> None:
    """Defaults are left out, sets are in order, durations are seconds; and it stays so."""
    found = settled(written, name="etl__automation_1")

    assert found == expected
    assert settled(found, name="etl__automation_1") == found
    assert settled(whole(found, name="etl__automation_1"), name="etl__automation_1") == found


def test_what_does_not_fit_or_is_not_known_stays() -> None:
    """For a server to refuse, or for a step to decide."""
    unknown = Unknown("image.tag")

    assert settled({"threshold": "many", "within": unknown})["threshold"] == "many"
    assert settled({"threshold": "many", "within": unknown})["within"] is unknown


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        ("DTSTART:20200101T000000\nFREQ=DAILY", "FREQ=DAILY"),
        ("DTSTART:20200101T000000\nRRULE:FREQ=DAILY", "RRULE:FREQ=DAILY"),
        ("DTSTART:20261121T102200\nFREQ=MINUTELY;INTERVAL=7", "FREQ=MINUTELY;INTERVAL=7"),
        ("DTSTART:20261121T102300\nFREQ=MINUTELY;INTERVAL=7", None),
        ("DTSTART:20260101T000000\nFREQ=DAILY", None),
        ("DTSTART:20260101T000000\nFREQ=SECONDLY;COUNT=5", None),
        ("DTSTART:20261399T000000\nFREQ=DAILY", None),
        ("DTSTART;TZID=Europe/Berlin:20200101T000000\nFREQ=DAILY", None),
        ("FREQ=DAILY", None),
    ],
)
def test_the_start_that_a_rule_has_anyway_is_left_out(stored: str, expected: str | None) -> None:
    """Another one is part of the rule."""
    assert without_default_start(stored) == (expected or stored)
