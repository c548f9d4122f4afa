"""What differs, field by field, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from syntask_yaml.model.deployment import CollisionStrategy, ConcurrencyLimit, Deployment, Stored
from syntask_yaml.model.schedule import Cron, Interval, Schedule
from syntask_yaml.model.value import Unknown
from syntask_yaml.plan.changes import Action, Change, Plan
from syntask_yaml.plan.codec import decode_saved, encode, encode_saved
from syntask_yaml.plan.diff import HIDDEN, diff
from tests.support.deployments import deployments

ANCHOR = datetime(2026, 1, 1, tzinfo=UTC)
CLONE = "syntask.deployments.steps.git_clone"
BASE = Deployment(
    flow="etl",
    name="nightly",
    entrypoint="flows.py:etl",
    description="d",
    version="1",
    tags=("a", "b"),
    parameters={"limit": 3, "deep": {"x": [1, 2]}},
    parameter_schema={"type": "object"},
    schedules=(
        Schedule(timing=Cron("0 6 * * *"), active=True, slug="early"),
        Schedule(timing=Interval(3600, ANCHOR), active=True),
    ),
    paused=False,
    concurrency_limit=ConcurrencyLimit(2),
    work_pool="default",
    work_queue="low",
    job_variables={"env": {"A": "1"}},
    pull_steps=({CLONE: {"repository": "r", "branch": "main"}},),
    project="shop",
)


def stored(deployment: Deployment) -> Stored:
    return Stored("id", deployment)


@pytest.mark.parametrize("at_once", [False, True])
@pytest.mark.parametrize("minutes", [-5, 5, None])
def test_an_old_name_goes_unasked_only_where_a_rename_left_it(minutes: int | None, at_once: bool) -> None:
    """It is then older than the new one, on a backend that renames in two steps."""
    new, old = replace(BASE, name="new", renamed_from="etl/nightly"), BASE
    made = None if minutes is None else ANCHOR + timedelta(minutes=minutes)
    there = [Stored("new", replace(new, renamed_from=None), ANCHOR), Stored("old", old, made)]

    _, deletion = diff([new], there, renames_at_once=at_once)

    assert (deletion.action, deletion.deployment) == (Action.DELETE, "etl/nightly")
    assert deletion.is_deletion is (at_once or minutes == 5)


def change(wanted: Deployment, had: Deployment = BASE) -> Change:
    (found,) = diff([wanted], [stored(had)])
    return found


def fields(found: Change) -> dict[str, tuple[Any, Any]]:
    return {field.path: (field.before, field.after) for field in found.fields}


@settings(max_examples=200, deadline=None)
@given(deployments())
def test_a_deployment_does_not_differ_from_itself(deployment: Deployment) -> None:
    unchanged = Change(Action.UNCHANGED, deployment.full_name, id=stored(deployment).id)
    assert change(deployment, deployment) == unchanged


CHANGES: dict[str, tuple[Mapping[str, Any], dict[str, tuple[Any, Any]]]] = {
    "entrypoint": ({"entrypoint": "x.py:f"}, {"entrypoint": ("flows.py:etl", "x.py:f")}),
    "description": ({"description": None}, {"description": ("d", None)}),
    "version": ({"version": "2"}, {"version": ("1", "2")}),
    "tags": ({"tags": ("a", "c")}, {"tags[1]": ("b", "c")}),
    "parameters": (
        {"parameters": {"limit": 3, "deep": {"x": [1, 5]}}},
        {"parameters.deep.x[1]": (2, 5)},
    ),
    "a parameter that goes": ({"parameters": {"deep": {"x": [1, 2]}}}, {"parameters.limit": (3, None)}),
    "enforce": ({"enforce_parameter_schema": False}, {"enforce_parameter_schema": (True, False)}),
    "parameter schema": (
        {"parameter_schema": {"type": "null"}},
        {"parameter_schema.type": ("object", "null")},
    ),
    "paused": ({"paused": True}, {"paused": (False, True)}),
    "limit": ({"concurrency_limit": ConcurrencyLimit(3)}, {"concurrency_limit.limit": (2, 3)}),
    "strategy": (
        {"concurrency_limit": ConcurrencyLimit(2, CollisionStrategy.CANCEL_NEW)},
        {"concurrency_limit.collision_strategy": ("ENQUEUE", "CANCEL_NEW")},
    ),
    "pool": ({"work_pool": "big"}, {"work_pool.name": ("default", "big")}),
    "queue": ({"work_queue": None}, {"work_pool.work_queue_name": ("low", "default")}),
    "job variable": (
        {"job_variables": {"env": {"A": "2"}}},
        {"work_pool.job_variables.env.A": ("1", "2")},
    ),
    "pull": (
        {"pull_steps": ({CLONE: {"repository": "r", "branch": "dev"}},)},
        {f"pull[0].{CLONE}.branch": ("main", "dev")},
    ),
    "owner": ({"project": "other"}, {"project": ("shop", "other")}),
    "a schedule's state": (
        {"schedules": (replace(BASE.schedules[0], active=False), BASE.schedules[1])},  # type: ignore[index]
        {"schedules[early].active": (True, False)},
    ),
    "a schedule's time": (
        {"schedules": (replace(BASE.schedules[0], timing=Cron("0 7 * * *")), BASE.schedules[1])},  # type: ignore[index]
        {"schedules[early].cron": ("0 6 * * *", "0 7 * * *")},
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_field_is_the_only_one(name: str) -> None:
    changed, expected = CHANGES[name]

    found = change(replace(BASE, **changed))

    assert found.action is Action.UPDATE
    assert fields(found) == expected
    assert found.write is not None
    assert found.write.before == stored(BASE)


@pytest.mark.parametrize(
    "changed",
    [
        {"tags": ("b", "a", "b")},
        {"version": None},
        {"paused": None},
        {"schedules": None},
        {"sla": None},
        {"schedules": tuple(reversed(BASE.schedules or ()))},  # type: ignore[arg-type]
        {"schedules": (replace(BASE.schedules[0], active=None), BASE.schedules[1])},  # type: ignore[index]
        {"schedules": (BASE.schedules[0], Schedule(timing=Interval(3600.0), active=True))},  # type: ignore[index]
        {"pull_steps": ({CLONE.replace("syntask", "prefect"): {"repository": "r", "branch": "main"}},)},
        {"parameters": {"deep": {"x": (1, 2)}, "limit": 3.0}},
        {"version_info": {"type": "vcs:git"}},
    ],
)
def test_what_means_the_same_is_no_change(changed: Mapping[str, Any]) -> None:
    assert change(replace(BASE, **changed)).action is Action.UNCHANGED


@pytest.mark.parametrize(
    "changed",
    [
        {"parameters": {"limit": True, "deep": {"x": [1, 2]}}},
        {"parameters": {"limit": "3", "deep": {"x": [1, 2]}}},
        {"schedules": ()},
        {"schedules": (BASE.schedules[0],)},  # type: ignore[index]
        {"tags": ()},
        {"concurrency_limit": None},
        {"pull_steps": ()},
        {"description": Unknown("build.text")},
    ],
)
def test_what_means_something_else_is_a_change(changed: Mapping[str, Any]) -> None:
    """Among it what goes, what is of another type, and what a step will decide."""
    assert change(replace(BASE, **changed)).action is Action.UPDATE


def test_what_is_new_and_what_is_no_longer_declared() -> None:
    other = replace(BASE, name="other")
    foreign = replace(BASE, name="foreign", project="else")

    kept = diff([BASE], [stored(other), stored(foreign)])
    pruned = diff([BASE], [stored(other), stored(foreign)], prune={"shop"})

    assert [(each.action, each.deployment) for each in kept] == [(Action.CREATE, "etl/nightly")]
    assert [(each.action, each.deployment) for each in pruned] == [
        (Action.CREATE, "etl/nightly"),
        (Action.DELETE, "etl/other"),
    ]


def test_readable_secrets_are_hidden_and_references_shown() -> None:
    """Wherever they stand: alone, inside of a list that is new as a whole, or on the backend."""
    reference = "{{ syntask.blocks.secret.token }}"
    leaky = {CLONE: {"repository": "r", "access_token": "hush-1"}}
    safe = {CLONE: {"repository": "r", "access_token": reference}}
    variables = {"env": {"password": "hush-2"}, "api_key": "hush-3"}
    plans = [
        change(replace(BASE, pull_steps=(safe,)), replace(BASE, pull_steps=(leaky,))),
        change(replace(BASE, pull_steps=(leaky, leaky), job_variables=variables)),
        diff([replace(BASE, pull_steps=(leaky,), job_variables=variables)], [])[0],
    ]

    shown = repr([list(each.fields) for each in plans])

    assert "hush" not in shown
    assert HIDDEN in shown
    assert reference in shown
    assert "hush" not in encode_saved(Plan("shop", "memory", tuple(plans)), {}, ())


def test_a_saved_plan_is_read_back() -> None:
    plan = Plan("shop", "memory", tuple(diff([replace(BASE, version="2")], [stored(BASE)])))
    request = {"selection": {"all": True}}

    saved = decode_saved(encode_saved(plan, request, ["step"]), "plan.json")
    same = decode_saved(encode_saved(plan, request, ["step"]), "plan.json")
    other = decode_saved(encode_saved(plan, request, ["another step"]), "plan.json")

    assert (saved.project, saved.backend, saved.request) == ("shop", "memory", request)
    assert saved.fingerprint == same.fingerprint
    assert saved.fingerprint != other.fingerprint
    assert encode(plan)["summary"] == {"create": 0, "update": 1, "delete": 0, "unchanged": 0}
