"""What is exported from a server plans to no change."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syntask_yaml.backend.connect import connect
from syntask_yaml.document.writer import to_yaml
from syntask_yaml.model.block import Variable
from syntask_yaml.model.deployment import Deployment
from syntask_yaml.operations.exporting.export import ExportRequest, export
from syntask_yaml.plan.changes import Action
from tests.support.deployments import POOL, deployments
from tests.support.desk import Desk
from tests.support.exported import FREE, changes_in, export_to, is_declarable, write_all
from tests.support.prefect_server import PrefectServer


@given(
    wanted=st.lists(
        deployments(project="etl:prod").filter(is_declarable),
        min_size=8,
        max_size=8,
        unique_by=lambda each: each.full_name,
    )
)
@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
def test_export_then_plan_is_empty(server: PrefectServer, wanted: list[Deployment]) -> None:
    """For every field, whatever it holds, and for the target that was deployed."""
    server.empty()
    server.create_pool(POOL, base_job_template=FREE)
    with TemporaryDirectory() as name:
        folder = Path(name)
        backend = connect(server.api, store=folder / "unused.db")
        try:
            write_all(backend, wanted, folder)
            assert export_to(folder, backend) == ()
            changes = changes_in(folder, backend)
        finally:
            backend.close()
    found = [(each.action, each.fields) for each in changes]
    assert found == [(Action.UNCHANGED, ())] * len(wanted)


RESOURCES = """
name: shop
resources:
  work_pools:
    k8s: {type: kubernetes, concurrency_limit: 4, queues: {high: {priority: 1, concurrency_limit: 2}}}
    plain: {type: process}
  variables: {region: north, nested: {list: [1, {a: '{{ "{{" }} $HOME }}'}]}}
  blocks:
    secret/api-key: {value: hush-1}
    webhook/ops: {url: "http://127.0.0.1/hush-2"}
    custom-webhook/deep: {name: deep, url: "http://127.0.0.1/", secrets: {token: hush-3}}
  concurrency_limits: {database: 5, api: {limit: 10, slot_decay_per_second: 2, active: false}}
  automations:
  - name: tell
    trigger: {expect: [prefect.flow-run.Failed]}
    actions: [{type: call-webhook, block: webhook/ops}]
"""
SECRETS = {"API_KEY": "hush-1", "OPS_URL": "http://127.0.0.1/hush-2", "DEEP_SECRETS": '{"token": "hush-3"}'}


@pytest.mark.torture
def test_exported_resources_plan_to_no_change(empty: PrefectServer, tmp_path: Path) -> None:
    """Those of a project, and those that somebody made by hand, which are taken over once."""
    with closing(connect(empty.api, store=tmp_path / "unused.db")) as backend:
        desk = Desk(tmp_path, backend=backend, environ={"HOME": "/root", **SECRETS})
        desk.declare(
            "work_pool: {name: k8s, work_queue_name: high, job_variables: {image: app}}, pull: []",
            top=RESOURCES,
        )
        assert desk.deploy().is_good
        backend.set_variable(Variable("by_hand", {"a": ["{{ b }}"]}))
        found = export(backend, ExportRequest(with_resources=True), environ=desk.environ)
        assert [each.code for each in found.diagnostics] == ["unowned-resource", "secret-left-out"]

        text = to_yaml(found.content)
        desk.write(text)
        assert "hush" not in text
        assert set(found.content["resources"]["work_pools"]) == {"default", "k8s", "plain"}
        assert found.content["resources"]["work_pools"]["plain"] == {"type": "process"}
        planned = desk.plan(take_over=True).plan
        assert {field.path for each in planned.resources for field in each.fields} == {"project"}
        assert [each.fields for each in planned.changes] == [()]
        assert desk.deploy(take_over=True).is_good
        assert not desk.plan().plan.has_changes

        desk.write("name: shop\ndeployments: []\n")
        assert desk.deploy(prune=True).is_good
