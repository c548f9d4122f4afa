"""Identify schedules, and match those of two lists.

The identity of a schedule is its slug; without a slug it is its timing, anchor and parameters, and equal
schedules are numbered. Plan, export, inspect and every write use this identity.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import chain
from typing import Any

from syntask_yaml.model.schedule import Cron, Interval, RRule, Schedule, Timing, canonical
from syntask_yaml.model.value import Maybe, is_same_json

Pair = tuple[Schedule | None, Schedule | None]


def same_schedules(wanted: Sequence[Schedule], stored: Sequence[Schedule]) -> list[Schedule | None]:
    """Return the matching *stored* schedule for each *wanted* one; None for a new one.

    Schedules match if they share a slug, or the wanted one replaces the stored slug; or if they fire at the
    same times and at most one of them has a slug, preferably with the same parameters. Intervals without an
    anchor are matched last, in order.
    """
    return [None if at is None else stored[at] for at in _places(wanted, stored)]


def _places(wanted: Sequence[Schedule], stored: Sequence[Schedule]) -> list[int | None]:
    found: list[int | None] = [None] * len(wanted)
    left = dict(enumerate(stored))
    for is_same in _SAME:
        for place, schedule in enumerate(wanted if left else ()):
            if found[place] is None:
                before = next((at for at in reversed(found[:place]) if at is not None), -1)
                after = (at for at in left if at > before and is_same(schedule, left[at]))
                others = (at for at in left if at < before and is_same(schedule, left[at]))
                at = next(chain(after, others), None)
                if at is not None:
                    found[place] = at
                    del left[at]
    return found


def _has_slug_of(wanted: Schedule, stored: Schedule) -> bool:
    return wanted.slug is not None and wanted.slug == stored.slug


def _replaces(wanted: Schedule, stored: Schedule) -> bool:
    return wanted.replaces is not None and wanted.replaces == stored.slug


def _equals_as_written(wanted: Schedule, stored: Schedule) -> bool:
    return _equals(wanted, stored) and canonical(wanted.timing) == canonical(stored.timing)


def _equals(wanted: Schedule, stored: Schedule) -> bool:
    return wanted.parameters == stored.parameters and _fires_like(wanted, stored)


def _fires_like(wanted: Schedule, stored: Schedule) -> bool:
    if wanted.slug is not None and stored.slug is not None:
        return False
    return canonical(anchored(wanted.timing, stored.timing)) == canonical(stored.timing)


_SAME: tuple[Callable[[Schedule, Schedule], bool], ...] = (
    _has_slug_of,
    _replaces,
    _equals_as_written,
    _equals,
    _fires_like,
)


def anchored(timing: Timing, stored: Timing | None) -> Timing:
    """Return *timing*, with the anchor of *stored* if it has no anchor and they are otherwise equal."""
    if not isinstance(timing, Interval) or timing.anchor is not None or not isinstance(stored, Interval):
        return timing
    is_same = canonical(replace(stored, anchor=None)) == canonical(timing)
    return replace(timing, anchor=stored.anchor) if is_same else timing


def schedule_pairs(stored: Sequence[Schedule], wanted: Sequence[Schedule]) -> list[Pair]:
    """Return pairs of matching schedules, with None for a missing one: stored schedules first."""
    places = _places(wanted, stored)
    after = dict(zip(places, wanted, strict=True))
    pairs: list[Pair] = [(one, after.get(at)) for at, one in enumerate(stored)]
    return [*pairs, *((None, new) for at, new in zip(places, wanted, strict=True) if at is None)]


def schedule_keys(schedules: Iterable[Schedule]) -> list[str]:
    """Return a name for each of *schedules*: the shortest part of its identity that is unique."""
    several = list(schedules)
    keys = [_key(schedule) for schedule in several]
    for tell in (_anchor, _parameters):
        count = Counter(keys)
        keys = [
            f"{key}{tell(each)}" if count[key] > 1 and each.slug is None else key
            for key, each in zip(keys, several, strict=True)
        ]
    return list(_counted(keys))


def _key(schedule: Schedule) -> str:
    if schedule.slug:
        return schedule.slug
    match timing := canonical(schedule.timing):
        case Cron(cron, _, day_or):
            own = f"cron {cron}" + ("" if day_or else " (both days)")
        case Interval(seconds):
            own = f"interval {seconds:g}"
        case RRule(rrule):
            own = " ".join(("rrule", *rrule.split()))
    return f"{own} {timing.timezone}"


def _anchor(schedule: Schedule) -> str:
    timing = canonical(schedule.timing)
    if not isinstance(timing, Interval) or timing.anchor is None:
        return ""
    return f" from {timing.anchor.isoformat().replace('+00:00', 'Z')}"


def _parameters(schedule: Schedule) -> str:
    return f" {json.dumps(_in_order(schedule.parameters), default=str)}" if schedule.parameters else ""


def _in_order(value: Any) -> Any:
    """Return *value* with the keys of mappings sorted, because a server on PostgreSQL reorders them."""
    if isinstance(value, Mapping):
        return {key: _in_order(value[key]) for key in sorted(value, key=str)}
    return list(map(_in_order, value)) if isinstance(value, (list, tuple)) else value


def _counted(keys: Sequence[str]) -> Iterator[str]:
    """Return the keys; repeated ones are numbered from the second on."""
    seen: Counter[str] = Counter()
    for key in keys:
        seen[key] += 1
        yield key if seen[key] == 1 else f"{key} ({seen[key]})"


def alike_schedules(
    stored: Maybe[tuple[Schedule, ...] | None], wanted: Maybe[tuple[Schedule, ...] | None]
) -> bool:
    """Return whether two lists of schedules are known to be equal, in order, without a full comparison."""
    if not isinstance(stored, tuple) or not isinstance(wanted, tuple) or len(stored) != len(wanted):
        return False
    return all(map(_is_alike, stored, wanted))


def _is_alike(stored: Schedule, wanted: Schedule) -> bool:
    return (
        stored.slug == wanted.slug
        and wanted.active in (None, stored.active)
        and is_same_json(stored.parameters, wanted.parameters)
        and _are_one(stored.timing, wanted.timing)
    )


@lru_cache(maxsize=4096)
def _are_one(stored: Timing, wanted: Timing) -> bool:
    """Return whether two timings, which many deployments share, are equal."""
    return canonical(anchored(wanted, stored)) == canonical(stored)
