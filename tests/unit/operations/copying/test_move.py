"""The schedules of a deployment go from one store to another, and what is waiting goes along."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syntask_yaml.backend.base import RunFilter
from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.errors import FileFailed
from syntask_yaml.model.deployment import Deployment, Write
from syntask_yaml.model.run import Run, State, StateType
from syntask_yaml.model.schedule import Cron, Interval, Schedule
from syntask_yaml.operations.copying.journal import Move, Moves, WaitingRun
from syntask_yaml.operations.copying.move import Moved, Mover
from syntask_yaml.operations.deployments import set_paused
from syntask_yaml.operations.schedule_sides import BackendSide, is_on

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NAME = "etl/often"
MINUTELY = Schedule(timing=Cron("* * * * *"), parameters={"n": 1})
OFTEN = Deployment(
    flow="etl", name="often", entrypoint="flows.py:etl", work_pool="default", schedules=(MINUTELY,)
)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


HALF_PAST = at(0.5)


@dataclass
class Desk:
    """Two stores with the same deployment, and a clock that waiting moves."""

    folder: Path
    now: datetime = HALF_PAST
    waits: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.source = EmbeddedBackend.open(self.folder / "source.db", clock=lambda: self.now)
        self.destination = EmbeddedBackend.open(self.folder / "destination.db", clock=lambda: self.now)

    def deploy(self, deployment: Deployment) -> None:
        """Deploy it on both sides: paused on the destination, with its first runs made on the source."""
        for side, paused in ((self.source, False), (self.destination, True)):
            assert [each.error for each in side.write([Write(None, replace(deployment, paused=paused))])] == [
                None
            ]
        self.source.schedule(self.now)

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += timedelta(seconds=seconds)
        self.source.schedule(self.now)
        self.destination.schedule(self.now)

    @property
    def moves(self) -> Moves:
        return Moves(self.folder / "moves", self.source.url, self.destination.url)

    def move(self) -> Moved:
        return Mover(self.source, self.destination, self.moves, lambda: self.now, self.wait).move(NAME)

    @property
    def on(self) -> tuple[bool, bool]:
        """Whether the schedules run on the source, and on the destination."""
        here, there = (side.deployments(names=[NAME])[0] for side in (self.source, self.destination))
        return is_on(here), is_on(there)

    def runs_there(self) -> list[Run]:
        """The runs on the destination that wait for a worker, the earliest first."""
        self.destination.schedule(self.now)
        found = self.destination.runs(RunFilter(states=frozenset({StateType.SCHEDULED})))
        return sorted(found, key=lambda run: (run.scheduled or NOON, str(run.parameters)))


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.source.close()
    desk.destination.close()


def test_the_schedules_run_on_the_destination_only(desk: Desk) -> None:
    """The destination makes the next run, and nothing of the source is to come."""
    desk.deploy(OFTEN)

    assert desk.move() == Moved()

    assert desk.on == (False, True)
    assert BackendSide(desk.source, NAME).coming() == []
    assert desk.runs_there()[0].scheduled == at(1)
    assert desk.moves.all() == {}


def test_a_run_that_is_late_goes_along(desk: Desk) -> None:
    """Once, for its own time, with its parameters; those to come are the destination's to make."""
    desk.deploy(OFTEN)
    desk.now = at(1.4)

    assert desk.move() == Moved((at(1),))

    late, *others = desk.runs_there()
    assert (late.scheduled, late.parameters, late.is_scheduled) == (at(1), {"n": 1}, False)
    assert others[0].scheduled == at(2)
    assert all(run.is_scheduled for run in others)


def test_a_run_that_a_worker_took_stays(desk: Desk) -> None:
    desk.deploy(OFTEN)
    desk.now = at(1.4)
    claim = desk.source.claim("default", worker="w", now=desk.now, lease=30)

    assert desk.move() == Moved()

    assert claim is not None
    assert claim.run.scheduled == at(1)
    assert desk.runs_there()[0].scheduled == at(2)


def test_a_run_that_failed_and_is_tried_again_is_not_one_that_waits(desk: Desk) -> None:
    """On a server it is scheduled again until then, while its process waits: it would run twice."""
    desk.deploy(OFTEN)
    desk.now = at(1.4)
    claim = desk.source.claim("default", worker="w", now=desk.now, lease=30)
    assert claim is not None
    for state in (State(StateType.RUNNING), State(StateType.SCHEDULED, "AwaitingRetry")):
        assert desk.source.report(claim, state, desk.now)

    side = BackendSide(desk.source, NAME)

    assert claim.run.id not in [run.id for run in side.waiting()]
    assert side.coming()[0] == at(2)
    assert at(1) in side.times(at(1))


def test_two_runs_of_one_time_both_go_along(desk: Desk) -> None:
    """As two schedules make them that differ in their parameters."""
    desk.deploy(replace(OFTEN, schedules=(MINUTELY, replace(MINUTELY, parameters={"n": 2}))))
    desk.now = at(1.4)

    assert desk.move() == Moved((at(1), at(1)))

    assert [run.parameters for run in desk.runs_there()[:2]] == [{"n": 1}, {"n": 2}]


def test_a_run_that_is_due_soon_starts_first(desk: Desk) -> None:
    """The schedules go over right after it, where the next one is some time away."""
    desk.deploy(OFTEN)
    desk.now = at(1) - timedelta(seconds=2)

    desk.move()

    assert desk.waits == [3]


def test_one_that_is_never_idle_goes_all_the_same(desk: Desk) -> None:
    desk.deploy(replace(OFTEN, schedules=(Schedule(timing=Interval(1, NOON)),)))

    desk.move()

    assert desk.on == (False, True)


def test_an_end_between_both_sides_is_finished(desk: Desk) -> None:
    """With what was waiting when the source stopped; what has passed since then is named."""
    desk.deploy(OFTEN)
    desk.now = at(1.4)
    begun = Move(
        name=NAME,
        source=desk.source.url,
        destination=desk.destination.url,
        began=desk.now,
        waiting=(WaitingRun(at(1), {"n": 1}), WaitingRun(at(2), {"n": 1})),
    )
    desk.moves.write(begun)
    BackendSide(desk.source, NAME).stop()
    assert desk.on == (False, False)
    desk.now = at(5.2)

    assert desk.move() == Moved((at(1), at(2)), (at(3), at(4), at(5)))

    assert desk.on == (False, True)
    assert [run.scheduled for run in desk.runs_there()[:2]] == [at(1), at(2)]
    assert desk.moves.all() == {}


def test_what_goes_along_is_made_once(desk: Desk) -> None:
    """Also by a copy that ended after it was made, and before that was put down."""
    desk.deploy(OFTEN)
    desk.now = at(1.4)
    waiting = (WaitingRun(at(1), {"n": 1}),)
    move = Move(
        name=NAME, source=desk.source.url, destination=desk.destination.url, began=desk.now, waiting=waiting
    )
    desk.move()
    desk.moves.write(move)

    desk.move()

    assert [run.scheduled for run in desk.runs_there()].count(at(1)) == 1


def test_what_waited_long_ago_is_named(desk: Desk) -> None:
    """Whoever finishes a copy of last week need not want its runs."""
    desk.deploy(replace(OFTEN, schedules=(Schedule(timing=Cron("0 12 * * *")),)))
    waiting = (WaitingRun(at(0), {}),)
    desk.moves.write(
        Move(
            name=NAME,
            source=desk.source.url,
            destination=desk.destination.url,
            began=desk.now,
            waiting=waiting,
        )
    )
    BackendSide(desk.source, NAME).stop()
    desk.now += timedelta(days=2)

    assert desk.move() == Moved((), (at(0), at(24 * 60), at(48 * 60)))


def test_a_source_that_was_resumed_begins_anew(desk: Desk) -> None:
    """What an old record holds was decided on by whoever resumed it."""
    desk.deploy(OFTEN)
    move = Move(
        name=NAME,
        source=desk.source.url,
        destination=desk.destination.url,
        began=at(-600),
        waiting=(WaitingRun(at(-600), {"n": 1}),),
    )
    desk.moves.write(move)

    assert desk.move() == Moved()


def test_what_somebody_paused_meanwhile_stays(desk: Desk) -> None:
    """It was on when the copy was planned."""
    desk.deploy(replace(OFTEN, paused=True))
    (stored,) = desk.source.deployments(names=[NAME])
    set_paused(desk.source, [stored], paused=True)

    assert desk.move() == Moved()
    assert desk.on == (False, False)


def test_a_move_to_elsewhere_is_not_ours(desk: Desk) -> None:
    other = Moves(desk.folder / "moves", desk.source.url, "http://elsewhere/api")
    other.write(Move(name=NAME, source=other.source, destination=other.destination, began=NOON))

    assert desk.moves.all() == {}
    assert list(other.all()) == [NAME]


def test_a_damaged_record_is_named(desk: Desk) -> None:
    """Nothing is done before somebody looked at it."""
    desk.moves.folder.mkdir()
    (desk.moves.folder / "0.json").write_text("{", encoding="utf-8")

    with pytest.raises(FileFailed, match=r"0\.json"):
        desk.moves.all()
