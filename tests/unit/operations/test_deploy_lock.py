"""Two deploys of one project: one after the other, or the second is told who is at work."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from syntask_yaml.backend.base import Written
from syntask_yaml.backend.leases import LeaseHeld
from syntask_yaml.model.deployment import Write
from syntask_yaml.model.events import Event, Waiting
from syntask_yaml.model.lease import Holder, Lease
from syntask_yaml.operations.deploy import DeployOptions, deploy
from syntask_yaml.operations.deploy_lock import find_deploy_lock
from syntask_yaml.operations.outcome import Outcome
from tests.support.desk import Desk
from tests.support.memory import MemoryBackend

OTHER = Holder(name="ann@elsewhere", process=12, machine="elsewhere")


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    desk.declare("tags: [a]", top="name: shop")
    return desk


def held(desk: Desk) -> Lease:
    lease = desk.backend.take_lease("shop", OTHER, seconds=600)
    assert lease is not None
    return lease


def test_a_second_deploy_is_told_who_is_at_work(desk: Desk) -> None:
    """And writes nothing."""
    held(desk)
    with pytest.raises(LeaseHeld, match="ann@elsewhere"):
        desk.deploy()
    assert desk.backend.deployments() == []


def test_a_turn_can_be_taken_away(desk: Desk) -> None:
    """Who is told of it and lets go of it frees the project."""
    lease = held(desk)

    found = find_deploy_lock(desk.backend, lease.name)

    assert found == lease
    desk.backend.release_lease(found)
    assert find_deploy_lock(desk.backend, lease.name) is None
    assert desk.deploy().is_good


def test_a_deploy_that_changes_nothing_needs_no_turn(desk: Desk) -> None:
    """It may be that the other one does the same."""
    desk.deploy()
    held(desk)
    assert desk.actions() == ["unchanged"]


def test_a_turn_ends_with_the_deploy(desk: Desk) -> None:
    """Also with one that fails."""
    desk.declare("tags: [a], build: [{syntask.deployments.steps.run_shell_script: {script: 'false'}}]")
    assert not desk.deploy().is_good
    desk.declare("tags: [b]")
    assert desk.deploy().is_good
    held(desk)


@dataclass
class _Waits:
    """Lets the other deploy end when somebody begins to wait for it: *writes* is what that has done."""

    desk: Desk
    lease: Lease
    writes: bool = False

    def __call__(self, event: Event) -> None:
        if isinstance(event, Waiting):
            assert "ann@elsewhere" in event.reason
            self.desk.backend.release_lease(self.lease)
            if self.writes:
                self.desk.pause()


def waiting(desk: Desk, notify: _Waits) -> Outcome:
    options = DeployOptions(jobs=1, wait=60)
    return deploy(desk.context, desk.request(), options=options, notify=notify)


def test_who_waits_deploys_when_the_other_is_done(desk: Desk) -> None:
    """What the other one wrote is no conflict: the plan is made anew."""
    desk.deploy()
    desk.declare("tags: [b]", top="name: shop")
    outcome = waiting(desk, _Waits(desk, held(desk), writes=True))
    assert [result.action for result in outcome.results] == ["updated"]
    assert (desk.deployed().tags, desk.deployed().paused) == (("b",), True)


class _Shared(MemoryBackend):
    """A backend that writes one after the other, while somebody else writes, too."""

    features = MemoryBackend.features._replace(is_atomic=False)
    _meanwhile: Desk | None = None

    def write(self, writes: Sequence[Write], *, jobs: int = 1) -> Iterator[Written]:
        yield from super().write(writes, jobs=jobs)
        if self._meanwhile is not None:
            desk, self._meanwhile = self._meanwhile, None
            stored = desk.stored()
            list(super().write([Write(stored, replace(stored.deployment, tags=("theirs",)))]))


def test_what_somebody_wrote_over_it_is_noticed(tmp_path: Path) -> None:
    """After the last write everything is read once more: nobody takes a mixture for a success."""
    backend = _Shared()
    desk = Desk(tmp_path, backend=backend)
    desk.declare("tags: [a]", "tags: [a]", top="name: shop")
    assert desk.deploy().is_good

    desk.declare("tags: [b]", "tags: [b]", top="name: shop")
    backend._meanwhile = desk
    outcome = desk.deploy()
    assert [result.action for result in outcome.results] == ["failed", "updated"]
    assert "Another process changed it" in outcome.results[0].error


class _Overtaken(MemoryBackend):
    """A backend on which somebody deploys *first*, and is done, between the plan of a deploy and its turn."""

    first: Callable[[], object] | None = None

    def take_lease(self, name: str, holder: Holder, *, seconds: float) -> Lease | None:
        if self.first is not None:
            first, self.first = self.first, None
            first()
        return super().take_lease(name, holder, seconds=seconds)


def test_what_was_planned_before_the_turn_is_compared_once_more(tmp_path: Path) -> None:
    """Each of the two would write what the other one leaves, and neither would see a conflict."""
    backend = _Overtaken()
    (tmp_path / "theirs").mkdir()
    ours, theirs = Desk(tmp_path, backend=backend), Desk(tmp_path / "theirs", backend=backend)
    ours.declare("tags: [a]", "tags: [b]", top="name: shop")
    assert ours.deploy().is_good
    ours.declare("tags: [a]", "tags: [a]", top="name: shop")
    theirs.declare("tags: [b]", "tags: [b]", top="name: shop")

    backend.first = lambda: theirs.deploy(take_over=True)
    outcome = ours.deploy(take_over=True)

    assert [result.action for result in outcome.results] == ["updated", "updated"]
    assert [ours.deployed(name).tags for name in ("d0", "d1")] == [("a",), ("a",)]


def test_automations_are_compared_once_more_too(tmp_path: Path) -> None:
    """What another deploy has written of them is no conflict either."""
    backend = _Overtaken()
    desk = Desk(tmp_path, backend=backend)
    desk.declare("", top="name: shop")
    assert desk.deploy().is_good
    entry = "name: tell, trigger: {}, actions: [{type: run-command, command: [page]}]"
    desk.declare("", top=f"name: shop\nresources: {{automations: [{{{entry}}}]}}")

    backend.first = desk.deploy
    outcome = desk.deploy()

    assert [result.action for result in outcome.resources] == ["unchanged"]
