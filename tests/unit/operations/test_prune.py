"""What is pruned was shown and approved, is not protected, and is of this project and no namesake."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from syntask_yaml.backend.base import Backend
from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.cli.views.plan import deletion_lines
from syntask_yaml.errors import BackendConflict, ProjectInvalid, PruneRefused, UsageError
from syntask_yaml.model.deployment import Write
from syntask_yaml.model.run import RunRequest
from syntask_yaml.operations.deploy import DeployOptions, deploy
from syntask_yaml.operations.deployments import check_unprotected
from syntask_yaml.operations.destroy import destroy, plan_destroy
from syntask_yaml.operations.outcome import Outcome
from syntask_yaml.operations.plan import make_plan
from syntask_yaml.operations.prune import Approval
from syntask_yaml.operations.request import Request
from syntask_yaml.operations.selection import Selection
from syntask_yaml.plan.changes import Action, Plan
from tests.support.desk import Desk

SHOP = "name: shop"


@pytest.fixture(name="backend")
def _backend(tmp_path: Path) -> Iterator[Backend]:
    backend = EmbeddedBackend.open(tmp_path / "store.db")
    yield backend
    backend.close()


def desk_in(folder: Path, backend: Backend) -> Desk:
    folder.mkdir(parents=True, exist_ok=True)
    return Desk(folder, backend=backend)


def deployed(backend: Backend) -> list[str]:
    return [each.deployment.name for each in backend.deployments()]


def prune(desk: Desk, approval: Approval) -> Outcome:
    request = desk.request(prune=True)
    options = DeployOptions(jobs=1)
    return deploy(desk.context, request, options=options, notify=lambda _: None, approval=approval)


@pytest.fixture(name="desk")
def _desk(tmp_path: Path, backend: Backend) -> Desk:
    """One deployment is declared; two more are deployed and no longer declared."""
    desk = desk_in(tmp_path / "here", backend)
    desk.declare("tags: [a]", "schedules: [{cron: '0 7 * * *'}]", "tags: [b]", top=SHOP)
    desk.deploy()
    desk.declare("tags: [a]", top=SHOP)
    return desk


def left(desk: Desk, *names: str, **more: Any) -> list[str]:
    """What a plan says is deployed and no longer declared."""
    return [
        each.detail for each in desk.plan(*names, **more).diagnostics if each.code == "undeclared-deployment"
    ]


def test_what_is_no_longer_declared_is_warned_of_where_all_is_planned(desk: Desk) -> None:
    assert left(desk) == ["No longer declared, but still deployed: `etl/d1`, `etl/d2`."]
    assert left(desk, "d0") == left(desk, prune=True) == []


def test_what_gets_another_name_or_is_protected_is_not_called_undeclared(desk: Desk) -> None:
    desk.declare("tags: [a]", "tags: [b]", "tags: [c], protected: true", top=SHOP)
    desk.deploy()
    desk.declare("tags: [a]", top=SHOP)
    text = (desk.folder / "syntask.yaml").read_text(encoding="utf-8")
    desk.write(text.replace("d0", "new").replace("tags", "renamed_from: d1, tags"))
    assert left(desk) == ["No longer declared, but still deployed: `etl/d0`."]


def test_a_plan_shows_what_goes_with_a_deployment(desk: Desk) -> None:
    desk.backend.create_run(RunRequest(deployment_id=desk.stored("d1").id))
    late = desk.backend.create_run(RunRequest(deployment_id=desk.stored("d1").id))
    desk.backend.cancel(late.id)

    plan = desk.plan(prune=True).plan

    assert [change.deployment for change in plan.deletions] == ["etl/d1", "etl/d2"]
    shown = "\n".join(deletion_lines(plan))
    assert "schedules: cron 0 7 * * * UTC" in shown
    assert "upcoming runs: 1, the next at " in shown
    assert "last run: Cancelled at " in shown


def test_nothing_is_deleted_where_nobody_approves(desk: Desk) -> None:
    with pytest.raises(UsageError, match=r"This deletes 2 deployments:\n- etl/d1\n- etl/d2$") as caught:
        prune(desk, Approval())

    assert "--yes" in caught.value.hint
    assert "--prune-at-most" in caught.value.hint
    assert deployed(desk.backend) == ["d0", "d1", "d2"]


@pytest.mark.parametrize("most", [0, 1])
def test_more_than_are_allowed_are_not_deleted(desk: Desk, most: int) -> None:
    with pytest.raises(PruneRefused, match="2 deployments"):
        prune(desk, Approval(is_given=True, at_most=most))

    assert deployed(desk.backend) == ["d0", "d1", "d2"]


def test_what_is_approved_is_deleted(desk: Desk) -> None:
    assert prune(desk, Approval(at_most=2)).summary["deleted"] == 2
    assert deployed(desk.backend) == ["d0"]


def test_who_is_asked_sees_what_goes(desk: Desk) -> None:
    seen: list[Plan] = []

    prune(desk, Approval(ask=seen.append))

    assert [len(plan.deletions) for plan in seen] == [2]
    assert deployed(desk.backend) == ["d0"]


def test_nobody_is_asked_where_nothing_goes(desk: Desk) -> None:
    prune(desk, Approval(is_given=True))
    desk.declare("tags: [z]", top=SHOP)

    assert prune(desk, Approval()).summary["updated"] == 1


def test_a_protected_deployment_is_not_pruned_until_a_deploy_without_the_key(desk: Desk) -> None:
    desk.declare("tags: [a]", "protected: true", top=SHOP)
    desk.deploy()
    assert desk.deployed("d1").protected
    assert not desk.plan().plan.has_changes
    desk.declare("tags: [a]", top=SHOP)

    outcome = prune(desk, Approval(is_given=True))

    assert not outcome.is_good
    assert any("`etl/d1` is protected" in each.detail for each in outcome.diagnostics)
    assert deployed(desk.backend) == ["d0", "d1"]
    with pytest.raises(PruneRefused):
        check_unprotected([desk.stored("d1")])
    desk.declare("tags: [a]", "tags: [b]", top=SHOP)
    assert "protected" in desk.changed()
    desk.deploy()
    desk.declare("tags: [a]", top=SHOP)
    assert prune(desk, Approval(is_given=True)).is_good
    assert deployed(desk.backend) == ["d0"]


def test_protected_means_nothing_in_a_prefect_file(desk: Desk) -> None:
    (desk.folder / "syntask.yaml").unlink()
    desk.declare("tags: [x], protected: true", top=SHOP, name="prefect.yaml")

    problems = desk.plan().diagnostics
    desk.deploy()

    assert any("Prefect ignores it" in each.detail and not each.is_error for each in problems)
    assert not desk.deployed("d0").protected


@pytest.mark.parametrize("more", [{}, {"prune": True}])
def test_a_second_project_of_one_name_is_refused(desk: Desk, tmp_path: Path, more: dict[str, Any]) -> None:
    other = desk_in(tmp_path / "there", desk.backend)
    other.write("name: shop\ndeployments:\n- {name: mine, entrypoint: flows.py:etl}\n")

    for attempt in (other.plan, other.deploy):
        with pytest.raises(BackendConflict) as caught:
            attempt(**more)
        assert f"deployed from `{desk.folder}`," in caught.value.detail
        assert "--take-over" in caught.value.hint
    assert deployed(desk.backend) == ["d0", "d1", "d2"]


def test_a_project_that_moved_takes_over_all_that_it_had(desk: Desk, tmp_path: Path) -> None:
    moved = desk_in(tmp_path / "there", desk.backend)
    moved.declare("tags: [a]", top=SHOP)

    moved.deploy(take_over=True)

    assert {each.deployment.origin for each in desk.backend.deployments()} == {moved.context.origin}
    assert not moved.plan().plan.has_changes
    prune(moved, Approval(is_given=True))
    assert deployed(desk.backend) == ["d0"]
    with pytest.raises(BackendConflict):
        desk.plan()


def test_a_project_that_was_renamed_takes_over_what_it_declares(desk: Desk) -> None:
    desk.declare("tags: [a]", top="name: store")
    with pytest.raises(BackendConflict) as caught:
        desk.deploy()
    assert "--take-over" in caught.value.hint

    desk.deploy(take_over=True)

    assert desk.deployed("d0").project == "store"
    assert not desk.plan().plan.has_changes


def test_a_project_that_was_renamed_prunes_what_it_declared_before(desk: Desk) -> None:
    """It is the same project: what it takes over comes from the same place."""
    desk.declare("tags: [a]", top="name: store")
    assert desk.plan(take_over=True, prune=True).plan.deleted_names == ("etl/d1", "etl/d2")

    desk.deploy(take_over=True, prune=True)

    assert deployed(desk.backend) == ["d0"]
    assert not desk.plan(prune=True).plan.has_changes


def test_what_a_renamed_project_took_over_is_pruned_later(desk: Desk) -> None:
    """Also what it no longer declared at the time: the plan shows it, and nothing else says whose it was."""
    desk.declare("tags: [a]", top="name: store")
    planned = desk.plan(take_over=True).plan
    assert {each.deployment: each.reason for each in planned.changes[1:]} == dict.fromkeys(
        ("etl/d1", "etl/d2"), "taken over"
    )
    assert [each.path for each in planned.changes[1].fields] == ["project"]

    desk.deploy(take_over=True)

    assert deployed(desk.backend) == ["d0", "d1", "d2"]
    assert {each.deployment.project for each in desk.backend.deployments()} == {"store"}
    assert desk.plan(prune=True).plan.deleted_names == ("etl/d1", "etl/d2")


@pytest.mark.parametrize("where", ["beside", "elsewhere"])
@pytest.mark.parametrize("does_prune", [True, False])
def test_what_another_project_still_deploys_is_not_pruned(
    desk: Desk, tmp_path: Path, where: str, does_prune: bool
) -> None:
    """Nor taken over: one in another file of the folder, or one of another place, of which this one takes
    something over."""
    ours = desk
    if where == "beside":
        desk.write("\"name\": mall\nname:   'shop'  # of old\n", "shop.yml")
    else:
        ours = desk_in(tmp_path / "there", desk.backend)
    ours.declare("tags: [a]", top="name: store")

    ours.deploy(take_over=True, prune=does_prune)

    assert deployed(desk.backend) == ["d0", "d1", "d2"]
    assert [desk.deployed(name).project for name in ("d1", "d2")] == ["shop", "shop"]
    assert {each.deployment.project for each in desk.backend.deployments()} == {"store", "shop"}


def test_what_was_deployed_without_an_origin_is_adopted(desk: Desk, tmp_path: Path) -> None:
    """Without being a change."""
    for stored in desk.backend.deployments():
        (_,) = desk.backend.write([Write(stored, None)])
        bare = replace(stored.deployment, origin=None)
        (_,) = desk.backend.write([Write(None, bare)])
    assert desk.deployed("d0").origin is None
    assert [change.action for change in desk.plan().plan.changes] == [Action.UNCHANGED]

    assert desk.actions() == ["unchanged"]

    assert desk.deployed("d0").origin == desk.context.origin
    other = desk_in(tmp_path / "there", desk.backend)
    other.declare("tags: [a]", top=SHOP)
    with pytest.raises(BackendConflict):
        other.deploy()


PREVIEWS = """\
name: shop
values: {who: {default: "{{ $PR }}"}}
targets: {preview: {default: true, name_prefix: "pr-{{ values.who }}-"}}
deployments: [{name: d0, entrypoint: "flows.py:etl"}]
"""


def test_each_preview_and_each_developer_has_deployments_of_their_own(
    tmp_path: Path, backend: Backend
) -> None:
    """A prefix that comes from the environment says whose they are: also `1-2` is not of `1`."""
    desk = desk_in(tmp_path, backend)
    desk.write(PREVIEWS)
    for number in ("1", "1-2"):
        desk.seeing(PR=number).deploy()
    first = desk.seeing(PR="1")
    assert (left(first), first.actions(prune=True)) == ([], ["unchanged"])
    for _ in range(2):
        destroy(
            first.context, options=DeployOptions(), notify=lambda _: None, approval=Approval(is_given=True)
        )
    assert deployed(backend) == ["pr-1-2-d0"]


def test_a_preview_that_is_not_known_is_not_destroyed(tmp_path: Path, backend: Backend) -> None:
    desk = desk_in(tmp_path, backend)
    desk.write(PREVIEWS)
    with pytest.raises(ProjectInvalid, match="PR"):
        plan_destroy(desk.context)


def test_what_was_deployed_before_there_were_targets_is_not_forgotten(desk: Desk) -> None:
    """It would run beside what a target deploys under other names."""
    entry = "deployments: [{name: d0, entrypoint: 'flows.py:etl'}]"
    desk.write(f"name: shop\ntargets: {{prod: {{default: true, name_prefix: prod-}}}}\n{entry}\n")
    before = "Deployed before the project had targets, and still deployed: "
    assert left(desk, prune=True) == [f"{before}`etl/d0`, `etl/d1`, `etl/d2`."]
    desk.write(f"name: shop\ntargets: {{prod: {{default: true}}}}\n{entry}\n")
    assert left(desk) == [f"{before}`etl/d1`, `etl/d2`."]
    desk.deploy()
    desk.write(f"name: shop\ntargets: {{test: {{default: true}}}}\n{entry}\n")
    with pytest.raises(BackendConflict) as raised:
        desk.deploy()
    assert "`name_prefix`" in raised.value.hint
    desk.write(f"{entry}\n")
    with pytest.raises(BackendConflict) as raised:
        desk.deploy()
    assert "`name_prefix`" not in raised.value.hint


def test_all_of_a_target_is_planned_without_being_asked_for(desk: Desk) -> None:
    text = "name: shop\ntargets: {prod: {default: true}}\ndeployments:\n"
    entries = [f"- {{name: d{n}, entrypoint: 'flows.py:etl'}}\n" for n in range(3)]
    desk.write(text + "".join(entries))
    desk.deploy()
    desk.write(text + "".join(entries[:2]))
    request = Request(selection=Selection())
    found = make_plan(desk.context, request).diagnostics
    assert [each.detail for each in found if each.code == "undeclared-deployment"] == [
        "No longer declared, but still deployed: `etl/d2`."
    ]


@pytest.mark.parametrize("name", ["''", "'  '", "'{{ $BLANK }}'"])
def test_an_entry_without_a_name_to_speak_of_prunes_nothing(desk: Desk, name: str) -> None:
    """It may be what was deployed before under a name."""
    before = desk.backend.deployments()
    desk.write(f"name: shop\ndeployments:\n- {{name: {name}, entrypoint: flows.py:etl}}\n")

    for attempt in (desk.seeing(BLANK=" ").plan, desk.seeing(BLANK=" ").deploy):
        with pytest.raises(ProjectInvalid):
            attempt(prune=True)
    assert before == desk.backend.deployments() != []


def test_a_project_of_resources_alone_prunes_no_deployment(desk: Desk) -> None:
    """The key may only have been lost: deployments are deleted where the file says that there are none."""
    desk.write(f"{SHOP}\nresources: {{variables: {{region: north, zone: a}}}}\n")
    with pytest.raises(ProjectInvalid, match="has no key `deployments`"):
        desk.deploy(prune=True)
    assert deployed(desk.backend) == ["d0", "d1", "d2"]

    for each in desk.backend.deployments():
        desk.backend.write([Write(each, None)])
    desk.deploy()
    desk.write(f"{SHOP}\nresources: {{variables: {{region: north}}}}\n")
    assert desk.deploy(prune=True).is_good
    assert [each.name for each in desk.backend.variables()] == ["region"]


@pytest.mark.parametrize(
    "included", ["", "deployments: []\n", "defaults: {tags: [a]}\n", "deployments: [{name: d9}]\n"]
)
def test_what_is_said_to_prune_prunes(desk: Desk, included: str) -> None:
    """Also where only an included file has a list, and an empty one; where a list is missed, that is said."""
    desk.write(f"{SHOP}\nresources: {{variables: {{region: north}}}}\ndeployments: []\n")
    assert desk.deploy().is_good
    (desk.folder / "team").mkdir(exist_ok=True)
    root = f"{SHOP}\n" + ("include: [team/*.yaml]\n" if included else "")
    desk.write(included.replace("d9}", "d9, entrypoint: ../flows.py:etl}"), "team/syntask.yaml")
    desk.write(root)
    hints = {each.code: each.hint for each in desk.plan().diagnostics if each.code.startswith("undeclared")}
    is_missed = "d9" not in included
    write = "Write `deployments: []` in `syntask.yaml`, and run " if is_missed else "Run "
    run = "`syntask deploy --all --prune` to delete what is no longer declared."
    assert hints == dict.fromkeys(("undeclared-deployment", "undeclared-resource"), write + run)
    if is_missed:
        with pytest.raises(ProjectInvalid, match="has no key `deployments`") as raised:
            desk.plan(prune=True)
        (problem,) = raised.value.diagnostics
        assert problem.hint.startswith("Write `deployments: []`")
        assert ("In a file that it includes" in problem.hint) is bool(included)
        desk.write(f"{root}deployments: []\n")
    assert desk.deploy(prune=True).is_good
    assert deployed(desk.backend) == (["d9"] if "d9" in included else [])
    assert desk.backend.variables() == []
