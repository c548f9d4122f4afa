"""A time window around now, in equal slots, with the starts of hours and days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Scale:
    """How far a window *reaches* into the past and the future, also in *words*; its slots and its *ticks*."""

    words: str
    reach: timedelta
    step: timedelta
    ticks: timedelta


SCALES: Mapping[str, Scale] = {
    "hour": Scale("hour", timedelta(hours=1), timedelta(minutes=2), timedelta(minutes=30)),
    "day": Scale("24 hours", timedelta(hours=24), timedelta(hours=1), timedelta(hours=6)),
    "week": Scale("7 days", timedelta(days=7), timedelta(hours=6), _DAY),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The time from *since* to *until*, in slots of *step*; *now* is in the middle slot."""

    since: datetime
    now: datetime
    until: datetime
    scale: Scale

    @classmethod
    def around(cls, now: datetime, scale: Scale) -> Window:
        """Return the window around *now*, with slots aligned to the clock."""
        begin = _EPOCH + (now - _EPOCH) // scale.step * scale.step
        return cls(since=begin - scale.reach, now=now, until=begin + scale.reach + scale.step, scale=scale)

    @property
    def slots(self) -> int:
        return (self.until - self.since) // self.scale.step

    def slot(self, moment: datetime) -> int:
        """Return the slot of *moment*; the first or last one if it is outside."""
        return min(max((moment - self.since) // self.scale.step, 0), self.slots - 1)

    def start(self, slot: int) -> datetime:
        return self.since + slot * self.scale.step

    def place(self, moment: datetime) -> float:
        """Return the relative position of *moment*: 0 at the start, 1 at the end."""
        return (moment - self.since) / (self.until - self.since)

    def ticks(self, zone: tzinfo | None) -> Iterator[tuple[datetime, str]]:
        """Yield round times on the clock of *zone* (None: the local one), with their labels."""
        wall = self.since.astimezone(zone).replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
        while (moment := _moment(wall, zone)) < self.until:
            if moment >= self.since:
                yield moment, f"{wall:%a} {wall.day}" if wall.hour == wall.minute == 0 else f"{wall:%H:%M}"
            wall += self.scale.ticks


def _moment(wall: datetime, zone: tzinfo | None) -> datetime:
    return (wall.astimezone() if zone is None else wall.replace(tzinfo=zone)).astimezone(UTC)
