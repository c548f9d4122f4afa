"""A deployment that is called otherwise keeps its pauses and, where the backend can, all that it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from syntask_yaml.backend.base import RunFilter
from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.errors import ProjectInvalid, UsageError
from syntask_yaml.model.deployment import RENAMING, Write
from syntask_yaml.model.run import RunRequest
from syntask_yaml.model.value import known
from syntask_yaml.operations.deploy import DeployOptions, deploy
from syntask_yaml.operations.plan import make_plan
from syntask_yaml.operations.project import ProjectLocation, open_project, validate
from syntask_yaml.operations.prune import Approval
from syntask_yaml.plan.changes import Action
from syntask_yaml.plan.diff import HALF_RENAMED
from syntask_yaml.project.flows import FlowReader
from tests.support.desk import Desk

ENTRY = "entrypoint: flows.py:etl, schedules: [{cron: '0 7 * * *', slug: s}]"
OLD = f"name: shop\ndeployments:\n- {{name: old, {ENTRY}}}\n"
NEW = f"name: shop\ndeployments:\n- {{name: new, renamed_from: etl/old, {ENTRY}}}\n"


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Iterator[Desk]:
    backend = EmbeddedBackend.open(tmp_path / "store.db")
    desk = Desk(tmp_path, backend=backend)
    desk.write(OLD)
    desk.deploy()
    yield desk
    backend.close()


def names(desk: Desk) -> list[str]:
    return [each.deployment.name for each in desk.backend.deployments()]


@pytest.mark.parametrize("prune", [False, True])
def test_a_rename_keeps_id_schedules_pauses_and_runs(desk: Desk, prune: bool) -> None:
    desk.pause("old")
    run = desk.backend.create_run(RunRequest(deployment_id=desk.stored("old").id))
    before = desk.stored("old")
    desk.write(NEW)

    (change,) = desk.plan(prune=prune).plan.changes
    assert change.action is Action.RENAME
    assert change.reason == "renamed from etl/old"
    assert desk.deploy(prune=prune).summary["renamed"] == 1

    after = desk.stored("new")
    assert names(desk) == ["new"]
    assert after.id == before.id
    assert after.deployment.paused is True
    kept = [[each.id for each in known(one.deployment.schedules) or ()] for one in (before, after)]
    assert kept[0] == kept[1]
    assert [each.id for each in desk.backend.runs(RunFilter(deployment="etl/new"))] == [run.id]


def test_a_rename_that_was_done_is_nothing(desk: Desk) -> None:
    desk.write(NEW)
    desk.deploy()

    assert not desk.plan(prune=True).plan.has_changes


def test_an_old_one_that_was_made_again_is_deleted_when_somebody_says_so(desk: Desk) -> None:
    """As by a deploy of an earlier commit: it has runs of its own by now."""
    desk.write(NEW)
    desk.deploy()
    desk.write(OLD)
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


def test_an_old_name_that_never_was_is_nothing(desk: Desk) -> None:
    desk.write(NEW.replace("etl/old", "etl/never"))

    assert [change.action for change in desk.plan().plan.changes] == [Action.CREATE]


def test_a_rename_is_finished_where_both_are_there(desk: Desk) -> None:
    desk.write(NEW.replace("renamed_from: etl/old, ", ""))
    desk.deploy()
    desk.write(NEW)

    desk.deploy()

    assert names(desk) == ["new"]
    assert not desk.plan().plan.has_changes


@pytest.mark.parametrize("old", ["etl/old", "old", "etl/new", "new"])
def test_what_is_still_declared_is_no_old_name(desk: Desk, old: str) -> None:
    desk.write(NEW.replace("etl/old", old) + f"- {{name: old, {ENTRY}}}\n")

    for selected in ((), ("new",)):
        with pytest.raises(ProjectInvalid) as caught:
            desk.deploy(*selected)
        assert "still declared" in caught.value.diagnostics[0].detail
    assert names(desk) == ["old"]


def test_two_cannot_be_renamed_from_one(desk: Desk) -> None:
    desk.write(NEW + f"- {{name: other, renamed_from: old, {ENTRY}}}\n")

    with pytest.raises(ProjectInvalid):
        desk.deploy()

    assert names(desk) == ["old"]


def test_a_plan_names_a_likely_rename(desk: Desk) -> None:
    desk.write(NEW.replace("renamed_from: etl/old, ", ""))

    for planned in (desk.plan(prune=True), desk.plan(), desk.plan("new")):
        assert [each.hint for each in planned.diagnostics if each.code == "likely-rename"] == [
            "If it was renamed, add `renamed_from: etl/old` to keep its runs and whether it is paused. "
            "Otherwise `syntask deploy --all --prune` deletes the old one."
        ]
        # One cause, one message.
        assert not any(each.code == "undeclared-deployment" for each in planned.diagnostics)


def test_a_server_does_not_keep_the_runs_of_what_is_renamed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It cannot rename: the new deployment gets the paused state of the old one, which is deleted."""
    desk.write(NEW.replace("renamed_from: etl/old, ", ""))
    monkeypatch.setattr(desk.backend, "features", desk.backend.features._replace(has_own_worker=False))

    [hint] = (each.hint for each in desk.plan().diagnostics if each.code == "likely-rename")
    assert hint.startswith("If it was renamed, add `renamed_from: etl/old` to keep whether it is paused.")


@pytest.mark.parametrize("prune", [True, False])
def test_a_deploy_that_deleted_a_likely_rename_does_not_advise_to(desk: Desk, prune: bool) -> None:
    desk.write(NEW.replace("renamed_from: etl/old, ", ""))

    outcome = desk.deploy(prune=prune)

    (hint,) = (each.hint for each in outcome.diagnostics if each.code == "likely-rename")
    assert ("--prune" in hint, "`etl/old` was deleted." in hint) == (not prune, prune)


@pytest.mark.parametrize(
    "more",
    [f"- {{name: old, {ENTRY}}}\n", f"- {{name: other, {ENTRY}}}\n"],
    ids=["what is declared still", "one of several"],
)
def test_nothing_else_is_a_likely_rename(desk: Desk, more: str) -> None:
    desk.write(NEW.replace("renamed_from: etl/old, ", "") + more)

    planned = desk.plan()

    assert not any(each.code == "likely-rename" for each in planned.diagnostics)


def test_a_prefix_of_a_target_is_that_of_the_old_name_too(desk: Desk) -> None:
    target = "targets: {preview: {name_prefix: pr-, default: true}}\n"
    desk.write(OLD + target)
    desk.deploy()
    desk.write(NEW.replace("etl/old", "old") + target)

    (change,) = desk.plan().plan.changes

    assert (change.action, change.reason) == (Action.RENAME, "renamed from etl/pr-old")


def test_a_problem_with_a_name_is_said_where_it_was_written(tmp_path: Path) -> None:
    """A target puts a prefix in front of it, and the other one may be in another file."""
    desk = Desk(tmp_path)
    entry = "deployments: [{name: one, entrypoint: 'flows.py:etl'}]\n"
    desk.write(f"include: [more.yaml]\ntargets: {{dev: {{mode: development}}}}\n{entry}")
    desk.write(entry, "more.yaml")
    project = open_project(ProjectLocation(directory=tmp_path, target="dev"))
    (problem,) = validate(project, flows=FlowReader(tmp_path))
    assert str(problem.span) == "more.yaml:1:22"
    assert "on line 3 of `syntask.yaml`" in problem.detail


def test_what_a_rename_left_paused_is_told_and_resumed(desk: Desk) -> None:
    """As a kill on a server leaves it: paused, with a tag, and nothing else differs."""
    desk.declare("tags: [a]")
    desk.deploy()
    stored = desk.stored()
    rests = replace(stored.deployment, paused=True, tags=("a", RENAMING))
    list(desk.backend.write([Write(stored, rests)]))

    planned = make_plan(desk.context, desk.request(), with_forecast=True)

    (change,) = planned.plan.changes
    assert change.reason == HALF_RENAMED
    assert [(each.path, each.after) for each in change.fields] == [("tags", ["a"]), ("paused", False)]
    (warning,) = (each for each in planned.diagnostics if each.code == "half-renamed")
    assert "`etl/d0` is paused since 2" in warning.detail
    assert "half-renamed" not in [each.code for each in desk.deploy().diagnostics]
    assert (desk.deployed().paused, desk.deployed().tags) == (False, ("a",))


def test_what_is_declared_paused_stays_so_after_a_rename_that_stopped(desk: Desk) -> None:
    desk.declare("paused: true")
    desk.deploy()
    stored = desk.stored()
    list(desk.backend.write([Write(stored, replace(stored.deployment, tags=(RENAMING,)))]))

    assert desk.changed() == ["tags"]
    desk.deploy()
    assert desk.deployed().paused
    assert not desk.deployed().is_half_renamed


def test_taking_over_and_renaming_at_once_is_one_change(desk: Desk) -> None:
    """What is renamed comes to this project with it."""
    desk.declare("tags: [a]", top="name: shop")
    desk.deploy()
    stored = desk.stored()
    list(desk.backend.write([Write(stored, replace(stored.deployment, origin="/elsewhere"))]))
    desk.write("name: shop\ndeployments:\n- {name: new, renamed_from: etl/d0, entrypoint: flows.py:etl}\n")

    assert [each.action for each in desk.plan(take_over=True).plan.changes] == [Action.RENAME]
    assert desk.deploy(take_over=True).is_good
