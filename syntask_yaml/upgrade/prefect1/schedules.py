"""Schedules of Prefect 1 as those of an entry."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from syntask_yaml.upgrade.prefect1.call_arguments import argument
from syntask_yaml.upgrade.prefect1.module import FlowModule, WrittenValue
from syntask_yaml.upgrade.prefect1.returned import followed
from syntask_yaml.upgrade.prefect1.static import NotStatic, says_nothing

Schedule = dict[str, Any]
_ANY_DAY = "*"
_WEEKDAYS = "1-5"


def read_schedules(module: FlowModule, node: ast.expr) -> list[Schedule]:
    """Return the schedules that *node* creates, in Prefect 2's terms. Raises NotStatic."""
    found = followed(module, node)
    if isinstance(found.node, ast.Constant) and found.node.value is None:
        return []
    name = found.called.rpartition(".")[2]
    if not isinstance(found.node, ast.Call) or name not in _KINDS:
        raise NotStatic("the schedule is computed")
    return list(_KINDS[name](found.module, found.node))


def _several(module: FlowModule, call: ast.Call) -> Iterator[Schedule]:
    given = argument(call, "clocks", 0)
    clocks = followed(module, given) if given is not None else None
    if clocks is None or not isinstance(clocks.node, (ast.List, ast.Tuple)):
        raise NotStatic("the clocks are computed")
    filters = {each.arg: each.value for each in call.keywords if each.arg != "clocks"}
    only_weekdays = _is_weekdays(module, filters.pop("filters", None))
    if any(not says_nothing(each) for each in filters.values()):
        raise NotStatic("it has filters or adjustments, which schedules do not have today")
    for clock in clocks.node.elts:
        for schedule in read_schedules(clocks.module, clock):
            yield _on_weekdays(schedule) if only_weekdays else schedule


def _is_weekdays(module: FlowModule, node: ast.expr | None) -> bool:
    if node is None or says_nothing(node):
        return False
    weekdays = "prefect.schedules.filters.is_weekday"
    if isinstance(node, ast.List) and [module.names.of(each) for each in node.elts] == [weekdays]:
        return True
    raise NotStatic("it has filters, which schedules do not have today")


def _on_weekdays(schedule: Schedule) -> Schedule:
    fields = str(schedule.get("cron", "")).split()
    if len(fields) != 5 or fields[4] != _ANY_DAY or fields[2] != _ANY_DAY:
        raise NotStatic("it has a filter that no cron expression can express")
    return {**schedule, "cron": " ".join([*fields[:4], _WEEKDAYS])}


def _cron(module: FlowModule, call: ast.Call) -> Iterator[Schedule]:
    cron = argument(call, "cron", 0)
    text = module.value(cron) if cron is not None else None
    if not isinstance(text, str):
        raise NotStatic("the cron expression is computed")
    schedule: Schedule = {"cron": text}
    start = argument(call, "start_date", 1)
    if start is not None and (zone := _zone(module, start)):
        schedule["timezone"] = zone
    day_or = argument(call, "day_or", 3 if _is_schedule(module, call) else 5)
    if isinstance(day_or, ast.Constant) and day_or.value is False:
        schedule["day_or"] = False
    yield {**schedule, **_more(module, call)}


def _interval(module: FlowModule, call: ast.Call) -> Iterator[Schedule]:
    first, second = ("start_date", "interval") if _is_schedule(module, call) else ("interval", "start_date")
    interval = argument(call, "interval", (first, second).index("interval"))
    length = module.value(interval) if interval is not None else None
    if not isinstance(length, timedelta):
        raise NotStatic("the interval is computed")
    seconds = length.total_seconds()
    schedule: Schedule = {"interval": int(seconds) if seconds.is_integer() else seconds}
    start = argument(call, "start_date", (first, second).index("start_date"))
    if start is not None:
        schedule |= _anchor(module, start)
    yield {**schedule, **_more(module, call)}


def _anchor(module: FlowModule, start: ast.expr) -> Schedule:
    """Return the start date of an interval, if it is constant; the present needs none."""
    zone = _zone(module, start)
    found: Schedule = {"timezone": zone} if zone else {}
    written = module.written(start)
    try:
        moment = written.module.value(written.node)
    except NotStatic:
        moment = _of_parts(written)
    if isinstance(moment, datetime):
        found["anchor_date"] = (moment if moment.tzinfo else moment.replace(tzinfo=_info(zone))).isoformat()
    elif not _is_now(written):
        raise NotStatic("the start date is computed")
    return found


# Functions for start dates near the present.
_NOW = frozenset({"datetime.datetime.now", "datetime.datetime.utcnow", "pendulum.now", "pendulum.timezone"})
_LATER = frozenset({"datetime.timedelta", "pendulum.duration", "pytz.timezone"})


def _is_now(start: WrittenValue) -> bool:
    """Return whether a date is the present, or has an offset from it."""
    calls = [each for each in ast.walk(start.node) if isinstance(each, ast.Call)]
    names = {start.module.names.called(each) for each in calls}
    moves = [isinstance(each.func, ast.Attribute) and each.func.attr in ("add", "subtract") for each in calls]
    known = names & _NOW and all(
        is_moved or start.module.names.called(each) in _NOW | _LATER
        for each, is_moved in zip(calls, moves, strict=True)
    )
    return bool(known)


def _info(zone: str) -> tzinfo:
    """Return the time zone of a date; the default is UTC. Raises NotStatic for an invalid name."""
    try:
        return ZoneInfo(zone) if zone else UTC
    except (ValueError, OSError) as error:
        raise NotStatic(f"`{zone}` is not a time zone") from error


def _of_parts(start: WrittenValue) -> datetime | None:
    """Return a date that is written in numbers, without its time zone."""
    if start.called not in ("pendulum.datetime", "datetime.datetime") or not isinstance(start.node, ast.Call):
        return None
    parts = [start.module.value(each) for each in start.node.args]
    named = {
        str(each.arg): start.module.value(each.value)
        for each in start.node.keywords
        if each.arg not in _ZONES
    }
    try:
        return datetime(*parts, **named)
    except (TypeError, ValueError):
        return None


_ZONES = frozenset({"tz", "tzinfo", "timezone"})


def _zone(module: FlowModule, start: ast.expr) -> str:
    """Return the time zone of a start date: `tz="…"` in pendulum, or `tzinfo=pytz.timezone("…")`."""
    written = module.written(start)
    for node in ast.walk(written.node):
        if isinstance(node, ast.Call):
            for each in node.keywords:
                if each.arg in _ZONES:
                    return _zone_name(written.module.written(each.value))
            if written.module.names.of(node.func) == "pendulum.now" and node.args:
                return str(written.module.value(node.args[0]))
    return ""


def _zone_name(zone: WrittenValue) -> str:
    """Return the name of a time zone. Raises NotStatic for one whose name Prefect 1 did not keep."""
    if zone.called in ("pytz.timezone", "pendulum.timezone") and isinstance(zone.node, ast.Call):
        zone = zone.module.written(zone.node.args[0])
    value = None if zone.module.names.of(zone.node) in _UTC else zone.module.value(zone.node)
    return value if isinstance(value, str) else ""


_UTC = frozenset({"pytz.utc", "pytz.UTC", "pendulum.UTC", "datetime.timezone.utc"})


def _more(module: FlowModule, call: ast.Call) -> Schedule:
    """Return the labels of a clock, and the parameters of its runs. Raises NotStatic for an end date."""
    given = {each.arg: each.value for each in call.keywords if not _is_none(each.value)}
    if "end_date" in given:
        raise NotStatic("it has an end, which schedules do not have today")
    named = {"labels": "labels", "parameters": "parameter_defaults"}
    found = {key: _value(module, given[name], name) for key, name in named.items() if name in given}
    return {key: value for key, value in found.items() if value or key == "labels"}


def _value(module: FlowModule, node: ast.expr, name: str) -> Any:
    try:
        return module.value(node)
    except NotStatic as error:
        raise NotStatic(f"`{name}` is computed at run time") from error


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_schedule(module: FlowModule, call: ast.Call) -> bool:
    return module.names.called(call).endswith("Schedule")


_KINDS: Mapping[str, Callable[[FlowModule, ast.Call], Iterator[Schedule]]] = {
    "Schedule": _several,
    "CronSchedule": _cron,
    "CronClock": _cron,
    "IntervalSchedule": _interval,
    "IntervalClock": _interval,
}
