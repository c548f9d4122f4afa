"""The rules for schedules: their texts must be valid, and they must fire within a year."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from syntask_yaml.diagnostics import Diagnostic, did_you_mean
from syntask_yaml.document.node import Node
from syntask_yaml.model.cron import UnevenStep, cron_problem, full_ranges, has_year, starred_day, uneven_steps
from syntask_yaml.model.occurrences import first_time, slow_anywhere
from syntask_yaml.model.recurrence import parse_rrule, rrule_problem, zones_in
from syntask_yaml.model.schedule import TIMING_KEYS, Cron, Interval, RRule, Timing, timing_from_dict
from syntask_yaml.model.timing import (
    LEAST_INTERVAL,
    has_offset,
    is_timezone,
    parse_interval,
    parse_moment,
    timezones,
)
from syntask_yaml.project.slips import slip_node
from syntask_yaml.template import is_template

_TIMINGS = ("cron", "interval", "rrule")
_YEAR = timedelta(days=366)


def is_cron(node: Node) -> Iterator[Diagnostic]:
    """Yield the problems of the cron expression at *node*."""
    problem = cron_problem(node.value)
    if problem:
        hint = "Write minute, hour, day of month, month and day of week, such as `0 6 * * 1-5`."
        yield node.problem("invalid-cron", problem, hint)
        return
    for written, field, value in full_ranges(node.value):
        detail = (
            f"`{written}` matches every {field}: "
            "a range that ends where it starts is read as the whole field."
        )
        yield node.problem("wide-cron", detail, f"Write `{value}`.").as_warning()
    for step in uneven_steps(node.value):
        detail = f"`{step.written}` restarts {step.anew}, so it does not fire every {step.every}."
        yield node.problem("uneven-cron", detail, _even(step)).as_warning()


def _even(step: UnevenStep) -> str:
    """Return what to write instead of an uneven step."""
    if not step.seconds:
        as_it_is = f"write `{step.values}` instead of `{step.written}`"
        return f"No `interval` does so. To keep these times, {as_it_is}."
    anchor = " and an `anchor_date` at one of its times" if step.is_at_a_time else ""
    return f"Write `interval: {step.seconds}`{anchor} to fire every {step.every}."


def says_which_days(node: Node) -> Iterator[Diagnostic]:
    """Check that a file says how the two day fields of a cron expression are combined."""
    cron = node.get("cron")
    if cron is None or not isinstance(cron.value, str) or node.value.get("day_or") is not None:
        return
    if is_template(cron.value) or cron_problem(cron.value):
        return
    if starred := starred_day(cron.value):
        detail = (
            "It fires on days that match either the day of month or the day of week. "
            f"cron requires both when one of them begins with `*`, such as `{starred}`."
        )
        hint = "Write `day_or: false` to require both, or `day_or: true` if either is meant."
        yield cron.problem("either-day", detail, hint).as_warning()


def is_interval(node: Node) -> Iterator[Diagnostic]:
    """Yield the problems of the interval at *node*."""
    if not isinstance(node.value, str) and node.value <= 0:  # the schema reports this
        return
    try:
        seconds = parse_interval(node.value)
    except ValueError as error:
        hint = "Write seconds (`900`), an ISO 8601 duration (`PT15M`), or `0:15:00`."
        yield node.problem("invalid-interval", str(error), hint)
        return
    if seconds < LEAST_INTERVAL:
        detail = f"Every {seconds:g} seconds is too often: a schedule starts at most ten runs a second."
        yield node.problem(
            "invalid-interval", detail, f"Write `interval: {LEAST_INTERVAL}` or more."
        ).as_warning()


def is_rrule(node: Node) -> Iterator[Diagnostic]:
    """Yield the problems of the recurrence rule at *node*."""
    problem = rrule_problem(node.value)
    if problem:
        detail = f"`{node.value[:80]}` is not a valid recurrence rule. {problem}"
        yield node.problem("invalid-rrule", detail, "Write RFC 5545 text, such as `FREQ=WEEKLY;BYDAY=MO`.")
        return
    text, zone = parse_rrule(node.value, None)
    for name in {zone or "", *zones_in(text)}:
        yield from _is_zone(name, node)


def is_zone(node: Node) -> Iterator[Diagnostic]:
    """Yield a problem if the value of *node* is not a time zone."""
    yield from _is_zone(node.value, node)


def _is_zone(name: str, node: Node) -> Iterator[Diagnostic]:
    if name and not is_timezone(name):
        hint = did_you_mean(name, timezones(), otherwise="Write an IANA name, such as `Europe/Berlin`.")
        yield node.problem("invalid-timezone", f"`{name}` is not a time zone.", hint)


def fires_soon(node: Node) -> Iterator[Diagnostic]:
    """Check that a schedule fires within a year. Other rules report invalid texts."""
    key = next((key for key in _TIMINGS if node.value.get(key) is not None), None)
    if key is None or any(is_template(node.value.get(each)) for each in TIMING_KEYS):
        return
    at, today = node.get(key) or node, datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        timing = timing_from_dict(node.value)
        if _has_problem(timing):
            return
    except (ValueError, KeyError, TypeError, AttributeError):
        return
    try:
        first = first_time(timing, today)
        slow = slow_anywhere(timing)
    except ValueError as error:
        slow = str(error)
    if slow is not None:
        yield at.problem("invalid-rrule", slow, _why_slow(timing))
        return
    if first is None:
        yield at.problem("never-fires", f"This `{key}` never fires.", _why_never(timing)).as_warning()
    elif first - today > _YEAR:
        detail = f"This `{key}` does not fire before {first.date()}."
        yield at.problem("never-fires", detail, _why_never(timing)).as_warning()


def _has_problem(timing: Timing) -> bool:
    if timing.timezone is not None and not is_timezone(timing.timezone):
        return True
    match timing:
        case Cron(cron):
            return cron_problem(cron) is not None
        case RRule(rrule):
            return rrule_problem(rrule) is not None
    return False


def _why_never(timing: Timing) -> str:
    if isinstance(timing, Cron) and has_year(timing.cron):
        return "Check its days, months and year."
    if isinstance(timing, Interval):
        return "Check its `interval` and `anchor_date`."
    text = timing.rrule.upper() if isinstance(timing, RRule) else ""
    if "COUNT=" in text and "DTSTART" not in text:
        return "Add `DTSTART`. Without it, `COUNT` counts from the start of 2020."
    for key in ("COUNT", "UNTIL"):
        if f"{key}=" in text:
            return f"Check its `{key}`."
    return "Check its `DTSTART`, days and months." if "DTSTART" in text else "Check its days and months."


def _why_slow(timing: Timing) -> str:
    if isinstance(timing, RRule) and "COUNT=" in timing.rrule.upper():
        return "Remove `COUNT`, or move `DTSTART` to a later day."
    return "Use a less frequent `FREQ`, or fewer exceptions."


def is_moment(node: Node) -> Iterator[Diagnostic]:
    """Yield a problem if the value of *node* is not a time."""
    try:
        parse_moment(node.value)
    except (ValueError, OverflowError):
        detail = f"`{node.value}` is not a date."
        yield node.problem("invalid-date", detail, "Write ISO 8601, such as `2026-01-01T06:00:00+00:00`.")


def counts_from_what_is_meant(node: Node) -> Iterator[Diagnostic]:
    """Warn of an anchor without an offset: it is in UTC, as in Prefect, even if there is a time zone."""
    anchor = node.get("anchor_date")
    if anchor is None or any(is_template(node.value.get(each)) for each in TIMING_KEYS):
        return
    try:
        timing = timing_from_dict(node.value)
        if not isinstance(timing, Interval) or _has_problem(timing) or has_offset(anchor.value):
            return
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return
    if timing.timezone is None or timing.anchor is None:
        return
    zone = ZoneInfo(timing.timezone)
    there, meant = timing.anchor.astimezone(zone), timing.anchor.replace(tzinfo=zone)
    # The interpretation makes no difference if the two times are a multiple of the interval apart.
    if (timing.anchor - meant.astimezone(UTC)).total_seconds() % timing.seconds:
        detail = (
            f"`{anchor.value}` has no offset, so it is read in UTC: "
            f"that is {there:%Y-%m-%d %H:%M} in `{timing.timezone}`."
        )
        hint = f"Write `{meant.isoformat()}`, or `{timing.anchor.isoformat()}` if UTC is meant."
        yield anchor.problem("anchor-in-utc", detail, hint).as_warning()


def has_one_timing(node: Node) -> Iterator[Diagnostic]:
    """Check that a schedule has exactly one timing."""
    given = [key for key in _TIMINGS if node.value.get(key) is not None]
    if not given and node.value:
        slip = slip_node(node, _TIMINGS, "schedule")
        detail = "A schedule requires one of `cron`, `interval` and `rrule`."
        hint = "Add one of them, such as `cron: 0 6 * * *`."
        if slip is not None:
            hint = did_you_mean(str(slip.path[-1]), _TIMINGS)
        yield (slip or node).problem("missing-key", detail, hint, at_key=slip is not None)
    for extra in given[1:]:
        detail = (
            "A schedule accepts only one of `cron`, `interval` and `rrule`, "
            f"and this one has `{given[0]}` and `{extra}`."
        )
        hint = "Move one of them to a separate entry."
        yield (node.get(extra) or node).problem("conflicting-keys", detail, hint, at_key=True)
    for key in ("max_active_runs", "catchup"):
        if (old := node.get(key)) is not None:
            hint = "Use the deployment's `concurrency_limit`." if key == "max_active_runs" else "Remove it."
            detail = f"`{key}` no longer has an effect."
            yield old.problem("obsolete-key", detail, hint, at_key=True).as_warning()
