"""Deployments change hands between projects, and keep what they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from syntask_yaml.errors import BackendConflict, UsageError
from syntask_yaml.model.events import Counted, Event
from syntask_yaml.operations.ownership import adopt, release
from tests.support.desk import Desk

TOP = "name: {}\n"


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    desk.declare("tags: [a]", top="name: one")
    desk.deploy()
    desk.pause()
    return desk


def test_what_changes_hands_keeps_its_id_and_its_pause(desk: Desk) -> None:
    """The new owner deploys it as its own, and prunes it when it is declared no more."""
    before = desk.stored()
    desk.declare("tags: [a]", top="name: two")
    with pytest.raises(BackendConflict, match="belongs to the project `one`"):
        desk.deploy()

    with pytest.raises(BackendConflict) as raised:
        adopt(desk.context, [before])
    assert raised.value.hint.startswith("Pass `--from one`")
    for _ in range(2):  # twice is nothing more
        adopt(desk.context, [desk.stored()], owner="one")

    assert desk.actions() == ["unchanged"]
    assert (desk.stored().id, desk.deployed().paused, desk.deployed().project) == (before.id, True, "two")
    desk.write("name: two\ndeployments: []\n")
    assert desk.actions(prune=True) == ["deleted"]


def test_what_is_released_is_nobodys(desk: Desk) -> None:
    """It stays as it is, no owner prunes it, and the next project that declares it owns it."""
    before = desk.stored()
    events: list[Event] = []
    release(desk.backend, [before], notify=events.append)

    assert events == [Counted("Releasing deployments", number, 1) for number in (0, 1)]
    assert (desk.stored().id, desk.deployed().paused, desk.deployed().project) == (before.id, True, None)
    desk.write("name: one\ndeployments: []\n")
    assert desk.actions(prune=True) == []
    desk.declare("tags: [a]", top="name: two")
    desk.deploy()
    assert desk.deployed().project == "two"


def test_a_project_without_a_name_owns_nothing(desk: Desk) -> None:
    desk.declare("tags: [a]")

    with pytest.raises(UsageError, match="no `name`"):
        adopt(desk.context, [desk.stored()], owner="one")
