"""Which changes are the project's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from syntask_yaml.model.deployment import Deployment, Stored
from syntask_yaml.model.schedule import Cron, Schedule
from syntask_yaml.plan.diff import diff
from syntask_yaml.plan.drift import digests, with_drift

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

    [change] = with_drift(changes, kept)

    assert {field.path: field.is_drift for field in change.fields} == expected
    assert not any(field.is_drift for each in with_drift(changes, {}) for field in each.fields)
