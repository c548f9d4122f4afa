"""Events of runs match as on a Prefect server, whose own trigger is the measure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from prefect.server.events.schemas.automations import EventTrigger
from prefect.server.events.schemas.events import ReceivedEvent

from syntask_yaml.model.run import Run, State, StateType
from syntask_yaml.model.run_event import event_of, is_fired

# The names of tests hold them: they are the same in every process.
RUN = Run(
    id=str(UUID(int=1)),
    name="brisk-otter",
    flow="etl",
    deployment="etl/nightly",
    deployment_id=str(UUID(int=2)),
    state=State(StateType.FAILED, message="it broke"),
    tags=("prod", "eu"),
    work_pool="default",
    work_queue="high",
    ended=datetime(2026, 3, 2, tzinfo=UTC),
)
NAME, ID, ROLE = "prefect.resource.name", "prefect.resource.id", "prefect.resource.role"
TRIGGERS: list[tuple[dict[str, Any], bool]] = [
    ({}, True),
    ({"expect": ["prefect.flow-run.Failed"]}, True),
    ({"expect": ["prefect.flow-run.Crashed", "prefect.flow-run.F*"]}, True),
    ({"expect": ["prefect.flow-run.failed"]}, False),
    ({"expect": ["prefect.flow-run.Completed"]}, False),
    ({"expect": ["prefect.flow-run.*"], "match": {NAME: "brisk-*"}}, True),
    ({"match": {ID: "prefect.flow-run.*"}}, True),
    ({"match": {"prefect.state-type": ["CRASHED", "FAILED"]}}, True),
    ({"match": {"prefect.state-type": "!FAILED"}}, False),
    ({"match": {"no.such.label": "*"}}, False),
    ({"match_related": {NAME: "nightly"}}, True),
    ({"match_related": {NAME: "nightly", ROLE: "flow"}}, False),
    ({"match_related": {NAME: "etl", ROLE: "flow"}}, True),
    ({"match_related": {ID: f"prefect.deployment.{RUN.deployment_id}"}}, True),
    ({"match_related": {ID: "prefect.tag.prod"}}, True),
    ({"match_related": {ID: "prefect.tag.us"}}, False),
    ({"match_related": {NAME: "!nightly", ROLE: "deployment"}}, False),
    ({"match_related": [{NAME: "nightly"}, {ID: "prefect.tag.eu"}]}, True),
    ({"match_related": [{NAME: "nightly"}, {ID: "prefect.tag.us"}]}, False),
    ({"match_related": {NAME: "high", ROLE: "work-queue"}}, True),
    ({"match_related": {NAME: ["other", "default"], ROLE: "work-pool"}}, True),
]


@pytest.mark.parametrize(("trigger", "expected"), TRIGGERS, ids=str)
def test_a_trigger_fires_as_on_a_server(trigger: dict[str, Any], expected: bool) -> None:
    event = event_of(RUN)
    received = ReceivedEvent.model_validate(
        {
            "occurred": RUN.ended,
            "event": event.name,
            "resource": dict(event.resource),
            "related": [{ID: "prefect.flow.0", **each} for each in event.related],
            "id": uuid4(),
        }
    )
    judge = EventTrigger.model_validate({"posture": "Reactive", "threshold": 1, **trigger})
    by_server = judge.covers(received) and judge.expects(received.event)

    assert (by_server, is_fired(trigger, event)) == (expected, expected)
