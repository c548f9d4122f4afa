"""Automations of a project: planned, deployed, pruned, and left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from syntask_yaml.backend.base import Backend
from syntask_yaml.errors import BackendConflict, ProjectInvalid, UsageError
from syntask_yaml.model.automation import Automation, AutomationWrite
from syntask_yaml.operations.prune import Approval
from syntask_yaml.plan.changes import Action
from syntask_yaml.plan.codec import encode, plan_fingerprint
from tests.support.desk import Desk
from tests.support.memory import MemoryBackend

CREATE, UPDATE, DELETE, UNCHANGED = Action.CREATE, Action.UPDATE, Action.DELETE, Action.UNCHANGED


def write(desk: Desk, *automations: str, name: str = "shop") -> None:
    """Declare two deployments, and automations of those names that run a command."""
    entries = ", ".join(
        f"{{name: {each}, trigger: {{expect: prefect.flow-run.Failed}}, "
        f'actions: [{{type: run-command, command: [page, "{{{{ $WHO }}}}"]}}]}}'
        for each in automations
    )
    desk.declare("", "", top=f"name: {name}\nresources: {{automations: [{entries}]}}")


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, environ={"WHO": "ops"})


def actions(desk: Desk, **request: bool) -> dict[str, Action]:
    return {each.name: each.action for each in desk.plan(**request).plan.resources}


def there(backend: Backend) -> dict[str, Automation]:
    return {each.automation.name: each.automation for each in backend.automations()}


def test_an_automation_goes_its_whole_way(desk: Desk) -> None:
    """Created with its templates resolved, unchanged, changed, and deleted only by a prune."""
    write(desk, "a", "b")
    assert actions(desk) == {"a": CREATE, "b": CREATE}
    assert desk.plan().plan.has_changes
    outcome = desk.deploy()
    assert [(each.name, each.action) for each in outcome.resources] == [
        ("a", "created"),
        ("b", "created"),
    ]
    assert there(desk.backend)["a"] == Automation(
        name="a",
        trigger={"type": "event", "expect": ["prefect.flow-run.Failed"]},
        actions=({"type": "run-command", "command": ["page", "ops"], "timeout": 60},),
        project="shop",
        origin=str(desk.folder),
    )
    assert actions(desk) == {"a": UNCHANGED, "b": UNCHANGED}
    assert not desk.plan().plan.has_changes

    desk.environ = {"WHO": "others"}
    write(desk, "b")
    (change,) = desk.plan().plan.resources
    assert [(each.path, each.before, each.after) for each in change.fields] == [
        ("actions[0].command[1]", "ops", "others")
    ]
    assert actions(desk, prune=True) == {"b": UPDATE, "a": DELETE}
    desk.deploy()
    assert set(there(desk.backend)) == {"a", "b"}
    desk.deploy(prune=True)
    assert set(there(desk.backend)) == {"b"}


def test_a_selection_leaves_automations_alone(desk: Desk) -> None:
    write(desk, "a")
    assert desk.plan("d0").plan.resources == ()
    desk.deploy("d0")
    assert there(desk.backend) == {}


def test_what_another_project_owns_is_taken_over_only_when_asked(desk: Desk) -> None:
    """And never pruned."""
    theirs = Automation(name="a", trigger={"type": "event"}, actions=(), project="other")
    list(desk.backend.write_automations([AutomationWrite(None, theirs)]))
    write(desk, "a")
    with pytest.raises(ProjectInvalid, match="belongs to the project `other`"):
        desk.plan()
    assert actions(desk, take_over=True) == {"a": UPDATE}
    write(desk)
    assert actions(desk, prune=True) == {}


def test_a_second_project_of_the_same_name_is_refused(desk: Desk, tmp_path: Path) -> None:
    """Also where neither has deployments; once taken over, nothing is left that the first one owns."""
    write(desk, "a", "b")
    desk.deploy()
    (tmp_path / "second").mkdir()
    other = Desk(tmp_path / "second", desk.backend, environ=desk.environ)
    declared = (tmp_path / "syntask.yaml").read_text(encoding="utf-8")
    for each in desk, other:
        each.write(f"{declared.partition('deployments:')[0]}deployments: []\n")
    desk.deploy(prune=True)
    for prune in False, True:
        with pytest.raises(BackendConflict, match=r"The automation `a` belongs to .* was deployed from"):
            other.plan(prune=prune)

    write(other, "a")
    assert actions(other, take_over=True) == {"a": UPDATE, "b": UPDATE}
    other.deploy(take_over=True)
    assert actions(other) == {"a": UNCHANGED}
    assert {each.origin for each in there(desk.backend).values()} == {str(other.folder)}


def test_one_that_is_declared_no_more_is_said_until_it_is_pruned(desk: Desk) -> None:
    """Renamed, it would fire twice; also where none is left in the file, and not for a part of it."""

    def said(*names: str, **request: bool) -> list[str]:
        found = desk.plan(*names, **request).diagnostics
        return [each.detail for each in found if each.code == "undeclared-resource"]

    write(desk, "old", "kept")
    desk.deploy()
    assert said() == []
    write(desk, "new", "kept")
    assert ["`automation old`" in each and "kept" not in each for each in said()] == [True]
    assert said("d0") == said(prune=True) == []
    write(desk)
    assert ["`automation kept`, `automation old`" in each for each in said()] == [True]
    desk.deploy(prune=True)
    assert said() == []


def test_a_plan_says_what_it_rests_on(desk: Desk) -> None:
    """In its document, and in the fingerprint that a saved one is held against."""
    write(desk, "a")
    plan = desk.plan().plan
    (shown,) = encode(plan)["resources"]
    assert (shown["action"], shown["kind"], shown["name"]) == ("create", "automation", "a")
    assert "actions" in [each["path"] for each in shown["fields"]]

    desk.environ = {"WHO": "others"}
    assert plan_fingerprint(plan, ()) != plan_fingerprint(desk.plan().plan, ())


def test_a_deletion_is_approved_as_others_are(desk: Desk) -> None:
    write(desk, "a")
    desk.deploy()
    write(desk)
    with pytest.raises(UsageError, match="This deletes `automation a`"):
        Approval().check(desk.plan(prune=True).plan)


def test_one_that_is_wrong_keeps_others_from_nothing_but_the_deploy(desk: Desk) -> None:
    """With `keep_going` the sound ones are deployed, and nothing is pruned."""
    write(desk, "a", "b")
    desk.deploy()
    text = (desk.folder / "syntask.yaml").read_text(encoding="utf-8")
    desk.write(text.replace("{{ $WHO }}", "{{ $WHOM }}", 1))
    with pytest.raises(ProjectInvalid):
        desk.plan()
    outcome = desk.deploy(keep_going=True, prune=True)
    assert [(each.name, each.action) for each in outcome.resources] == [
        ("a", "failed"),
        ("b", "unchanged"),
    ]
    assert not outcome.is_good
    assert set(there(desk.backend)) == {"a", "b"}


def test_a_file_of_prefect_has_none(tmp_path: Path) -> None:
    desk = Desk(tmp_path, MemoryBackend(), environ={"WHO": "ops"})
    write(desk, "a")
    (tmp_path / "syntask.yaml").rename(tmp_path / "prefect.yaml")
    planned = desk.plan()
    assert planned.plan.resources == ()
    assert ["resources" in each.detail for each in planned.diagnostics if each.code == "unknown-key"] == [
        True
    ]
