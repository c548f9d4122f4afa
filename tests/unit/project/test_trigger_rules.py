"""What a Prefect server refuses of triggers is refused here; its own model is the measure."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from prefect.events.schemas.automations import MetricTrigger
from prefect.server.events.schemas.automations import AutomationCreate
from pydantic import ValidationError

from syntask_yaml.backend.prefect.bodies import automation_body
from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.document.reader import read_bytes
from syntask_yaml.errors import ProjectInvalid
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.project.dialect import Dialect
from syntask_yaml.project.load import load_project
from tests.support.desk import Desk

TRIGGERS: dict[str, Any] = {
    "plain": {"expect": ["a"]},
    "proactive": {"posture": "Proactive", "within": 10},
    "proactive below ten": {"posture": "Proactive", "within": 5},
    "proactive below ten, as text": {"posture": "Proactive", "within": "9.9"},
    "proactive below ten, as duration": {"posture": "Proactive", "within": "PT9S"},
    "proactive for a minute": {"posture": "Proactive", "within": "PT1M"},
    "within below zero": {"within": -1},
    "within far too long": {"within": 10**15},
    "within of hundreds of digits": {"within": 10**400},
    "within that is none": {"within": "soon"},
    "run in the past": {"schedule_after": -1},
    "run later": {"schedule_after": "PT5M"},
    "posture of another type": {"type": "event", "posture": "Metric"},
    "metric without one": {"type": "metric"},
    "metric": {"posture": "Metric", "metric": {"name": "lateness", "operator": ">", "threshold": 1}},
    "metric with a short range": {
        "type": "metric",
        "metric": {"name": "lateness", "operator": ">", "threshold": 1, "range": 60},
    },
    "metric that fires too soon": {
        "type": "metric",
        "metric": {"name": "lateness", "operator": ">", "threshold": 1, "firing_for": 60},
    },
    "metric nobody measures": {
        "type": "metric",
        "metric": {"name": "speed", "operator": ">", "threshold": 1},
    },
    "metric with another operator": {
        "type": "metric",
        "metric": {"name": "lateness", "operator": "=>", "threshold": 1},
    },
    "metric without a threshold": {"type": "metric", "metric": {"name": "lateness", "operator": ">"}},
    "compound": {"require": "all", "triggers": [{"expect": ["a"]}, {"expect": ["b"]}]},
    "compound of one": {"require": 1, "triggers": [{"expect": ["a"]}]},
    "compound of none": {"require": 0, "triggers": [{"expect": ["a"]}]},
    "compound of too many": {"require": 3, "triggers": [{"expect": ["a"]}]},
    "compound of some": {"require": "some", "triggers": [{"expect": ["a"]}]},
    "compound that does not say": {"type": "compound", "triggers": [{"expect": ["a"]}]},
    "sequence": {"triggers": [{"expect": ["a"]}], "within": 60},
    "a bound inside": {"triggers": [{"posture": "Proactive", "within": 1}]},
    "loop": {"expect": ["prefect.flow-run.Running"]},
    "loop of every kind": {
        "expect": "prefect.flow-run.*",
        "match": {"prefect.resource.id": "prefect.flow-run.*"},
    },
    "loop that is off": {"expect": ["prefect.flow-run.Running"], "enabled": False},
    "runs of others": {
        "expect": ["prefect.flow-run.Running"],
        "match_related": {"prefect.resource.name": "other"},
    },
    "ends of runs": {"expect": ["prefect.flow-run.Failed"]},
}


def problems_of(trigger: dict[str, Any], folder: Path) -> list[Diagnostic]:
    entry = {"name": "d", "entrypoint": "flows.py:etl", "triggers": [trigger]}
    document = read_bytes(json.dumps({"deployments": [entry]}).encode(), "syntask.yaml")
    return list(load_project(document, folder, dialect=Dialect.SYNTASK).diagnostics)


@pytest.mark.parametrize("what", TRIGGERS)
def test_a_trigger_is_refused_where_the_server_refuses_it(what: str, tmp_path: Path) -> None:
    trigger = TRIGGERS[what]
    is_accepted = False
    with suppress(ValidationError, OverflowError):
        body = automation_body(trigger, 1, deployment="d", deployment_id=str(uuid4()), owner="o")
        if body["trigger"]["type"] == "metric":  # which only Prefect Cloud has
            MetricTrigger.model_validate(body["trigger"])
        else:
            AutomationCreate.model_validate(body)
        is_accepted = True

    problems = problems_of(trigger, tmp_path)

    assert is_accepted == (not any(each.is_error for each in problems)), problems
    assert all(each.span is not None for each in problems)


@pytest.mark.parametrize(
    "trigger", [{"posture": "Proactive"}, {"posture": "Proactive", "within": 0}], ids=str
)
def test_a_trigger_that_fires_for_ever_is_a_warning(trigger: dict[str, Any], tmp_path: Path) -> None:
    problems = problems_of(trigger, tmp_path)

    assert ["every 10 seconds" in each.detail and not each.is_error for each in problems] == [True]


_EVERY_RUN = {"prefect.resource.id": "prefect.flow-run.*"}


@pytest.mark.parametrize(
    ("trigger", "is_endless"),
    [
        ({"expect": ["prefect.flow-run.Completed"]}, True),
        ({"expect": "prefect.flow-run.Comp*", "match": _EVERY_RUN}, True),
        ({"expect": []}, True),
        ({"expect": ["a", "prefect.*"], "threshold": 0}, True),
        ({"expect": ["prefect.flow-run.Completed"], "threshold": 5}, False),
        ({"expect": ["prefect.flow-run.Completed"], "match_related": {"prefect.resource.name": "a"}}, False),
        ({"expect": ["prefect.flow-run.Completed"], "after": ["a"]}, False),
        ({"expect": ["prefect.flow-run.Completed"], "enabled": False}, False),
        ({"match": {"prefect.resource.id": "file.*"}}, False),
        (
            {"require": "all", "triggers": [{"expect": ["prefect.flow-run.Completed"]}, {"expect": ["a"]}]},
            False,
        ),
        ({"expect": "{{ $EVENT }}"}, False),
    ],
    ids=str,
)
def test_a_trigger_that_the_runs_it_starts_would_fire_is_a_warning(
    trigger: dict[str, Any], is_endless: bool, tmp_path: Path
) -> None:
    """A server lets it pass, and starts a run after the other."""
    problems = problems_of(trigger, tmp_path)

    assert ["start another one" in each.detail and not each.is_error for each in problems] == [
        True
    ] * is_endless


@pytest.mark.parametrize("key", ["within", "stale_after"])
def test_a_promise_needs_a_duration(key: str, tmp_path: Path) -> None:
    text = f"deployments: [{{name: d, entrypoint: 'f.py:f', sla: [{{name: s, {key}: soon}}]}}]"
    document = read_bytes(text.encode(), "syntask.yaml")

    problems = load_project(document, tmp_path, dialect=Dialect.SYNTASK).diagnostics

    assert [each.code for each in problems] == ["invalid-interval"]


def test_job_variables_of_a_trigger_are_checked_as_the_deployments_are(tmp_path: Path) -> None:
    """Before the first write: a deployment is never there without its trigger."""
    desk = Desk(tmp_path)
    variables = {"properties": {"stream_output": {"type": "boolean"}}}
    desk.backend.create_pool(WorkPool(name="own", type="process", base_job_template={"variables": variables}))
    desk.declare("work_pool: {name: own}, triggers: [{expect: [a], job_variables: {stream_output: maybe}}]")

    with pytest.raises(ProjectInvalid) as raised:
        desk.plan()

    assert [each.code for each in raised.value.diagnostics] == ["wrong-job-variable", "needs-server"]
    assert raised.value.diagnostics[0].path[-3:] == (0, "job_variables", "stream_output")
    assert desk.backend.deployments() == []


def test_an_unknown_job_variable_of_a_trigger_is_a_warning(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.declare("triggers: [{expect: [a], job_variables: {evn: {A: x}}}]")

    assert "unknown-job-variable" in [each.code for each in desk.plan().diagnostics]
