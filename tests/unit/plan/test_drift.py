"""Which changes are the project's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from syntask_yaml.model.deployment import Deployment, Stored
from syntask_yaml.model.resource import Owner, Resource, ResourceKind, StoredResource
from syntask_yaml.model.schedule import Cron, Schedule
from syntask_yaml.model.secret import Secret
from syntask_yaml.plan.changes import Plan
from syntask_yaml.plan.diff import diff
from syntask_yaml.plan.drift import GONE, digests, key_of, resource_digests, with_drift
from syntask_yaml.plan.resources import diff_resources

BASE = Deployment(
    flow="etl",
    name="nightly",
    entrypoint="flows.py:etl",
    tags=("a", "b"),
    parameters={"limit": 1, "deep": {"x": 1}},
    schedules=(Schedule(timing=Cron("0 6 * * *")),),
    job_variables={"env": {"A": "1"}},
    version="1",
)
LATER = (Schedule(timing=Cron("0 7 * * *"), active=True),)
# What somebody changes on the backend, what the project changes, and what differs, with whether it drifted.
CASES: Mapping[str, tuple[dict[str, Any], dict[str, Any], dict[str, bool]]] = {
    "theirs": ({"tags": ("a", "x")}, {}, {"tags[1]": True}),
    "ours": ({}, {"tags": ("a", "x")}, {"tags[1]": False}),
    "each their own": (
        {"parameters": {"limit": 1, "deep": {"x": 2}}},
        {"job_variables": {"env": {"A": "2"}}},
        {"parameters.deep.x": True, "work_pool.job_variables.env.A": False},
    ),
    "both the same field": ({"tags": ("a", "x")}, {"tags": ("a", "y")}, {"tags[1]": False}),
    "what was never declared": ({"description": "new"}, {}, {"description": True}),
    "a version follows the commit": ({}, {"version": "2"}, {"version": False}),
    "a schedule": (
        {"schedules": LATER},
        {},
        {"schedules[cron 0 7 * * * UTC]": True, "schedules[cron 0 6 * * * UTC]": True},
    ),
    "no schedules any more": ({"schedules": LATER}, {"schedules": None}, {}),
}


@pytest.mark.parametrize("name", CASES)
def test_what_somebody_else_changed_is_drift(name: str) -> None:
    """A field that the project has as it deployed it, and the backend has not."""
    theirs, ours, expected = CASES[name]
    kept = {BASE.full_name: digests(BASE)}
    changes = diff([replace(BASE, **ours)], [Stored("1", replace(BASE, **theirs))])
    plan = Plan("shop", "here", tuple(changes))

    [change] = with_drift(plan, kept).changes

    assert {field.path: field.is_drift for field in change.fields} == expected
    assert with_drift(plan, {}) == plan


OWNER = Owner("shop")
LIMIT = Resource(ResourceKind.CONCURRENCY_LIMIT, "database", {"limit": 5, "slot_decay_per_second": 0.5})
BLOCK = Resource(ResourceKind.BLOCK, "s3-bucket/reports", {"value": Secret("a"), "note": "x"})
TOKEN = Resource(ResourceKind.VARIABLE, "api_token", {"value": "a"})
# What was deployed, what the backend and the project have in its place, and what differs.
OF_RESOURCES: Mapping[str, tuple[Resource, dict[str, Any], dict[str, Any], dict[str, bool]]] = {
    "theirs": (LIMIT, {"limit": 50}, {}, {"limit": True}),
    "ours": (LIMIT, {}, {"limit": 7}, {"limit": False}),
    "each their own": (
        LIMIT,
        {"limit": 50},
        {"slot_decay_per_second": 0},
        {"limit": True, "slot_decay_per_second": False},
    ),
    "a secret is not known again": (
        BLOCK,
        {"value": Secret("b"), "note": "y"},
        {},
        {"value": False, "note": True},
    ),
    "nor one by its name": (TOKEN, {"value": "b"}, {}, {"value": False}),
}


@pytest.mark.parametrize("name", OF_RESOURCES)
def test_the_same_of_resources(name: str) -> None:
    deployed, theirs, ours, expected = OF_RESOURCES[name]
    kept = {key_of(deployed.full_name): resource_digests(deployed)}
    there = StoredResource(replace(deployed, fields={**deployed.fields, **theirs}), "1", OWNER)
    wanted = replace(deployed, fields={**deployed.fields, **ours})
    plan = Plan("shop", "here", resources=tuple(diff_resources([wanted], [there], OWNER)))

    [change] = with_drift(plan, kept).resources

    assert {field.path: field.is_drift for field in change.fields} == expected


def test_what_is_gone_was_deployed_before() -> None:
    """Only what is kept was; the rest is new."""
    changes = diff([BASE, replace(BASE, name="new")], [])
    plan = Plan("shop", "here", tuple(changes), resources=tuple(diff_resources([LIMIT, TOKEN], [], OWNER)))
    kept = {BASE.full_name: digests(BASE), key_of(TOKEN.full_name): resource_digests(TOKEN)}

    judged = with_drift(plan, kept)

    assert [each.reason for each in judged.changes] == [GONE, "not on the backend"]
    assert [each.reason for each in judged.resources] == ["not on the backend", GONE]


def test_no_digest_is_of_a_secret() -> None:
    assert resource_digests(TOKEN) == {}
    assert list(resource_digests(BLOCK)) == ["note"]
