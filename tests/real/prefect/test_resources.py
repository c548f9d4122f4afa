"""Resources of a project on a real server: written, seen to differ, changed back, and deleted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syntask_yaml.backend.clock import utc_now
from syntask_yaml.backend.prefect.backend import PrefectBackend
from syntask_yaml.errors import ProjectInvalid
from syntask_yaml.model.block import Block
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.model.run import RunRequest
from syntask_yaml.model.secret import Secret
from syntask_yaml.operations.deploy import DeployOptions, deploy
from syntask_yaml.operations.destroy import destroy, expired_contexts
from syntask_yaml.operations.expiry import find_expired
from syntask_yaml.operations.plan import make_plan
from syntask_yaml.operations.prune import Approval
from syntask_yaml.operations.request import Request
from syntask_yaml.operations.selection import Selection
from syntask_yaml.plan.changes import Action
from tests.support.desk import Desk
from tests.support.flaky_proxy import flaky
from tests.support.prefect_server import PrefectServer
from tests.support.target_desk import TargetDesk

RESOURCES = """
resources:
  work_pools:
    k8s: {type: kubernetes, concurrency_limit: 4, queues: {high: {priority: 1, concurrency_limit: 2}}}
  variables: {region: north}
  blocks: {secret/api-key: {value: "{{ $KEY }}"}}
  concurrency_limits: {database: {limit: 5}}
"""
ENTRY = "work_pool: {name: k8s, work_queue_name: high, job_variables: {image: app}}, pull: []"


@pytest.fixture(name="desk")
def _desk(empty: PrefectServer, tmp_path: Path) -> Iterator[Desk]:
    with closing(PrefectBackend.open(empty.api, {})) as backend:
        yield Desk(tmp_path, backend=backend, environ={"KEY": "letmein"})
        if backend.block("secret", "api-key") is not None:
            backend.delete_block("secret", "api-key")
            backend.delete_concurrency_limit("database")


def planned(desk: Desk) -> dict[str, str]:
    return {each.full_name: each.action.value for each in desk.plan().plan.resources}


def test_resources_go_their_whole_way_on_a_server(desk: Desk) -> None:
    """With a deployment in a pool that the same deploy creates, and a secret that somebody changes."""
    desk.backend.create_pool(WorkPool(name="k8s", type="kubernetes"))
    desk.declare(ENTRY, top=f"name: shop{RESOURCES}")
    with pytest.raises(ProjectInvalid, match="belongs to no project"):
        desk.plan()
    desk.backend.delete_pool("k8s")

    assert set(planned(desk).values()) == {"create"}
    assert desk.deploy().is_good
    assert set(planned(desk).values()) == {"unchanged"}
    assert [each.name for each in desk.backend.variables()] == ["region"]

    desk.backend.update_block(Block("secret", "api-key", {"value": Secret("stolen")}))
    assert [name for name, action in planned(desk).items() if action == "update"] == ["block secret/api-key"]
    assert desk.deploy().is_good
    assert desk.backend.block("secret", "api-key") == Block("secret", "api-key", {"value": Secret("letmein")})

    desk.write("name: shop\ndeployments: []\n")
    assert desk.deploy(prune=True).is_good
    assert [each.name for each in desk.backend.pools() if each.name == "k8s"] == []
    assert desk.backend.ledgers() == []


def test_a_project_of_resources_alone_goes_its_whole_way_on_a_server(desk: Desk) -> None:
    """Without a selection, and with no list of deployments that could be pruned."""
    text = f"name: shop{RESOURCES}"
    desk.write(text)
    whole = Request(selection=Selection())
    planned = make_plan(desk.context, whole)
    assert {each.action for each in planned.plan.resources} == {Action.CREATE}
    options = DeployOptions(jobs=1)
    assert deploy(desk.context, whole, options=options, notify=lambda _: None).is_good
    assert not make_plan(desk.context, whole).plan.has_changes

    desk.write(text.replace("  variables: {region: north}\n", ""))
    assert desk.deploy(prune=True).is_good
    assert list(desk.backend.variables()) == []
    given = Approval(is_given=True)
    assert destroy(desk.context, options=options, notify=lambda _: None, approval=given).is_good
    assert desk.backend.ledgers() == []


def test_a_pool_with_runs_is_kept_on_a_server(empty: PrefectServer, desk: Desk) -> None:
    """One that waits, one that is executed, and one of a deployment that goes; until they have ended."""
    backend = desk.backend
    pools = "name: shop\nresources: {{work_pools: {{{0}: {{type: process, queues: {{quick: {{}}}}}}}}}}"
    entry = "work_pool: {{name: {}, work_queue_name: quick}}, schedules: [{{cron: '0 7 * * *'}}]"
    desk.declare(*[entry.format("old")] * 2, top=pools.format("old"))
    assert desk.deploy().is_good
    stays, goes = (desk.stored(name).id for name in ("d0", "d1"))
    waiting = backend.create_run(RunRequest(deployment_id=stays)).id
    executed = backend.create_run(RunRequest(deployment_id=goes)).id
    backend.create_run(RunRequest(deployment_id=goes))
    state = {"type": "RUNNING", "name": "Running"}
    empty.request("POST", f"/flow_runs/{executed}/set_state", {"state": state, "force": True})
    desk.declare(entry.format("new"), top=pools.format("new"))

    def kept() -> list[str]:
        outcome = desk.deploy(prune=True)
        assert outcome.is_good
        return [each.detail for each in outcome.diagnostics if each.code == "resource-kept"]

    names = "Not deleted: `work queue old/quick`, `work pool old`."
    assert kept() == [f"{names} 1 flow run waits and 1 flow run is executed in it."]
    assert backend.run(waiting) is not None
    backend.cancel(waiting)
    empty.request("POST", f"/flow_runs/{waiting}/set_state", {"state": {"type": "CANCELLED"}, "force": True})
    assert kept() == [f"{names} 1 flow run is executed in it."]
    done = {"type": "COMPLETED", "name": "Completed"}
    empty.request("POST", f"/flow_runs/{executed}/set_state", {"state": done, "force": True})
    assert kept() == []
    assert {each.name for each in backend.pools()} == {"default", "new"}


def test_resources_alone_run_out_on_a_server(empty: PrefectServer, tmp_path: Path) -> None:
    """A preview of them, and a target that has nothing but an automation."""
    with closing(PrefectBackend.open(empty.api, {})) as backend:
        desk = TargetDesk(tmp_path / "work", backend)
        file = desk.folder / "syntask.yaml"
        text = file.read_text(encoding="utf-8").partition("deployments:")[0]
        file.write_text(text, encoding="utf-8")
        whole = Request(selection=Selection())
        desk.deploy("preview", "7", request=whole)
        backend.create_block(Block("webhook", "ops", {"url": Secret("http://127.0.0.1:9/")}))
        actions = "actions: [{type: call-webhook, block: webhook/ops}]"
        page = f"{{name: page, trigger: {{expect: [never.comes]}}, {actions}}}"
        alone = text.partition("resources:")[0].replace("dev: {}", "dev: {expires: 1d}")
        file.write_text(f"{alone}resources: {{automations: [{page}]}}\n", encoding="utf-8")
        desk.deploy("dev", request=whole)
        for target, owner, days in (("preview", "shop:preview:pr-7-", 7), ("dev", "shop:dev", 1)):
            context, now = desk.context(target), utc_now()
            assert find_expired(context, now + timedelta(days=days, minutes=-10)) == []
            assert find_expired(context, now + timedelta(days=days)) == [owner]
            for each in expired_contexts(context, now + timedelta(days=days)):
                desk.destroy(each)
            assert find_expired(context, now + timedelta(days=days)) == []
        assert (desk.has_resources, desk.owners(), backend.automations()) == (False, set(), [])
        backend.delete_block("webhook", "ops")


def test_a_server_is_asked_for_automations_that_a_project_may_have(
    empty: PrefectServer, tmp_path: Path
) -> None:
    """Its ledger says whether it may: so one that is declared no more is told of, and nobody asks in vain."""
    variables = "name: shop\nresources:\n  variables: {region: north}\n"
    page = (
        "{name: page, trigger: {expect: [never.comes]}, actions: [{type: call-webhook, block: webhook/ops}]}"
    )
    entry = "work_pool: {name: default}"
    with flaky(empty.api) as proxy, closing(PrefectBackend.open(proxy.api, {})) as backend:
        desk = Desk(tmp_path, backend=backend)

        def asked() -> tuple[int, int]:
            """How often the server was asked for a plan, and how many resources that says to be left."""
            proxy.seen.clear()
            found = [each for each in desk.plan().diagnostics if each.code == "undeclared-resource"]
            return sum("/related-to/" in each.path for each in proxy.seen), len(found)

        backend.create_block(Block("webhook", "ops", {"url": Secret("http://127.0.0.1:9/")}))
        desk.declare(entry, top=variables)
        assert desk.deploy().is_good
        assert asked() == (0, 0)
        desk.declare(entry, top=f"{variables}  automations: [{page}]\n")
        assert desk.deploy().is_good
        assert asked() == (1, 0)
        desk.declare(entry, top=variables)
        assert asked() == (1, 1)
        assert desk.deploy(prune=True).is_good
        assert asked() == (0, 0)
        backend.delete_block("webhook", "ops")


def test_a_renamed_project_prunes_what_it_declared_before(desk: Desk) -> None:
    """Pools, variables and automations of the old name, and no ledger of it is left with a name."""
    actions = "[{type: call-webhook, block: webhook/ops}]"
    automation = f"{{name: tell, trigger: {{expect: [never.comes]}}, actions: {actions}}}"
    blocks = "blocks: {webhook/ops: {url: 'http://127.0.0.1/'}, "
    resources = f"{RESOURCES.replace('blocks: {', blocks)}  automations: [{automation}]"
    kept = "work_pool: {name: default}"
    desk.declare(kept, ENTRY, top=f"name: shop{resources}")
    assert desk.deploy().is_good
    desk.declare(kept, top="name: store\nresources: {variables: {region: north}}")

    planned = desk.plan(prune=True, take_over=True).plan
    assert "automation tell" in planned.deleted_names
    assert "work pool k8s" in planned.deleted_names
    assert desk.deploy(prune=True, take_over=True).is_good

    assert [each.name for each in desk.backend.pools()] == ["default"]
    assert list(desk.backend.automations()) == []
    ledgers = {each.owner.project: each.names for each in desk.backend.ledgers() if each.names}
    assert ledgers == {"store": {"variable region"}}
    assert not desk.plan(prune=True).plan.has_changes


def test_a_prune_asks_a_server_once_for_all_that_it_shows(empty: PrefectServer, tmp_path: Path) -> None:
    """The schedules, the runs to come and the last run of each, of many in no more requests than of two."""
    entry = "work_pool: {name: default}, paused: true, schedules: [{cron: '0 7 * * *'}]"
    due = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    asked: dict[int, int] = {}
    with flaky(empty.api) as proxy, closing(PrefectBackend.open(proxy.api, {})) as backend:
        desk = Desk(tmp_path, backend=backend)
        for count in (2, 25):
            desk.declare(*[entry] * count, top="name: shop")
            assert desk.deploy().is_good
            expected = {
                each.deployment.full_name: _with_runs(backend, each.id, number % 4, due)
                for number, each in enumerate(backend.deployments(projects=["shop"]))
            }
            desk.write("name: shop\ndeployments: []\n")
            proxy.seen.clear()
            deletions = desk.plan(prune=True).plan.deletions
            asked[count] = len(proxy.seen)
            removals = {each.deployment: each.removal for each in deletions if each.removal}
            assert all(len(each.schedules) == 1 for each in removals.values())
            found = {
                name: (each.coming, each.next, each.last and each.last[0]) for name, each in removals.items()
            }
            assert found == expected
            assert desk.deploy(prune=True).is_good
    assert asked[25] <= asked[2] <= 8


def _with_runs(
    backend: PrefectBackend, id: str, number: int, due: datetime
) -> tuple[int, datetime | None, str | None]:
    """Make so many runs of a deployment that are due, and one that was cancelled; what is said of them."""
    for later in range(number):
        at = due + timedelta(hours=later)
        backend.create_run(RunRequest(deployment_id=id, scheduled=at))
    if number == 3:
        return 3, due, None
    backend.cancel(backend.create_run(RunRequest(deployment_id=id)).id)
    return number, due if number else None, "Cancelled"


BLOCKS = """\
name: shop
resources:
  blocks:
    secret/plain: {{value: {secret}}}
    secret/nested: {{value: {{a: [1, two]}}}}
    local-file-system/data: {{basepath: {path}}}
    remote-file-system/lake: {{basepath: "s3://lake", settings: {{anon: true}}}}
    smb/share: {{share_path: /data, smb_host: files, smb_port: {port}}}
"""


def test_wrong_types_of_block_fields_are_warned_of_where_they_stand(desk: Desk) -> None:
    """The server takes them, and code that loads the block fails; what it converts is right."""
    desk.write(BLOCKS.format(secret="text", path="/data", port="'445'"))
    assert [each.detail for each in desk.plan().diagnostics] == []

    desk.write(BLOCKS.format(secret="text", path="5", port="samba"))
    found = desk.plan().diagnostics

    assert [each.span and (each.span.line, each.span.text) for each in found] == [
        (6, "5"),
        (8, "samba"),
    ]
    assert {(each.code, each.is_warning) for each in found} == {("wrong-value", True)}
