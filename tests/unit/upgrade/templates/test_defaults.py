"""The default templates are those of a server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import prefect
import pytest

from syntask_yaml.upgrade.infrastructure import INFRASTRUCTURE
from syntask_yaml.upgrade.templates.defaults import default_templates

_VIEW = Path(prefect.__file__).parent / "server/api/collections_data/views/aggregate-worker-metadata.json"
WORKERS: dict[str, Any] = {
    name: worker["default_base_job_configuration"]
    for collection in json.loads(_VIEW.read_text(encoding="utf-8")).values()
    for name, worker in collection.items()
}


def _defaults(template: Any) -> dict[str, Any]:
    properties = template["variables"]["properties"]
    return {name: schema.get("default") for name, schema in properties.items()}


@pytest.mark.parametrize("type", default_templates())
def test_a_template_has_the_variables_of_a_server(type: str) -> None:
    ours, theirs = default_templates()[type], WORKERS[type]

    assert _defaults(ours) == _defaults(theirs)
    assert ours["variables"].get("required") == theirs["variables"].get("required")
    assert _bare(ours["job_configuration"]) == _bare(theirs["job_configuration"])


def _bare(value: Any) -> Any:
    """Without descriptions for people."""
    if isinstance(value, dict):
        return {
            key: _bare(item) for key, item in value.items() if key != "metadata" or "description" not in item
        }
    return list(map(_bare, value)) if isinstance(value, list) else value


def test_every_type_that_a_block_becomes_has_one() -> None:
    assert {kind.type for kind in INFRASTRUCTURE.values()} == set(default_templates()) == set(WORKERS)


@pytest.mark.parametrize("type", default_templates())
def test_a_template_refers_to_nothing_that_it_does_not_have(type: str) -> None:
    """A server rejects every deployment of such a pool."""
    assert "$ref" not in json.dumps(default_templates()[type])
