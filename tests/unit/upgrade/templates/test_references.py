"""Blocks in templates by their ids."""

from __future__ import annotations

from typing import Any

import pytest

from syntask_yaml.upgrade.templates.references import with_block_ids


def _with_default(schema: dict[str, Any], default: Any) -> dict[str, Any]:
    return {"variables": {"properties": {"x": {**schema, "default": default}}}}


def _find_id(type: str, name: str) -> str:
    return f"id of {type}/{name}"


@pytest.mark.parametrize("schema", [{"type": "object"}, {"allOf": [{"$ref": "#/definitions/A"}]}, {}])
def test_a_reference_becomes_an_id(schema: dict[str, Any]) -> None:
    template = _with_default(schema, "{{ prefect.blocks.aws-credentials.prod }}")

    resolved: Any = with_block_ids(template, _find_id)

    default = resolved["variables"]["properties"]["x"]["default"]
    assert default == {"$ref": {"block_document_id": "id of aws-credentials/prod"}}


@pytest.mark.parametrize(
    "template",
    [
        _with_default({"type": "string"}, "{{ prefect.blocks.secret.token }}"),
        _with_default({"anyOf": [{"type": "string"}, {"type": "null"}]}, "{{ prefect.blocks.secret.token }}"),
        _with_default({"type": "object"}, {"A": "{{ prefect.blocks.secret.token }}"}),
        _with_default({"type": "object"}, "text"),
        {},
    ],
)
def test_what_workers_resolve_stays(template: dict[str, Any]) -> None:
    assert with_block_ids(template, _find_id) is template
