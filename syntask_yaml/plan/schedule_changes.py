"""The schedules that a change of a deployment adds, removes and changes, and their next times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from syntask_yaml.model.comparison import compared_schedule
from syntask_yaml.model.deployment import Deployment, Write
from syntask_yaml.model.identity import Pair, anchored, schedule_keys, schedule_pairs
from syntask_yaml.model.schedule import TIMING_KEYS, Interval, Schedule, canonical
from syntask_yaml.model.schedule_words import in_words, next_moments
from syntask_yaml.model.shared import once_per_object
from syntask_yaml.model.value import Unknown, Value
from syntask_yaml.plan.changes import FieldChange
from syntask_yaml.plan.diff import differences

_NEXT = 3


class ScheduleChange(NamedTuple):
    """A schedule that is new (no *before*), removed (no *after*), or changed.

    *slug* is its name, empty if it has none. *has_new_times*: its times change. *fields* are the other fields
    that differ. *is_paused*: the deployment is paused, so that the schedule creates no runs.
    """

    slug: str
    before: Schedule | None
    after: Schedule | None
    has_new_times: bool = True
    fields: tuple[FieldChange, ...] = ()
    is_paused: bool = False

    @property
    def path(self) -> str:
        return f"schedules[{self.slug}]" if self.slug else "schedules"

    @property
    def words(self) -> tuple[str, str]:
        """The times in words, before and after; empty for a missing side."""
        return _words(self.before), _words(self.after)

    def next_runs(self, now: datetime) -> tuple[list[datetime], list[datetime]]:
        """Return the next known times of each side at which runs are created."""
        return self._next(self.before, None, now), self._next(self.after, self.before, now)

    def _next(self, schedule: Schedule | None, stored: Schedule | None, now: datetime) -> list[datetime]:
        if schedule is None or schedule.active is False or self.is_paused:
            return []
        timing = anchored(schedule.timing, stored.timing if stored else None)
        # Without an anchor, an interval starts at the time of the deploy.
        is_open = isinstance(timing, Interval) and timing.anchor is None
        return [] if is_open else next_moments(timing, now, count=_NEXT)


@once_per_object
def _words(schedule: Schedule | None) -> str:
    if schedule is None:
        return ""
    return in_words(canonical(schedule.timing)) + (", not active" if schedule.active is False else "")


def schedule_changes(write: Write) -> Iterator[ScheduleChange]:
    """Yield the schedules that *write* changes: stored ones first, then new ones.

    One removed and one added schedule count as one change. Yield none for a deployment that is deleted, or
    whose schedules are not declared or not yet known.
    """
    stored = write.before.deployment if write.before else None
    before, after = _schedules(stored), _schedules(write.after)
    if before is None or after is None or write.after is None:
        return
    paused = stored.paused if stored and write.after.paused is None else write.after.paused
    is_paused = paused is True
    if stored is None:
        yield from (ScheduleChange(each.slug or "", None, each, is_paused=is_paused) for each in after)
        return
    pairs = list(_paired(schedule_pairs(before, after)))
    keys = schedule_keys(each for old, new in pairs if (each := old or new))
    for key, (old, new) in zip(keys, pairs, strict=True):
        slug = next((each.slug for each in (new, old) if each is not None and each.slug), "")
        if old is None or new is None:
            yield ScheduleChange(slug, old, new, is_paused=is_paused)
            continue
        (timing, rest), (new_timing, new_rest) = _split(old), _split(new)
        has_new_times = any(differences("", timing, new_timing))
        fields = tuple(differences(f"schedules[{key}]", rest, new_rest))
        if has_new_times or fields:
            yield ScheduleChange(slug, old, new, has_new_times, fields, is_paused)


def _schedules(deployment: Deployment | None) -> Sequence[Schedule] | None:
    if deployment is None:
        return ()
    return None if isinstance(deployment.schedules, Unknown) else deployment.schedules


def _paired(pairs: Sequence[Pair]) -> Iterator[Pair]:
    """Yield *pairs*, with one removed and one added schedule as one change, unless both have names."""
    coming = [new for old, new in pairs if old is None and new is not None]
    for old, new in pairs:
        if old is None:
            continue
        found = next((each for each in coming if not (old.slug and each.slug)), None) if new is None else None
        if found is not None:
            coming.remove(found)
        yield old, new or found
    yield from ((None, new) for new in coming)


def _split(schedule: Schedule) -> tuple[dict[str, Value], dict[str, Value]]:
    """Return the fields that decide when a schedule fires, and the others."""
    fields = compared_schedule(schedule)
    timing = {key: fields.pop(key) for key in TIMING_KEYS if key in fields}
    return timing, fields
