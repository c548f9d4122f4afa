"""What is sent, and whose an automation is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from syntask_yaml.backend.prefect.bodies import (
    automation_body,
    deployment_of_automation,
    flow_name_in,
    new_body,
    triggers_of,
)
from syntask_yaml.backend.prefect.names import DIALECTS
from syntask_yaml.backend.schedules import merged
from syntask_yaml.model.deployment import Deployment
from syntask_yaml.model.schedule import Cron, Interval, RRule, Schedule

PREFECT = DIALECTS["prefect"]


def automation(trigger: dict[str, Any], position: int = 1) -> dict[str, Any]:
    """An automation as it is sent and comes back."""
    body = automation_body(trigger, position, deployment="etl", deployment_id="d", owner="o")
    return {**body, "id": str(position), "created": f"2026-01-01T00:00:0{position}Z"}


def test_what_is_not_declared_is_not_sent() -> None:
    """A server keeps it then."""
    body = new_body(Deployment(flow="f", name="d"), (), flow_id="1", dialect=PREFECT)

    assert not body.keys() & {"paused", "version", "version_info"}
    assert body["labels"] == {"syntask.flow": "1 f"}
    assert body["schedules"] == []


def test_an_owner_is_a_label() -> None:
    """By the name of the project."""
    body = new_body(Deployment(flow="f", name="d", project="shop"), (), flow_id="1", dialect=PREFECT)

    assert body["labels"] == {"syntask.project": "shop", "syntask.flow": "1 f"}


@pytest.mark.parametrize(
    ("labels", "name"),
    [
        ({"syntask.flow": "1 my flow"}, "my flow"),
        ({"syntask.flow": "2 of another flow"}, None),
        ({"syntask.flow": "1"}, ""),
        ({"team": "data"}, None),
        ({}, None),
        (None, None),
    ],
)
def test_a_label_names_the_flow_whose_id_it_has(labels: dict[str, str] | None, name: str | None) -> None:
    """Whoever copied the labels of a deployment to one of another flow said nothing of that."""
    assert flow_name_in({"flow_id": "1", "labels": labels}) == name


@pytest.mark.parametrize(
    "trigger",
    [
        {"type": "event", "expect": ["a"]},
        {"type": "event", "expect": ["a"], "name": "mine", "enabled": False, "schedule_after": 5.0},
        {"type": "sequence", "triggers": [{"type": "event", "expect": ["a"]}]},
    ],
)
def test_a_trigger_comes_back_as_it_was(trigger: dict[str, Any]) -> None:
    """Without what is the default."""
    assert triggers_of([automation(trigger)], "etl") == (trigger,)


def test_triggers_come_back_in_the_order_in_which_they_were_made() -> None:
    """Whatever they are called."""
    made = [automation({"expect": [name]}, position) for position, name in enumerate("ba", start=1)]

    assert [each["expect"] for each in triggers_of(made[::-1], "etl")] == [["b"], ["a"]]


def test_an_automation_that_somebody_made_is_no_trigger() -> None:
    """It is told by its name and by its tags."""
    theirs = {**automation({"expect": ["a"]}), "name": "after orders", "tags": []}

    assert triggers_of([theirs], "etl") == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"actions": []},
        {"actions": [{"type": "run-deployment", "source": "inferred"}]},
        {"actions": [{"type": "pause-deployment", "source": "selected", "deployment_id": "d"}]},
        {"actions_on_trigger": [{"type": "do-nothing"}]},
    ],
)
def test_an_automation_that_does_something_else_is_no_deployments(changes: dict[str, Any]) -> None:
    """Only one that does nothing but run it."""
    own = automation({"expect": ["a"]})

    assert deployment_of_automation(own) == "d"
    assert deployment_of_automation({**own, **changes}) is None


NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wanted", "stored"),
    [
        (Cron("0 1 * * *"), Cron("0 1 * * *", "UTC")),
        (Interval(60), Interval(60, NOW, "UTC")),
        (RRule("DTSTART:20200101T000000\nFREQ=DAILY"), RRule("FREQ=DAILY", "UTC")),
        (RRule("FREQ=MINUTELY;INTERVAL=7"), RRule("FREQ=MINUTELY;INTERVAL=7", "UTC")),
    ],
)
def test_what_a_server_fills_in_makes_no_other_schedule(wanted: Any, stored: Any) -> None:
    """It keeps its id and its rest, and says what was declared."""
    (settled,) = merged([Schedule(timing=wanted)], [Schedule(timing=stored, active=False, id="1")], NOW)

    assert (settled.id, settled.active, settled.timing.timezone) == ("1", False, wanted.timezone)
