"""What a plan says of a resource that is not there yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from syntask_yaml.model.resource import ResourceKind
from syntask_yaml.plan.changes import Action, FieldChange, ResourceChange
from syntask_yaml.plan.rows import resource_rows


@pytest.mark.parametrize(
    ("kind", "fields", "shown"),
    [
        (ResourceKind.WORK_POOL, {"type": "process", "paused": True}, ['type: "process"', "paused: true"]),
        (ResourceKind.WORK_QUEUE, {"paused": False, "description": "", "priority": 1}, ["priority: 1"]),
        (ResourceKind.CONCURRENCY_LIMIT, {"limit": 0, "active": True}, ["limit: 0"]),
        (ResourceKind.CONCURRENCY_LIMIT, {"limit": 1, "active": False}, ["limit: 1", "active: false"]),
        (ResourceKind.AUTOMATION, {"enabled": True}, []),
        (ResourceKind.BLOCK, {"enabled": True, "host": "", "port": None}, ["enabled: true"]),
        (ResourceKind.VARIABLE, {"value": True}, ["value: true"]),
        (ResourceKind.VARIABLE, {"value": ""}, ['value: ""']),
        (ResourceKind.VARIABLE, {"value": []}, ["value: []"]),
    ],
)
def test_a_new_resource_is_shown_with_all_that_is_not_usual(
    kind: ResourceKind, fields: Mapping[str, Any], shown: list[str]
) -> None:
    change = ResourceChange(
        Action.CREATE, kind, "x", tuple(FieldChange(path, None, value) for path, value in fields.items())
    )

    assert [f"{row.what}: {row.after}" for row in resource_rows(change)] == shown
