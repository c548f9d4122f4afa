"""What a project deployed last is known again, on every backend in the same way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.errors import BackendConflict
from syntask_yaml.model.block import Variable
from syntask_yaml.model.deployment import Write
from syntask_yaml.operations.plan import make_plan
from syntask_yaml.plan.changes import Plan
from syntask_yaml.plan.drift import GONE
from tests.support.desk import Desk
from tests.support.memory import MemoryBackend

ENTRY = "name: shop\ndeployments:\n- {{name: {}, entrypoint: flows.py:etl}}\n"
TOP = """name: shop
resources:
  variables: {region: north}
  concurrency_limits: {database: 5}"""


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Iterator[Desk]:
    with closing(EmbeddedBackend.open(tmp_path / "home" / "syntask.db")) as backend:
        yield Desk(tmp_path, backend)


def desk_in(folder: Path, backend: MemoryBackend) -> Desk:
    folder.mkdir()
    return Desk(folder, backend)


def shown(desk: Desk) -> Plan:
    """The plan as it is shown."""
    return make_plan(desk.context, desk.request(), with_forecast=True).plan


def marks(desk: Desk) -> dict[tuple[str, str], bool]:
    """Whether each field that differs has drifted."""
    plan = shown(desk)
    of_deployments = [(each.deployment, each.fields) for each in plan.changes]
    of_resources = [(each.full_name, each.fields) for each in plan.resources]
    return {
        (name, field.path): field.is_drift
        for name, fields in (*of_deployments, *of_resources)
        for field in fields
    }


def change(desk: Desk, name: str = "d0", **fields: Any) -> None:
    """What another tool does, in the store."""
    stored = desk.stored(name)
    list(desk.backend.write([Write(stored, replace(stored.deployment, **fields))]))


def test_what_somebody_changed_in_the_store_is_told_from_what_the_project_changed(desk: Desk) -> None:
    """Deployments and resources; deploying puts it back, and then nothing differs."""
    desk.declare("tags: [a], paused: false", "tags: [b]", top=TOP)
    desk.deploy()
    desk.pause("d0")
    change(desk, "d0", tags=("z",))
    desk.backend.set_variable(Variable("region", "south"))
    desk.declare(
        "tags: [a], paused: false, concurrency_limit: 3",
        "tags: [c]",
        top=TOP.replace("database: 5", "database: 7"),
    )

    assert marks(desk) == {
        ("etl/d0", "tags[0]"): True,
        ("etl/d0", "paused"): True,
        ("etl/d0", "concurrency_limit"): False,
        ("etl/d1", "tags[0]"): False,
        ("variable region", "value"): True,
        ("concurrency limit database", "limit"): False,
    }
    desk.deploy()
    assert not shown(desk).has_changes


def test_what_somebody_deleted_is_told_from_what_is_new(desk: Desk) -> None:
    desk.declare("tags: [a]", top=TOP)
    desk.deploy()
    list(desk.backend.write([Write(desk.stored(), None)]))
    desk.backend.unset_variable("region")
    desk.declare("tags: [a]", "tags: [b]", top=TOP.replace("north}", "north, zone: x}"))

    plan = shown(desk)

    assert {each.deployment: each.reason for each in plan.changes} == {
        "etl/d0": GONE,
        "etl/d1": "not on the backend",
    }
    assert {each.name: each.reason for each in plan.resources if each.reason} == {
        "region": GONE,
        "zone": "not on the backend",
    }


def test_what_the_project_itself_deleted_is_new_when_it_comes_back(desk: Desk) -> None:
    """A name that was pruned, or renamed away, is forgotten."""
    desk.declare("tags: [a]", "tags: [b]", top=TOP)
    desk.deploy()
    desk.write("name: shop\ndeployments:\n- {name: x, entrypoint: flows.py:etl, renamed_from: etl/d0}\n")
    desk.deploy(prune=True)
    desk.declare("tags: [a]", "tags: [b]", top=TOP)

    plan = shown(desk)

    assert {each.reason for each in plan.changes} == {"not on the backend"}
    assert {each.reason for each in plan.resources} <= {"not on the backend", ""}


def test_what_was_renamed_is_known_under_its_new_name(desk: Desk) -> None:
    desk.declare("tags: [a]", top="name: shop")
    desk.deploy()
    desk.write("name: shop\ndeployments:\n- {name: x, entrypoint: flows.py:etl, renamed_from: etl/d0}\n")
    desk.deploy()
    change(desk, "x", description="by hand")

    assert marks(desk) == {("etl/x", "description"): True}


def test_a_second_project_of_one_name_is_noticed_where_a_plan_reads_only_its_own_names(
    tmp_path: Path,
) -> None:
    """As on a server. The two have no deployment in common, and nothing is pruned."""
    backend = MemoryBackend()
    backend.features = backend.features._replace(has_owners=False)
    here, there = desk_in(tmp_path / "here", backend), desk_in(tmp_path / "there", backend)
    here.write(ENTRY.format("a"))
    there.write(ENTRY.format("b"))
    here.deploy()

    for attempt in (there.deploy, partial(shown, there)):
        with pytest.raises(BackendConflict) as caught:
            attempt()
        assert str(here.folder) in caught.value.detail
        assert "--take-over" in (caught.value.hint or "")
    assert [each.deployment.name for each in backend.deployments()] == ["a"]

    there.deploy(take_over=True)
    here.write(ENTRY.format("c"))
    with pytest.raises(BackendConflict):
        here.deploy("c")


def test_a_project_of_one_name_may_come_after_one_that_has_gone(tmp_path: Path) -> None:
    """What was deployed from elsewhere has been deleted: nothing is left that could be pruned."""
    backend = MemoryBackend()
    backend.features = backend.features._replace(has_owners=False)
    here, there = desk_in(tmp_path / "here", backend), desk_in(tmp_path / "there", backend)
    here.write(ENTRY.format("a"))
    there.write(ENTRY.format("b"))
    here.deploy()
    here.write("name: shop\ndeployments: []\n")
    here.deploy(prune=True)

    assert shown(there).has_changes
    assert there.deploy().is_good


def test_a_second_project_is_noticed_in_each_preview(tmp_path: Path) -> None:
    """Previews of one target may come from two folders, but not the same one."""
    backend = MemoryBackend()
    backend.features = backend.features._replace(has_owners=False)
    top = "targets: {pr: {default: true, name_prefix: 'pr-{{ $PR }}-'}}\n"
    here, there = desk_in(tmp_path / "here", backend), desk_in(tmp_path / "there", backend)
    here.write(top + ENTRY.format("a"))
    there.write(top + ENTRY.format("b"))

    here.seeing(PR="1").deploy()
    there.seeing(PR="2").deploy()

    for desk, number in ((there, "1"), (here, "2")):
        with pytest.raises(BackendConflict):
            desk.seeing(PR=number).deploy()
    assert here.seeing(PR="3").deploy().is_good


class _Server(MemoryBackend):
    """Asked for the deployments of a project, it would have to read all that it has."""

    features = MemoryBackend.features._replace(has_owners=False)


def test_what_a_server_has_left_is_said(tmp_path: Path) -> None:
    """What the project deployed is known there all the same."""
    desk = desk_in(tmp_path / "ours", _Server())
    desk.declare("", "", top="name: shop")
    desk.deploy()
    desk.declare("", top="name: shop")
    planned = make_plan(desk.context, desk.request(), with_forecast=True)

    [warning] = (each for each in planned.diagnostics if each.is_warning)
    assert (warning.code, warning.detail) == (
        "undeclared-deployment",
        "No longer declared, but still deployed: `etl/d1`.",
    )
    assert not planned.plan.has_changes

    desk.declare("tags: [new]", top="name: shop")  # a deploy that writes says so too
    assert warning in desk.deploy().diagnostics
    desk.deploy(prune=True)
    planned = make_plan(desk.context, desk.request(), with_forecast=True)
    assert [each for each in planned.diagnostics if each.is_warning] == []


def test_a_large_project_does_not_look_for_what_a_server_has_left(tmp_path: Path) -> None:
    """It would be one request more than a plan may make."""
    desk = desk_in(tmp_path / "ours", _Server())
    desk.declare(*[""] * 802, top="name: shop")
    desk.deploy()

    for count, is_said in ((801, False), (800, True)):
        desk.declare(*[""] * count, top="name: shop")
        planned = make_plan(desk.context, desk.request(), with_forecast=True)
        assert ("undeclared-deployment" in {each.code for each in planned.diagnostics}) == is_said


def test_a_likely_rename_is_said_of_a_server_too(tmp_path: Path) -> None:
    desk = desk_in(tmp_path / "ours", _Server())
    desk.write(ENTRY.format("old"))
    desk.deploy()
    desk.write(ENTRY.format("new"))

    [warning] = (each for each in desk.deploy().diagnostics if each.is_warning)
    assert warning.code == "likely-rename"
