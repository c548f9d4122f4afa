"""Normalize triggers.

A trigger is a mapping, as in the project file. `settled` removes values that equal the defaults, so that
equal triggers are equal mappings; `whole` adds the defaults.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from syntask_yaml.model.timing import parse_interval
from syntask_yaml.model.value import Value, holds_unknown

_Field = tuple[Callable[[Any], Any], Any]


def trigger_name(deployment: str, position: int) -> str:
    """Return the default name of the trigger at *position*, counted from one."""
    return f"{deployment}__automation_{position}"


def settled(trigger: Mapping[str, Value], *, name: str = "") -> dict[str, Value]:
    """Return *trigger* without defaults; *name* is its default name."""
    found = whole(trigger, name=name)
    defaults = _fields_of(found["type"], found)
    kept = {key: value for key, value in found.items() if key not in defaults or value != defaults[key][1]}
    if kept.get("name") == name:
        del kept["name"]
    if "triggers" in kept:
        kept["triggers"] = [settled(inner) for inner in kept["triggers"]]
    return kept


def whole(trigger: Mapping[str, Value], *, name: str = "") -> dict[str, Value]:
    """Return *trigger* with every key of its type, durations in seconds, and sets in order."""
    given = {key: value for key, value in trigger.items() if value is not None}
    kind = given.get("type") or trigger_type(given)
    found: dict[str, Value] = {"type": kind, **({"name": given.get("name", name)} if name else {})}
    for key, (convert, default) in _fields_of(kind, given).items():
        if key in _COMMON and not name:
            continue
        found[key] = _converted(convert, given[key]) if key in given else default
    if kind == "event" and found["posture"] == "Proactive" and not found["within"]:
        found["within"] = _LEAST_ABSENCE
    return found


def _converted(convert: Callable[[Any], Any], value: Value) -> Value:
    """Convert a value, or keep an invalid one for the backend to refuse."""
    if not holds_unknown(value):
        with suppress(ValueError, TypeError, LookupError, AttributeError, OverflowError):
            return convert(value)
    return value


def trigger_type(trigger: Mapping[str, Value]) -> str:
    """Return the type of a trigger without `type`, inferred from its other keys."""
    if trigger.get("posture") == "Metric":
        return "metric"
    if "triggers" in trigger:
        return "compound" if "require" in trigger else "sequence"
    return "event"


def seconds_of(value: object) -> float | None:
    """Return the seconds of a duration, which may be zero or negative; None for other text."""
    with suppress(ValueError, TypeError, OverflowError):
        return _seconds(value)
    return None


def _seconds(value: Any) -> float:
    with suppress(ValueError, TypeError):
        return float(value)
    return parse_interval(value)


def _names(value: Any) -> list[str]:
    return sorted({value} if isinstance(value, str) else set(value))


def _number(value: Any) -> int:
    return value if isinstance(value, bool) else int(value)


def _require(value: Any) -> Any:
    return value if value in ("any", "all") else _number(value)


def _flag(value: Any) -> Any:
    return {"true": True, "false": False}.get(value.lower(), value) if isinstance(value, str) else value


def _plain(value: Any) -> Any:
    return value


def _triggers(value: Any) -> list[dict[str, Value]]:
    return [whole(inner) for inner in value]


def _metric(value: Any) -> dict[str, Value]:
    window = {key: _seconds(value.get(key) or _METRIC_WINDOW) for key in ("range", "firing_for")}
    return {**value, **window, "threshold": float(value["threshold"])}


# The shortest period of proactive triggers, in seconds.
_LEAST_ABSENCE = 10.0
_METRIC_WINDOW = 300.0

# The conversion and the default of each key.
_COMMON: Mapping[str, _Field] = {
    "description": (str, ""),
    "enabled": (_flag, True),
    "parameters": (_plain, None),
    "job_variables": (_plain, None),
    "schedule_after": (_seconds, 0.0),
}
_RESOURCES: Mapping[str, _Field] = {"match": (_plain, {}), "match_related": (_plain, {})}
_BY_TYPE: Mapping[str, Mapping[str, _Field]] = {
    "event": {
        **_RESOURCES,
        "after": (_names, []),
        "expect": (_names, []),
        "for_each": (_names, []),
        "posture": (str, "Reactive"),
        "threshold": (_number, 1),
        "within": (_seconds, 0.0),
    },
    "metric": {**_RESOURCES, "posture": (str, "Metric"), "metric": (_metric, None)},
    "compound": {
        "triggers": (_triggers, []),
        "within": (_seconds, None),
        "require": (_require, None),
    },
    "sequence": {"triggers": (_triggers, []), "within": (_seconds, None)},
}


def _fields_of(kind: str, trigger: Mapping[str, Value]) -> Mapping[str, _Field]:
    fields = {**_COMMON, **_BY_TYPE.get(kind, {})}
    if kind == "event" and trigger.get("posture") == "Proactive":
        fields["within"] = (_seconds, _LEAST_ABSENCE)
    return fields
