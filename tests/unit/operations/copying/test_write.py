"""A copy is written: what fails stops only what needs it, and a second copy does the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.errors import BackendUnreachable
from syntask_yaml.model.block import Block, Variable
from syntask_yaml.model.deployment import Deployment, Write
from syntask_yaml.model.events import Copied, Event
from syntask_yaml.model.pool import WorkPool, WorkQueue
from syntask_yaml.model.schedule import Cron, Schedule
from syntask_yaml.model.secret import revealed
from syntask_yaml.operations.copying.journal import Moves, Unfinished
from syntask_yaml.operations.copying.move import Mover
from syntask_yaml.operations.copying.plan import CopyOptions, plan_copy
from syntask_yaml.operations.copying.write import CopyOutcome, write_copy
from syntask_yaml.operations.schedule_sides import is_on

ETL = Deployment(
    flow="etl",
    name="prod",
    entrypoint="flows.py:etl",
    work_pool="p",
    work_queue="high",
    schedules=(Schedule(timing=Cron("0 0 1 1 *")),),
)


class Vanishing(EmbeddedBackend):
    """A backend that is gone once a block is to be created."""

    def create_block(self, block: Block) -> Block:
        raise BackendUnreachable(f"The server is gone: {block.full_name}.")


@dataclass
class Desk:
    """A store that has one of everything, and another one."""

    source: EmbeddedBackend
    destination: EmbeddedBackend
    moves: Moves

    def copy(self, *, meanwhile: Block | None = None, overwrite: bool = False) -> CopyOutcome:
        """Copy; *meanwhile* is made by somebody else once it is planned."""
        mover = Mover(self.source, self.destination, self.moves, lambda: datetime.now(UTC), lambda _: None)
        plan = plan_copy(self.source, self.destination, CopyOptions(is_overwritten=overwrite))
        if meanwhile is not None:
            self.destination.create_block(meanwhile)
        self.events: list[Event] = []
        unfinished = Unfinished(self.moves.folder, self.source.url, self.destination.url)
        return write_copy(plan, mover, unfinished, jobs=1, notify=self.events.append)


@pytest.fixture(name="desk", params=[EmbeddedBackend])
def _desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    source = EmbeddedBackend.open(tmp_path / "source.db")
    destination = request.param.open(tmp_path / "destination.db")
    source.set_variable(Variable("region", "eu"))
    source.create_block(Block("secret", "token", {"value": "hush"}))
    source.create_pool(WorkPool(name="p", type="process", concurrency_limit=3))
    source.create_queue(WorkQueue(pool="p", name="high", priority=1))
    assert [each.error for each in source.write([Write(None, ETL)])] == [None]
    yield Desk(source, destination, Moves(tmp_path / "moves", source.url, destination.url))
    source.close()
    destination.close()


def test_everything_is_told_as_it_is_done(desk: Desk) -> None:
    outcome = desk.copy()

    assert outcome.is_complete
    assert [(each.name, each.action) for each in desk.events if isinstance(each, Copied)] == [
        ("variable region", "created"),
        ("block secret/token", "created"),
        ("work pool p", "created"),
        ("work queue p/high", "created"),
        ("deployment etl/prod", "created"),
        ("schedules etl/prod", "moved"),
    ]
    assert [each.number for each in desk.events if isinstance(each, Copied)] == [1, 2, 3, 4, 5, 6]
    assert [is_on(each) for each in desk.destination.deployments()] == [True]


def test_one_that_fails_stops_no_other(desk: Desk) -> None:
    """Here somebody made the block meanwhile, with another secret: it is not overwritten."""
    outcome = desk.copy(meanwhile=Block("secret", "token", {"value": "theirs"}))

    assert not outcome.is_complete
    assert [each.change.name for each in outcome.results if each.error] == ["secret/token"]
    found = desk.destination.block("secret", "token")
    assert found is not None
    assert revealed(found.data["value"]) == "theirs"
    assert [is_on(each) for each in desk.destination.deployments()] == [True]


def test_what_differs_is_overwritten_in_place(desk: Desk) -> None:
    """A block keeps its id, which others may refer to."""
    assert desk.copy().is_complete
    desk.destination.update_block(Block("secret", "token", {"value": "other"}))
    desk.destination.update_pool("p", {"concurrency_limit": 9})
    desk.destination.set_variable(Variable("region", "us"))
    (before,) = desk.destination.blocks()

    assert not desk.copy().is_complete
    assert desk.copy(overwrite=True).is_complete

    assert [each.id for each in desk.destination.blocks()] == [before.id]
    assert desk.destination.blocks() == desk.source.blocks()
    assert desk.destination.variables() == desk.source.variables()
    assert {each.name: each.concurrency_limit for each in desk.destination.pools()}["p"] == 3
    assert desk.copy().results == ()


@pytest.mark.parametrize("desk", [Vanishing], indirect=True)
def test_nothing_more_is_tried_once_the_destination_is_gone(desk: Desk) -> None:
    """And the schedules stay where they are."""
    outcome = desk.copy()

    errors = {each.change.full_name: each.error.detail if each.error else "" for each in outcome.results}
    assert errors.pop("variable region") == ""
    assert errors.pop("block secret/token") == "The server is gone: secret/token."
    assert len(errors) == 4
    assert all(error.startswith("Not attempted") for error in errors.values())
    assert [is_on(each) for each in desk.source.deployments()] == [True]
    assert [each.name for each in desk.destination.pools()] == ["default"]
