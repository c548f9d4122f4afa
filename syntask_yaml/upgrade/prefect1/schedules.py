"""Schedules of Prefect 1 as those of an entry."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from syntask_yaml.upgrade.prefect1.draft import FlowFileDraft
from syntask_yaml.upgrade.prefect1.module import argument
from syntask_yaml.upgrade.prefect1.static import NotStatic, says_nothing

Schedule = dict[str, Any]
_ANY_DAY = "*"
_WEEKDAYS = "1-5"


def read_schedules(draft: FlowFileDraft, node: ast.expr) -> list[Schedule]:
    """The schedules that *node* makes, in the words of Prefect 2. Raises NotStatic."""
    node = _resolved(draft, node)
    if isinstance(node, ast.Constant) and node.value is None:
        return []
    name = draft.names.called(node).rpartition(".")[2]
    if not isinstance(node, ast.Call) or name not in _KINDS:
        raise NotStatic("the schedule is computed")
    return list(_KINDS[name](draft, node))


def _resolved(draft: FlowFileDraft, node: ast.expr) -> ast.expr:
    if isinstance(node, ast.Name) and (value := draft.module.assigned(node.id, node)) is not None:
        return value
    return node


def _several(draft: FlowFileDraft, call: ast.Call) -> Iterator[Schedule]:
    clocks = argument(call, "clocks", 0)
    clocks = _resolved(draft, clocks) if clocks is not None else None
    if not isinstance(clocks, (ast.List, ast.Tuple)):
        raise NotStatic("the clocks are computed")
    filters = {each.arg: each.value for each in call.keywords if each.arg != "clocks"}
    only_weekdays = _is_weekdays(draft, filters.pop("filters", None))
    if any(not says_nothing(each) for each in filters.values()):
        raise NotStatic("it has filters or adjustments, which schedules do not have today")
    for clock in clocks.elts:
        for schedule in read_schedules(draft, clock):
            yield _on_weekdays(schedule) if only_weekdays else schedule


def _is_weekdays(draft: FlowFileDraft, node: ast.expr | None) -> bool:
    if node is None or says_nothing(node):
        return False
    weekdays = "prefect.schedules.filters.is_weekday"
    if isinstance(node, ast.List) and [draft.names.of(each) for each in node.elts] == [weekdays]:
        return True
    raise NotStatic("it has filters, which schedules do not have today")


def _on_weekdays(schedule: Schedule) -> Schedule:
    fields = str(schedule.get("cron", "")).split()
    if len(fields) != 5 or fields[4] != _ANY_DAY or fields[2] != _ANY_DAY:
        raise NotStatic("it has a filter that no cron expression can say")
    return {**schedule, "cron": " ".join([*fields[:4], _WEEKDAYS])}


def _cron(draft: FlowFileDraft, call: ast.Call) -> Iterator[Schedule]:
    cron = argument(call, "cron", 0)
    text = draft.module.value(cron) if cron is not None else None
    if not isinstance(text, str):
        raise NotStatic("the cron expression is computed")
    schedule: Schedule = {"cron": text}
    start = argument(call, "start_date", 1)
    if start is not None and (zone := _zone(draft, start)):
        schedule["timezone"] = zone
    _check_end(call)
    day_or = argument(call, "day_or", 3 if _is_schedule(draft, call) else 5)
    if isinstance(day_or, ast.Constant) and day_or.value is False:
        schedule["day_or"] = False
    yield {**schedule, **_parameters(draft, call)}


def _interval(draft: FlowFileDraft, call: ast.Call) -> Iterator[Schedule]:
    first, second = ("start_date", "interval") if _is_schedule(draft, call) else ("interval", "start_date")
    interval = argument(call, "interval", (first, second).index("interval"))
    length = draft.module.value(interval) if interval is not None else None
    if not isinstance(length, timedelta):
        raise NotStatic("the interval is computed")
    seconds = length.total_seconds()
    schedule: Schedule = {"interval": int(seconds) if seconds.is_integer() else seconds}
    start = argument(call, "start_date", (first, second).index("start_date"))
    if start is not None:
        schedule |= _anchor(draft, start)
    _check_end(call)
    yield {**schedule, **_parameters(draft, call)}


def _anchor(draft: FlowFileDraft, start: ast.expr) -> Schedule:
    """The date that an interval counts from, if it is written out; from now on needs none."""
    zone = _zone(draft, start)
    found: Schedule = {"timezone": zone} if zone else {}
    start = _resolved(draft, start)
    try:
        moment = draft.module.value(start)
    except NotStatic:
        moment = _of_pendulum(draft, start)
    if isinstance(moment, datetime):
        found["anchor_date"] = (moment if moment.tzinfo else moment.replace(tzinfo=_info(zone))).isoformat()
    return found


def _info(zone: str) -> tzinfo:
    """The time zone of a date; without one it is UTC. Raises NotStatic for a name that is none."""
    try:
        return ZoneInfo(zone) if zone else UTC
    except (ValueError, OSError) as error:
        raise NotStatic(f"`{zone}` is not a time zone") from error


def _of_pendulum(draft: FlowFileDraft, node: ast.expr) -> datetime | None:
    if draft.names.called(node) != "pendulum.datetime" or not isinstance(node, ast.Call):
        return None
    parts = [draft.module.value(each) for each in node.args]
    return datetime(*parts) if 3 <= len(parts) <= 7 else None


def _zone(draft: FlowFileDraft, start: ast.expr) -> str:
    """The time zone of a start date: `tz="…"` of pendulum's functions."""
    for node in ast.walk(_resolved(draft, start)):
        if isinstance(node, ast.Call):
            for each in node.keywords:
                if each.arg in ("tz", "tzinfo", "timezone"):
                    value = draft.module.value(each.value)
                    return value if isinstance(value, str) else ""
            if draft.names.of(node.func) == "pendulum.now" and node.args:
                return str(draft.module.value(node.args[0]))
    return ""


def _check_end(call: ast.Call) -> None:
    if any(each.arg in ("end_date", "labels") and not says_nothing(each.value) for each in call.keywords):
        raise NotStatic("it has an end or labels of its own, which schedules do not have today")


def _parameters(draft: FlowFileDraft, call: ast.Call) -> Schedule:
    given = next((each.value for each in call.keywords if each.arg == "parameter_defaults"), None)
    return {"parameters": draft.module.value(given)} if given is not None and not says_nothing(given) else {}


def _is_schedule(draft: FlowFileDraft, call: ast.Call) -> bool:
    return draft.names.called(call).endswith("Schedule")


_KINDS: Mapping[str, Callable[[FlowFileDraft, ast.Call], Iterator[Schedule]]] = {
    "Schedule": _several,
    "CronSchedule": _cron,
    "CronClock": _cron,
    "IntervalSchedule": _interval,
    "IntervalClock": _interval,
}
