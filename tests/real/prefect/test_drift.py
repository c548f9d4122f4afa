"""Drift of deployments on a real server."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from syntask_yaml.backend.prefect.backend import PrefectBackend
from syntask_yaml.model.block import Variable
from syntask_yaml.operations.plan import make_plan
from syntask_yaml.plan.drift import GONE
from tests.support.desk import Desk
from tests.support.prefect_server import PrefectServer

POOL = "work_pool: {name: default}"


def test_what_somebody_changed_on_the_server_is_told_from_what_the_project_changed(
    empty: PrefectServer, tmp_path: Path
) -> None:
    """A plan marks it, deploying puts it back, and then nothing differs."""
    with closing(PrefectBackend.open(empty.api, {})) as backend:
        desk = Desk(tmp_path, backend=backend)
        desk.declare(f"{POOL}, tags: [a]", f"{POOL}, tags: [b]", top="name: shop")
        desk.deploy()
        [first, _] = desk.backend.deployments()
        backend._api.patch(f"/deployments/{first.id}", {"tags": ["z"], "description": "changed"})
        desk.declare(f"{POOL}, tags: [a], concurrency_limit: 3", f"{POOL}, tags: [c]", top="name: shop")

        planned = make_plan(desk.context, desk.request(), with_forecast=True)

        found = {
            (change.deployment, field.path): field.is_drift
            for change in planned.plan.changes
            for field in change.fields
        }
        assert found == {
            ("etl/d0", "description"): True,
            ("etl/d0", "tags[0]"): True,
            ("etl/d0", "concurrency_limit"): False,
            ("etl/d1", "tags[0]"): False,
        }
        desk.deploy()
        assert not desk.plan().plan.has_changes


def test_resources_and_what_somebody_deleted_are_told_apart_too(empty: PrefectServer, tmp_path: Path) -> None:
    """From what the project changes, and from what is new."""
    with closing(PrefectBackend.open(empty.api, {})) as backend:
        desk = Desk(tmp_path, backend=backend)
        top = "name: mall\nresources: {variables: {region: north, zone: a}}"
        desk.declare(f"{POOL}, tags: [a]", top=top)
        desk.deploy()
        backend._api.delete(f"/deployments/{desk.stored().id}")
        backend.set_variable(Variable("region", "south"))
        desk.declare(f"{POOL}, tags: [a]", f"{POOL}, tags: [b]", top=top.replace("zone: a", "zone: b"))

        plan = make_plan(desk.context, desk.request(), with_forecast=True).plan

        assert [each.reason for each in plan.changes] == [GONE, "not on the backend"]
        drifted = {(each.name, field.is_drift) for each in plan.resources for field in each.fields}
        assert drifted == {("region", True), ("zone", False)}
