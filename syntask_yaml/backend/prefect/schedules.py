"""Update schedules in place: unchanged ones keep their id and paused state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from syntask_yaml.backend.prefect.api import Api
from syntask_yaml.backend.prefect.bodies import schedule_body, schedules_of
from syntask_yaml.backend.prefect.encoding import part
from syntask_yaml.backend.prefect.faults import AnswerLost
from syntask_yaml.backend.prefect.shapes import SCHEDULE
from syntask_yaml.backend.schedules import merged
from syntask_yaml.model.schedule import Schedule, canonical

_TRIES = 8


def _comparable(schedule: Schedule) -> Schedule:
    """Return *schedule* in canonical form, to compare stored and declared ones."""
    return replace(schedule, timing=canonical(schedule.timing))


@dataclass(frozen=True, slots=True)
class _Changes:
    """The changes from the stored to the wanted schedules."""

    deleted: tuple[str, ...]
    changed: tuple[tuple[str, dict[str, object]], ...]
    new: tuple[Schedule, ...]


def _changes(wanted: Sequence[Schedule], stored: Sequence[Schedule]) -> _Changes:
    before = {str(schedule.id): schedule for schedule in stored}
    kept = {str(each.id): each for each in wanted if _stays(each, before.get(str(each.id)))}
    return _Changes(
        deleted=tuple(key for key in before if key not in kept),
        changed=tuple(
            (key, {**({"parameters": {}} if before[key].parameters else {}), **schedule_body(each)})
            for key, each in kept.items()
            if _comparable(each) != _comparable(before[key])
        ),
        new=tuple(each for each in wanted if str(each.id) not in kept),
    )


def _stays(wanted: Schedule, stored: Schedule | None) -> bool:
    """Return whether a schedule is updated in place. It is replaced to remove its slug."""
    return stored is not None and not (wanted.slug is None and stored.slug is not None)


def write_schedules(
    api: Api, deployment_id: str, wanted: Sequence[Schedule] | None, stored: Sequence[Schedule], now: datetime
) -> None:
    """Update the *stored* schedules of a deployment to the *wanted* ones; None keeps them.

    Creating schedules is not idempotent: if the response is lost, the schedules are read again.
    """
    place = f"/deployments/{part(deployment_id)}/schedules"
    for left in reversed(range(_TRIES)):
        changes = _changes(merged(wanted, stored, now), stored)
        for schedule_id in changes.deleted:
            api.delete(f"{place}/{part(schedule_id)}")
        for schedule_id, body in changes.changed:
            api.patch(f"{place}/{part(schedule_id)}", body)
        try:
            if changes.new:
                api.post(place, [schedule_body(each) for each in changes.new], repeats=False)
            return
        except AnswerLost:
            if not left:
                raise
            found = api.call("GET", place, may_be_missing=True) or ()
            api.check_shape(found or None, [SCHEDULE])
            stored = api.parsed(partial(schedules_of, found))
