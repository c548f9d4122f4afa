"""Exported resources plan to no change, and hold no secret."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml

from syntask_yaml.backend.base import Backend
from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.document.writer import to_yaml
from syntask_yaml.model.block import Block, Variable
from syntask_yaml.model.concurrency_limit import GlobalConcurrencyLimit
from syntask_yaml.model.pool import WorkPool, WorkQueue
from syntask_yaml.model.secret import Secret
from syntask_yaml.operations.exporting.export import Exported, ExportRequest, export
from tests.support.desk import Desk
from tests.support.exported import FREE

RESOURCES = """
name: shop
resources:
  work_pools:
    small: {type: process, concurrency_limit: 4, paused: true, queues: {high: {priority: 1}, low: {}}}
    plain: {type: docker, description: "as {{ '{{' }} it is"}
  variables:
    region: north
    nothing: 0
    nested: {list: [1, {a: '{{ "{{" }} $HOME }}'}], empty: ""}
    api_token: hush-0
  blocks:
    secret/api-key: {value: "{{ $KEY }}"}
    string/api-key: {value: open}
    aws-credentials/shop: {aws_access_key_id: "{{ $ID }}", aws_secret_access_key: hush-1, region_name: north}
    s3-bucket/reports: {bucket_name: reports, credentials: aws-credentials/shop}
    webhook/ops: {url: "http://127.0.0.1/hush-2"}
  concurrency_limits: {database: 5, api: {limit: 10, slot_decay_per_second: 2, active: false}}
  automations:
  - name: tell
    description: "for {{ '{{' }} all"
    trigger: {expect: [prefect.flow-run.Failed], match_related: {prefect.resource.name: nightly}}
    actions:
    - {type: call-webhook, block: webhook/ops}
    - {type: run-command, command: [page, "{{ flow.name }}"]}
"""
ENTRY = (
    "work_pool: {name: small, work_queue_name: high}, parameters: {source: '{{ syntask.variables.region }}'}"
)
SECRETS = {
    "API_KEY": "letmein",
    "API_TOKEN": "hush-0",
    "SHOP_AWS_SECRET_ACCESS_KEY": "hush-1",
    "OPS_URL": "http://127.0.0.1/hush-2",
}


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Iterator[Desk]:
    with closing(EmbeddedBackend.open(tmp_path / "store" / "syntask.db")) as backend:
        yield Desk(tmp_path, backend=backend, environ={"KEY": "letmein", "ID": "shop", "HOME": "/root"})


def exported(backend: Backend, *names: str, **request: Any) -> Exported:
    request = {"with_resources": True, **request}
    return export(backend, ExportRequest(patterns=names, **request), environ={"HOME": "/root"})


def resources(found: Exported) -> Mapping[str, Any]:
    content: Mapping[str, Any] = found.content.get("resources", {})
    return content


def written(found: Exported, desk: Desk) -> str:
    """The file, written to the folder of *desk* where its variables are set."""
    text = to_yaml(found.content)
    desk.write(text)
    desk.environ = {"HOME": "/root", **SECRETS}
    return text


def test_export_then_plan_is_empty(desk: Desk) -> None:
    """For every kind, on the backend that they were deployed to."""
    desk.declare(ENTRY, top=RESOURCES)
    assert desk.deploy().is_good

    found = exported(desk.backend)
    text = written(found, desk)

    assert not any(secret in text for secret in SECRETS.values())
    assert desk.plan().plan.has_changes is False
    assert [each.code for each in found.diagnostics] == ["secret-left-out"]
    assert all(f"`{name}`" in found.diagnostics[0].detail for name in SECRETS)
    assert len(desk.plan().plan.resources) == 17


def test_what_says_nothing_is_not_written(desk: Desk) -> None:
    """No template that new pools have, no default queue, nothing that is the default."""
    desk.declare(ENTRY, top=RESOURCES)
    desk.deploy()

    found = yaml.safe_load(to_yaml(resources(exported(desk.backend))))

    assert found["work_pools"]["plain"] == {"type": "docker", "description": 'as {{ "{{" }} it is'}
    assert found["work_pools"]["small"] == {
        "type": "process",
        "concurrency_limit": 4,
        "paused": True,
        "queues": {"high": {"priority": 1}, "default": {"priority": 2}, "low": {"priority": 3}},
    }
    assert found["concurrency_limits"]["database"] == 5
    assert found["automations"][0]["actions"] == [
        {"type": "call-webhook", "block": "webhook/ops"},
        {"type": "run-command", "command": ["page", "{{ flow.name }}"]},
    ]


def test_names_bring_what_their_deployments_name(desk: Desk) -> None:
    """And what that names in turn; nothing else."""
    desk.declare(
        "work_pool: {name: small, job_variables: {env: {A: '{{ syntask.blocks.s3-bucket.reports }}'}}}",
        "work_pool: {name: plain}, pull: [{syntask.deployments.steps.set_working_directory: {directory: "
        "'{{ syntask.variables.region }}'}}]",
        top=RESOURCES,
    )
    desk.deploy()

    first, second = (resources(exported(desk.backend, f"etl/{name}")) for name in ("d0", "d1"))

    assert {key: list(value) for key, value in first.items()} == {
        "work_pools": ["small"],
        "blocks": ["aws-credentials/shop", "s3-bucket/reports"],
    }
    assert {key: list(value) for key, value in second.items()} == {
        "work_pools": ["plain"],
        "variables": ["region"],
    }
    assert "resources" not in exported(desk.backend, "etl/d0", with_resources=False).content


def make_by_hand(backend: Backend) -> None:
    template = {**FREE, "variables": {"properties": {"command": {"default": "{{ work_pool.name }}"}}}}
    backend.create_pool(WorkPool(name="mine", type="process", base_job_template=template))
    backend.create_queue(WorkQueue(pool="mine", name="fast", priority=1))
    backend.set_variable(Variable("region", "north"))
    backend.create_block(Block("secret", "2nd-key", {"value": Secret("hush")}))
    backend.create_concurrency_limit(GlobalConcurrencyLimit(name="db", limit=1))


def test_what_was_made_by_hand_is_taken_over_once(desk: Desk) -> None:
    """The file of a backend where nothing is declared: only owners change, and then nothing."""
    make_by_hand(desk.backend)

    found = exported(desk.backend, name="shop")
    written(found, desk)
    desk.environ = {"_2ND_KEY": "hush"}

    assert [each.code for each in found.diagnostics] == ["unowned-resource", "secret-left-out"]
    assert "default" not in found.content["resources"]["work_pools"]
    planned = desk.plan(take_over=True).plan.resources
    assert {field.path for each in planned for field in each.fields} == {"project"}
    assert desk.deploy(take_over=True).is_good
    assert not desk.plan().plan.has_changes


def test_a_project_gets_its_own(desk: Desk, tmp_path: Path) -> None:
    """What others own is left to them, and said where all is asked for."""
    make_by_hand(desk.backend)
    (tmp_path / "other").mkdir()
    other = Desk(tmp_path / "other", desk.backend)
    other.write("name: other\ndeployments: []\nresources: {variables: {theirs: 1}}\n")
    other.deploy()
    desk.declare(ENTRY, top=RESOURCES.replace("region: north", "south: 1"))
    desk.deploy()

    all_of_it = exported(desk.backend)
    own = exported(desk.backend, project="shop")

    assert "not-exported" in [each.code for each in all_of_it.diagnostics]
    assert "theirs" not in resources(all_of_it)["variables"]
    assert list(resources(all_of_it)["work_pools"]) == ["mine", "plain", "small"]
    assert list(resources(own)["work_pools"]) == ["plain", "small"]
    assert [each.code for each in own.diagnostics] == ["secret-left-out"]
    assert list(resources(exported(desk.backend, project="other"))) == ["variables"]
