"""Normalize deployments of either side for comparison."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter

from syntask_yaml.model.comparison import compared_schedule, compared_schedules, if_known
from syntask_yaml.model.deployment import Deployment
from syntask_yaml.model.fields import FIELDS, Field
from syntask_yaml.model.identity import schedule_keys, schedule_pairs
from syntask_yaml.model.value import Unknown, Value

_attributes = attrgetter(*(field.name for field in FIELDS))


def comparable_fields(deployment: Deployment, fields: Iterable[Field] = FIELDS) -> dict[str, Value]:
    """Return *fields* by their keys in the project file, in normalized form. None means: not declared."""
    return {field.key: field.compare(deployment) for field in fields}


def fields_to_compare(stored: Deployment, wanted: Deployment) -> tuple[dict[str, Value], dict[str, Value]]:
    """Return the comparable fields of both deployments, without those that are cheaply known to be equal."""
    sides = zip(FIELDS, _attributes(stored), _attributes(wanted), strict=True)
    unlike = [field for field, one, other in sides if one is not other and not field.is_alike(one, other)]
    before, after = comparable_fields(stored, unlike), comparable_fields(wanted, unlike)
    one, other = before.get("schedules"), after.get("schedules")
    is_one_on_both = (
        isinstance(one, dict) and len(one) == 1 and isinstance(other, dict) and one.keys() == other.keys()
    )
    if one and other and not is_one_on_both:
        before["schedules"], after["schedules"] = _aligned_schedules(stored, wanted)
    return before, after


def _aligned_schedules(stored: Deployment, wanted: Deployment) -> tuple[Value, Value]:
    """Return the schedules of both deployments, with the same name for a schedule on either side."""
    before, after = stored.schedules, wanted.schedules
    if isinstance(before, Unknown) or isinstance(after, Unknown) or not before or not after:
        return if_known(before, compared_schedules), if_known(after, compared_schedules)
    pairs = schedule_pairs(before, after)
    keys = schedule_keys(each for old, new in pairs if (each := old or new))
    named = list(zip(keys, pairs, strict=True))
    return (
        {key: compared_schedule(old) for key, (old, _) in named if old},
        {key: compared_schedule(new) for key, (_, new) in named if new},
    )
