"""Whose deployments are on a real server, what of them is pruned, and what a rename keeps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from syntask_yaml.backend.prefect.backend import PrefectBackend
from syntask_yaml.errors import BackendConflict, PruneRefused, UsageError
from syntask_yaml.model.value import known
from syntask_yaml.operations.deploy import DeployOptions, deploy
from syntask_yaml.operations.deployments import check_unprotected
from syntask_yaml.operations.ownership import adopt, release
from syntask_yaml.operations.prune import Approval
from syntask_yaml.plan.changes import Action
from syntask_yaml.plan.diff import HALF_RENAMED
from tests.support.console import Console
from tests.support.desk import Desk
from tests.support.flaky_proxy import Fault, flaky
from tests.support.prefect_server import PrefectServer

POOL = "work_pool: {name: default}"
SHOP = "name: shop"
ENTRY = (
    f"entrypoint: flows.py:etl, {POOL}, triggers: [{{expect: [never.comes]}}], "
    "schedules: [{cron: '0 7 * * *', slug: seven}, {cron: '0 8 * * *'}]"
)
KEPT = (
    *("name", "flow_id", "entrypoint", "parameters", "parameter_openapi_schema", "pull_steps"),
    *("work_pool_name", "work_queue_name", "job_variables"),
)
OLD = f"name: shop\ndeployments:\n- {{name: old, {ENTRY}}}\n"
NEW = f"name: shop\ndeployments:\n- {{name: new, renamed_from: etl/old, {ENTRY}}}\n"


@pytest.fixture(name="desk")
def _desk(empty: PrefectServer, tmp_path: Path) -> Iterator[Desk]:
    with closing(PrefectBackend.open(empty.api, {})) as backend:
        yield desk_in(tmp_path / "here", backend)


def desk_in(folder: Path, backend: Any) -> Desk:
    folder.mkdir()
    return Desk(folder, backend=backend)


def names(desk: Desk) -> list[str]:
    return [each.deployment.name for each in desk.backend.deployments()]


def labels(server: PrefectServer) -> dict[str, dict[str, Any]]:
    """The labels of ours that each deployment has, by its name, but for that of its flow."""
    others = ("syntask.project", "syntask.origin", "syntask.protected")
    return {
        each["name"]: {key: value for key, value in each["labels"].items() if key in others}
        for each in server.every("deployments")
    }


def test_labels_say_whose_a_deployment_is_and_whether_it_stays(empty: PrefectServer, desk: Desk) -> None:
    """What is no longer declared is pruned, unless it is protected."""
    desk.declare(POOL, f"{POOL}, protected: true", POOL, top=SHOP)
    desk.deploy()
    own = {"syntask.project": "shop", "syntask.origin": str(desk.folder)}
    assert labels(empty) == {"d0": own, "d1": {**own, "syntask.protected": True}, "d2": own}
    assert not desk.plan(prune=True).plan.has_changes
    desk.declare(POOL, top=SHOP)

    outcome = desk.deploy(prune=True)

    assert any("`etl/d1` is protected" in each.detail for each in outcome.diagnostics)
    assert names(desk) == ["d0", "d1"]
    with pytest.raises(PruneRefused):
        check_unprotected([desk.stored("d1")])
    desk.declare(POOL, POOL, top=SHOP)
    desk.deploy()
    assert labels(empty) == {"d0": own, "d1": own}
    desk.declare(POOL, top=SHOP)
    assert desk.deploy(prune=True).is_good
    assert names(desk) == ["d0"]


def test_a_second_project_of_one_name_is_refused_until_it_takes_over(desk: Desk, tmp_path: Path) -> None:
    desk.declare(POOL, POOL, top=SHOP)
    desk.deploy()
    other = desk_in(tmp_path / "there", desk.backend)
    other.declare(POOL, top=SHOP)

    for attempt in (other.plan, other.deploy):
        with pytest.raises(BackendConflict) as caught:
            attempt(prune=True)
        assert str(desk.folder) in caught.value.detail
    assert names(desk) == ["d0", "d1"]

    other.deploy(take_over=True)

    assert {each.deployment.origin for each in desk.backend.deployments()} == {other.context.origin}
    other.deploy(prune=True)
    assert names(desk) == ["d0"]
    with pytest.raises(BackendConflict):
        desk.plan()


def test_a_second_project_is_noticed_without_a_common_deployment(desk: Desk, tmp_path: Path) -> None:
    """And without `--prune`: a server is asked for the names that a project declares, and for its ledger."""
    desk.write(OLD)
    desk.deploy()
    other = desk_in(tmp_path / "there", desk.backend)
    other.write(NEW.replace("renamed_from: etl/old, ", ""))

    with pytest.raises(BackendConflict) as caught:
        other.deploy()

    assert str(desk.folder) in caught.value.detail
    assert names(desk) == ["old"]
    other.deploy(take_over=True)
    assert names(desk) == ["new", "old"]


def test_what_was_deployed_without_an_origin_is_adopted_with_its_next_change(
    empty: PrefectServer, desk: Desk
) -> None:
    """A server takes a label only with the whole deployment. What others noted and paused stays."""
    desk.declare(ENTRY.partition(", ")[2], top=SHOP)
    desk.deploy()
    (raw,) = empty.every("deployments")
    schedules = [{"schedule": {"cron": "0 7 * * *"}, "slug": "seven", "active": False}]
    body = {key: raw[key] for key in KEPT} | {"schedules": schedules}
    empty.request("DELETE", f"/deployments/{raw['id']}")
    empty.request("POST", "/deployments/", {**body, "labels": {"syntask.project": "shop", "team": "data"}})
    assert desk.actions() == ["updated"]  # the trigger went with it, and a schedule

    assert desk.deployed("d0").origin == desk.context.origin
    (adopted,) = empty.every("deployments")
    assert adopted["labels"]["team"] == "data"
    assert {each["slug"]: each["active"] for each in adopted["schedules"]} == {"seven": False, None: True}
    assert desk.actions() == ["unchanged"]


def test_a_change_names_the_flow_where_no_label_did(empty: PrefectServer, desk: Desk) -> None:
    """As for what an older version deployed: from then on, a plan asks for no flow. Pauses stay."""
    desk.declare(POOL + ", schedules: [{cron: '0 7 * * *', slug: seven}]", top=SHOP)
    desk.deploy()
    (raw,) = empty.every("deployments")
    labels = {**raw["labels"], "team": "data"}
    named = labels.pop("syntask.flow")
    schedules = [{"schedule": {"cron": "0 7 * * *"}, "slug": "seven", "active": False}]
    empty.request("DELETE", f"/deployments/{raw['id']}")
    body = {key: raw[key] for key in KEPT} | {"schedules": schedules, "labels": labels}
    empty.request("POST", "/deployments/", body)
    assert desk.actions() == ["unchanged"]
    desk.declare(POOL + ", description: new, schedules: [{cron: '0 7 * * *', slug: seven}]", top=SHOP)

    assert desk.actions() == ["updated"]

    (after,) = empty.every("deployments")
    assert (after["labels"]["syntask.flow"], after["labels"]["team"]) == (named, "data")
    assert [(each["slug"], each["active"]) for each in after["schedules"]] == [("seven", False)]
    assert desk.actions() == ["unchanged"]


def test_what_changes_hands_keeps_what_it_is(empty: PrefectServer, desk: Desk) -> None:
    """Its id, its pauses and its schedules; the new owner prunes it, and what is released nobody does."""
    desk.declare(ENTRY.partition(", ")[2], POOL, top=SHOP)
    desk.deploy()
    desk.pause()
    before = {each["name"]: each for each in empty.every("deployments")}
    desk.write("name: other\ndeployments: []\n")

    release(desk.backend, [desk.stored("d1")])
    adopt(desk.context, [desk.stored()], owner="shop")

    after = {each["name"]: each for each in empty.every("deployments")}
    assert {name: each["labels"].get("syntask.project") for name, each in after.items()} == {
        "d0": "other",
        "d1": None,
    }
    for name, kept in after.items():
        assert [kept[key] for key in ("id", "paused")] == [before[name][key] for key in ("id", "paused")]
        assert [each["slug"] for each in kept["schedules"]] == [
            each["slug"] for each in before[name]["schedules"]
        ]
    assert desk.deploy(prune=True).summary["deleted"] == 1
    assert names(desk) == ["d1"]


def test_a_rename_keeps_what_was_paused(empty: PrefectServer, desk: Desk) -> None:
    """Of the deployment, and of its schedules; its triggers move along. A second deploy is nothing."""
    desk.write(OLD)
    desk.deploy()
    desk.pause("old")
    before = desk.stored("old")
    _, eight = known(before.deployment.schedules) or ()
    empty.request("PATCH", f"/deployments/{before.id}/schedules/{eight.id}", {"active": False})
    desk.write(NEW)
    assert [change.action for change in desk.plan(prune=True).plan.changes] == [Action.RENAME]

    assert desk.deploy(prune=True).summary["renamed"] == 1

    (after,) = desk.backend.deployments()
    assert (after.deployment.name, after.deployment.paused) == ("new", True)
    active = {each.slug: each.active for each in known(after.deployment.schedules) or ()}
    assert active == {"seven": True, None: False}
    assert [each["name"] for each in empty.every("automations")] == ["new__automation_1"]
    assert not desk.plan(prune=True).plan.has_changes
    assert desk.actions(prune=True) == ["unchanged"]


def test_an_old_name_that_was_made_again_goes_when_somebody_says_so(desk: Desk) -> None:
    """As by a deploy of an earlier commit. A server renames in two steps, but this is not the second one."""
    for text in (OLD, NEW, OLD):
        desk.write(text)
        desk.deploy()
    desk.write(NEW)

    assert desk.plan().plan.deleted_names == ("etl/old",)
    with pytest.raises(UsageError, match="This deletes `etl/old`"):
        deploy(
            desk.context, desk.request(), options=DeployOptions(), notify=lambda _: None, approval=Approval()
        )
    assert names(desk) == ["new", "old"]
    desk.deploy()
    assert names(desk) == ["new"]


def _is_for_a_deployment(method: str, asked: str, path: str) -> bool:
    return asked == method and "/deployments/" in path


@pytest.mark.parametrize("stops", [("DELETE", "DELETE"), ("DELETE", "PATCH"), ("PATCH", "PATCH")])
def test_a_rename_that_stops_anywhere_doubles_no_run(
    empty: PrefectServer, tmp_path: Path, stops: tuple[str, str]
) -> None:
    """Neither by a schedule nor by a trigger; also where the deploy that is to finish it stops, too.

    The next one finishes it, and nothing is paused by it.
    """
    with flaky(empty.api) as proxy, closing(PrefectBackend.open(proxy.api, {})) as backend:
        desk = desk_in(tmp_path / "here", backend)
        desk.write(OLD)
        desk.deploy()
        desk.write(NEW)
        for method in stops:
            proxy.only = partial(_is_for_a_deployment, method)
            proxy.faults, proxy.rate = (Fault.BROKEN,), 1.0
            assert desk.deploy().summary["failed"]
            proxy.rate = 0.0

            active = [each["name"] for each in empty.every("deployments") if not each["paused"]]
            assert active == (["old"] if method == "DELETE" else [])
            assert len(empty.every("automations")) <= 1
            assert [each.deployment.name for each in backend.half_renamed()] == ["new"]
        change, *_ = desk.plan().plan.changes
        assert change.reason == HALF_RENAMED
        assert [each.after for each in change.fields if each.path == "paused"] == [False]

        desk.deploy()
        assert backend.half_renamed() == []
        (after,) = desk.backend.deployments()
        assert (after.deployment.name, after.deployment.paused, after.deployment.tags) == ("new", False, ())
        assert [each["name"] for each in empty.every("automations")] == ["new__automation_1"]
        assert not desk.plan(prune=True).plan.has_changes


def test_a_rename_that_stopped_half_way_is_finished(desk: Desk) -> None:
    """The old one is still there when the new one stands, and goes with the next deploy."""
    desk.write(OLD)
    desk.deploy()
    desk.write(NEW.replace("renamed_from: etl/old, ", ""))
    desk.deploy()
    assert names(desk) == ["new", "old"]
    desk.write(NEW)
    assert not desk.plan().plan.deleted_names

    desk.deploy()

    assert names(desk) == ["new"]
    assert not desk.plan().plan.has_changes


def test_the_commands_hand_deployments_over(empty: PrefectServer, desk: Desk) -> None:
    """As a user runs them; a refusal writes nothing."""
    desk.declare(ENTRY.partition(", ")[2], POOL, top=SHOP)
    desk.deploy()
    ids = {each.deployment.name: each.id for each in desk.backend.deployments()}
    desk.write("name: other\ndeployments: []\n")
    console = Console(desk.folder, desk.folder / "home", {"SYNTASK_BACKEND": empty.api})

    refused = console.run("syntask deployment adopt d0 d1")
    assert refused.returncode == 1
    assert "`etl/d0` belongs to the project `shop`." in refused.stdout
    assert "--from shop" in refused.stdout
    assert {each.deployment.project for each in desk.backend.deployments()} == {"shop"}

    assert console.run("syntask deployment adopt d0 --from shop").stdout == "`etl/d0` belongs to `other`.\n"
    assert console.run("syntask deployment release d1").stdout == "`etl/d1` belongs to no project.\n"
    owners = {each.deployment.name: each.deployment.project for each in desk.backend.deployments()}
    assert owners == {"d0": "other", "d1": None}
    assert {each.deployment.name: each.id for each in desk.backend.deployments()} == ids


def test_a_deploy_that_the_server_keeps_no_record_of_says_so(empty: PrefectServer, tmp_path: Path) -> None:
    """As for a user who may not create artifacts: what is deployed is deployed."""
    broken = {"faults": (Fault.BROKEN,), "only": lambda _method, path: path.startswith("/api/artifacts/")}
    with (
        flaky(empty.api, rate=1.0, **broken) as proxy,
        closing(PrefectBackend.open(proxy.api, {})) as backend,
    ):
        desk = desk_in(tmp_path / "here", backend)
        desk.declare(POOL, top=SHOP)
        outcome = desk.deploy()

    assert [each.code for each in outcome.diagnostics if not each.is_note] == ["history-gap"]
    assert outcome.is_good
    assert list(labels(empty)) == ["d0"]
