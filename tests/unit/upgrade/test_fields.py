"""Each field of a deployment ends where its row says: carried, dropped or reported."""

from __future__ import annotations

from typing import Any

import pytest

from syntask_yaml.upgrade.fields import FIELDS
from syntask_yaml.upgrade.ledger import FieldOutcomeKind
from syntask_yaml.upgrade.result import DeploymentResult
from tests.support.upgrading import OldRepository, codes, notes

# What Prefect 2 itself had for fields of a deployment.
REAL_FIELDS = (
    "name description version work_queue_name work_pool_name tags parameters schedule schedules "
    "is_schedule_active infra_overrides job_variables infrastructure flow_name manifest_path storage path "
    "entrypoint parameter_openapi_schema timestamp triggers enforce_parameter_schema"
).split()


def outcome_of(result: DeploymentResult, *path: str | int) -> tuple[FieldOutcomeKind, str]:
    found = [each for each in result.converted.outcomes if each.path == path]
    assert len(found) == 1, (path, result.converted.outcomes)
    return found[0].kind, found[0].note


def test_the_table_has_every_field() -> None:
    """And `work_pool`, which hand-written files have."""
    rows = [name for names, _ in FIELDS for name in names]

    assert sorted(rows) == sorted([*REAL_FIELDS, "work_pool"])


@pytest.mark.parametrize(
    ("fields", "key", "expected"),
    [
        ({"tags": ["a", "b"]}, "tags", ["a", "b"]),
        ({"description": "Loads."}, "description", "Loads."),
        ({"version": "v7"}, "version", "v7"),
        ({"version": 7}, "version", "7"),
        ({"parameters": {"limit": 3}}, "parameters", {"limit": 3}),
        ({"parameters": {"source": "a {{ b }}"}}, "parameters", {"source": 'a {{ "{{" }} b }}'}),
        ({"enforce_parameter_schema": False}, "enforce_parameter_schema", False),
        ({"entrypoint": "flows.py:load_orders"}, "entrypoint", "flows.py:load_orders"),
        (
            {"schedule": {"cron": "0 6 * * *", "timezone": None, "day_or": True}},
            "schedules",
            [{"cron": "0 6 * * *"}],
        ),
        (
            {"schedule": {"cron": "0 6 * * *", "timezone": "Europe/Paris", "day_or": False}},
            "schedules",
            [{"cron": "0 6 * * *", "timezone": "Europe/Paris", "day_or": False}],
        ),
        (
            {"schedule": {"interval": 3600.0, "anchor_date": "2024-01-01T00:00:00+00:00", "timezone": "UTC"}},
            "schedules",
            [{"interval": 3600, "anchor_date": "2024-01-01T00:00:00+00:00", "timezone": "UTC"}],
        ),
        ({"schedule": {"interval": 0.5}}, "schedules", [{"interval": 0.5}]),
        (
            {"schedule": {"rrule": "FREQ=WEEKLY;BYDAY=MO", "timezone": "America/New_York"}},
            "schedules",
            [{"rrule": "FREQ=WEEKLY;BYDAY=MO", "timezone": "America/New_York"}],
        ),
        (
            {
                "schedules": [
                    {"schedule": {"cron": "0 6 * * *", "day_or": True}, "active": True},
                    {"schedule": {"cron": "0 7 * * *"}, "active": False, "max_active_runs": 1},
                ]
            },
            "schedules",
            [{"cron": "0 6 * * *"}, {"cron": "0 7 * * *", "active": False}],
        ),
        (
            {
                "triggers": [
                    {"enabled": True, "expect": ["orders.loaded"], "match_related": {}, "posture": "Reactive"}
                ]
            },
            "triggers",
            [{"enabled": True, "expect": ["orders.loaded"], "match_related": {}, "posture": "Reactive"}],
        ),
        ({"work_queue_name": "fast"}, "work_pool", {"name": "default", "work_queue_name": "fast"}),
    ],
)
def test_a_field_is_carried(old: OldRepository, fields: dict[str, Any], key: str, expected: object) -> None:
    result = old.result(**fields)

    assert result.entry[key] == expected
    assert codes(result.problems) == set()


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({"version": "e159b2819c14bf5f4b70ece5e35a0dc2"}, "version"),
        ({"description": "Load orders."}, "description"),
        ({"flow_name": "load-orders"}, "flow_name"),
        ({"schedules": []}, "schedules"),
        ({"schedule": {}}, "schedule"),
        ({"tags": []}, "tags"),
        ({"parameters": {}}, "parameters"),
        ({"parameter_openapi_schema": {"type": "object", "properties": {}}}, "parameter_openapi_schema"),
        ({"timestamp": "2024-05-02T08:00:00+00:00"}, "timestamp"),
        ({"triggers": []}, "triggers"),
        ({"is_schedule_active": True}, "is_schedule_active"),
        ({"enforce_parameter_schema": None}, "enforce_parameter_schema"),
        ({"work_pool_name": "default-agent-pool"}, "work_pool_name"),
    ],
)
def test_a_field_is_dropped_for_a_reason(old: OldRepository, fields: dict[str, Any], key: str) -> None:
    result = old.result(**fields)

    kind, reason = outcome_of(result, key)
    assert kind is FieldOutcomeKind.DROPPED
    assert reason
    assert key not in result.entry
    assert codes(result.problems) == set()


@pytest.mark.parametrize(
    ("key", "value", "path"),
    [
        ("name", ["nightly"], ("name",)),
        ("flow_name", {"a": 1}, ("flow_name",)),
        ("version", {}, ("version",)),
        ("work_queue_name", ["fast"], ("work_queue_name",)),
        ("work_pool_name", {}, ("work_pool_name",)),
        ("path", 7, ("path",)),
        ("path", {"a": 1}, ("path",)),
        ("entrypoint", 7, ("entrypoint",)),
        ("manifest_path", ["manifest.json"], ("manifest_path",)),
        ("parameters", "limit=3", ("parameters",)),
        ("infra_overrides", ["env.A=b"], ("infra_overrides",)),
        ("job_variables", 7, ("job_variables",)),
        ("schedule", "0 6 * * *", ("schedule",)),
        ("schedules", 7, ("schedules",)),
        ("schedules", ["0 6 * * *"], ("schedules", 0)),
        ("schedules", [{"cron": "0 6 * * *", "active": "perhaps"}], ("schedules", 0, "active")),
        ("is_schedule_active", "perhaps", ("is_schedule_active",)),
        ("is_schedule_active", {}, ("is_schedule_active",)),
    ],
)
def test_a_value_of_a_wrong_type_is_reported(
    old: OldRepository, key: str, value: object, path: tuple[str | int, ...]
) -> None:
    """It is neither carried nor taken for another value."""
    result = old.result(**{key: value})

    (problem,) = (each for each in result.problems if each.code == "wrong-type")
    assert outcome_of(result, *path) == (FieldOutcomeKind.REPORTED, "wrong-type")
    assert problem.span is not None
    assert problem.span.file == "nightly-deployment.yaml"
    assert str(path[-1]) in problem.detail or path[-1] == 0
    assert str(value) not in str(result.entry)


def test_a_paused_schedule_pauses_the_deployment_too(old: OldRepository) -> None:
    """As a server did it."""
    entry = old.entry(schedule={"cron": "0 6 * * *"}, is_schedule_active=False)

    assert entry["schedules"] == [{"cron": "0 6 * * *", "active": False}]
    assert entry["paused"] is True


@pytest.mark.parametrize("off", ["false", "No", "off", 0])
def test_what_prefect_took_for_false_pauses_too(old: OldRepository, off: object) -> None:
    entry = old.entry(schedule={"cron": "0 6 * * *"}, is_schedule_active=off)

    assert entry["paused"] is True
    assert entry["schedules"] == [{"cron": "0 6 * * *", "active": False}]


def test_the_switch_of_a_schedule_is_a_truth_value(old: OldRepository) -> None:
    entry = old.entry(schedules=[{"cron": "0 6 * * *", "active": "no"}, {"cron": "0 7 * * *", "active": "y"}])

    assert [schedule["active"] for schedule in entry["schedules"]] == [False, True]


def test_a_queue_that_is_a_number_is_carried(old: OldRepository) -> None:
    assert old.entry(work_queue_name=7)["work_pool"]["work_queue_name"] == "7"


def test_a_flow_with_another_name_is_reported(old: OldRepository) -> None:
    result = old.result(flow_name="orders")

    assert result.converted.full_name == "load-orders/nightly"
    assert result.entry["flow_name"] == "orders"
    assert codes(result.problems) == {"flow-renamed"}


def test_the_name_of_a_flow_that_is_not_found_is_kept(old: OldRepository) -> None:
    result = old.result(entrypoint="elsewhere.py:load_orders")

    assert result.converted.full_name == "load-orders/nightly"
    assert result.entry["flow_name"] == "load-orders"
    assert codes(result.problems) == {"entrypoint-not-found"}


def test_parameters_that_are_enforced_now_are_a_note(old: OldRepository) -> None:
    assert "default-differs" in notes(old.result(enforce_parameter_schema=None).problems)
    assert "default-differs" not in notes(old.result(enforce_parameter_schema=True).problems)


def test_an_unknown_field_is_reported(old: OldRepository) -> None:
    result = old.result(retries=3)

    assert outcome_of(result, "retries") == (FieldOutcomeKind.REPORTED, "unknown-field")
    assert codes(result.problems) == {"unknown-field"}


def test_an_unknown_field_of_a_schedule_is_reported(old: OldRepository) -> None:
    result = old.result(schedule={"cron": "0 6 * * *", "jitter": 5})

    assert outcome_of(result, "schedule", "jitter") == (FieldOutcomeKind.REPORTED, "unknown-field")
    assert result.entry["schedules"] == [{"cron": "0 6 * * *"}]


def test_a_schedule_that_the_checker_rejects_keeps_the_deployment_out(old: OldRepository) -> None:
    result = old.result(schedule={"cron": "at six"})

    assert result.status.value == "not carried"
    assert "invalid-cron" in codes(result.problems)
    assert old.upgrade().changes == ()
