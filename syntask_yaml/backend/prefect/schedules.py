"""Update schedules in place: unchanged ones keep their id and whether they are paused."""

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
    """*schedule* in the form that a stored one and a declared one have in common."""
    return replace(schedule, timing=canonical(schedule.timing))


@dataclass(frozen=True, slots=True)
class _Changes:
    """What makes the stored schedules the wanted ones."""

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
    """A slug cannot be taken away from a schedule: that takes another one."""
    return stored is not None and not (wanted.slug is None and stored.slug is not None)


def write_schedules(
    api: Api, deployment_id: str, wanted: Sequence[Schedule] | None, stored: Sequence[Schedule], now: datetime
) -> None:
    """Make the *stored* schedules of a deployment those that are *wanted*; None leaves them.

    Making some is no call to repeat blindly: where its answer is lost, what is there is looked at.
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
