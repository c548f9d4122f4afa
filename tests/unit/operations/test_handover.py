"""One side stops, the other starts: in that order, and what is due between is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from syntask_yaml.errors import BackendConflict
from syntask_yaml.operations.handover import Handover

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    """So many seconds after noon."""
    return NOON + timedelta(seconds=seconds)


@dataclass
class Desk:
    """A clock that waiting moves, and what was done, in order."""

    now: datetime = NOON
    done: list[str] = field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None

    def wait(self, seconds: float) -> None:
        self.done.append(f"wait {seconds:g}")
        self.now += timedelta(seconds=seconds)
        self.meanwhile()


@dataclass
class FakeSide:
    """A deployment with runs that wait, and others that were taken."""

    desk: Desk
    name: str
    waiting: list[datetime] = field(default_factory=list)
    taken: list[datetime] = field(default_factory=list)
    is_stubborn: bool = False
    is_own: bool = True
    started: datetime | None = None

    def coming(self) -> list[datetime]:
        return sorted(self.waiting)

    def stop(self) -> None:
        self.desk.done.append(f"stop {self.name}")
        if not self.is_stubborn:
            self.waiting.clear()

    def start(self) -> None:
        self.desk.done.append(f"start {self.name}")
        self.started = self.desk.now

    def taken_until(self, now: datetime) -> datetime | None:
        return max((due for due in self.taken if due > now), default=None)

    def times(self, since: datetime) -> frozenset[datetime]:
        return frozenset(due for due in [*self.waiting, *self.taken] if due >= since)

    def has_begun(self) -> bool:
        return self.is_own or bool(self.waiting)

    def begins(self, now: datetime) -> datetime:
        return (self.is_own and self.started) or now


@pytest.fixture(name="desk")
def _desk() -> Desk:
    return Desk()


def handover(source: FakeSide, target: FakeSide) -> Handover:
    return Handover(source, target, lambda: source.desk.now, source.desk.wait)


def test_the_other_side_starts_once_the_first_is_still(desk: Desk) -> None:
    old, new = FakeSide(desk, "old", waiting=[at(60)]), FakeSide(desk, "new")

    hand = handover(old, new)
    hand.stop()
    hand.start()

    assert desk.done == ["stop old", "start new"]


def test_what_is_made_meanwhile_is_dropped_too(desk: Desk) -> None:
    """A scheduler that was at work writes what it had begun."""
    old = FakeSide(desk, "old", waiting=[at(60)], is_stubborn=True)

    def calm() -> None:
        old.is_stubborn = False

    desk.meanwhile = calm
    handover(old, FakeSide(desk, "new")).stop()

    assert desk.done == ["stop old", "wait 0.5", "stop old"]


def test_a_side_that_does_not_stop_is_an_error(desk: Desk) -> None:
    old, new = FakeSide(desk, "old", waiting=[at(600)], is_stubborn=True), FakeSide(desk, "new")

    with pytest.raises(BackendConflict, match="still being scheduled"):
        handover(old, new).stop()
    assert "start new" not in desk.done


def test_a_late_run_is_nothing_to_wait_for(desk: Desk) -> None:
    """Where a server keeps those, an agent still takes them."""
    handover(FakeSide(desk, "old", waiting=[at(-60)], is_stubborn=True), FakeSide(desk, "new")).stop()

    assert desk.done == ["stop old"]


def test_a_run_that_was_taken_ahead_is_waited_for(desk: Desk) -> None:
    """Agents take runs some seconds before they are due: the other side would make the same one."""
    old, new = FakeSide(desk, "old", taken=[at(-60), at(10)]), FakeSide(desk, "new")

    handover(old, new).start()

    assert desk.done == ["wait 11", "start new"]


def test_what_was_due_in_between_is_missed(desk: Desk) -> None:
    """But neither what one of them has, nor what is still to come."""
    coming = [at(-60), at(-30), at(-10), at(5), at(60)]
    old, new = FakeSide(desk, "old", taken=[at(-60)]), FakeSide(desk, "new", waiting=[at(-10)])
    hand = handover(old, new)
    hand.start()

    assert hand.missed(coming) == [at(-30)]


def test_a_server_is_given_time_to_make_its_first_runs(desk: Desk) -> None:
    """It looks a little later than it was told: what is due until then is missed."""
    old, new = FakeSide(desk, "old"), FakeSide(desk, "new", is_own=False)

    def look() -> None:
        if desk.now >= at(5):
            new.waiting = [at(10), at(20)]

    desk.meanwhile = look
    hand = handover(old, new)
    hand.start()

    assert hand.missed([at(2), at(10), at(20)]) == [at(2)]
    assert desk.now == at(5)


def test_nothing_is_waited_for_where_nothing_is_due(desk: Desk) -> None:
    hand = handover(FakeSide(desk, "old"), FakeSide(desk, "new", is_own=False))

    assert hand.missed([at(3600)]) == []
    assert desk.done == []
