"""Ask for schedules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from syntask_yaml.model.timing import timezones
from syntask_yaml.project.schedule_rules import is_cron, is_rrule, is_zone
from syntask_yaml.template import is_template
from syntask_yaml.wizard.checks import obeys
from syntask_yaml.wizard.context import InterviewContext
from syntask_yaml.wizard.draft import Draft
from syntask_yaml.wizard.prompts.parameters import ask_missing
from syntask_yaml.wizard.questions import Answer, Choice, Confirm, Interview, Select, Text
from syntask_yaml.wizard.schedule_text import (
    described,
    interval_problem,
    next_days,
    next_times,
    spoken_interval,
)

DONE = ""
_KEEP = "keep"
_DAY = 86400
_KINDS = (
    Choice("interval", "At an interval, such as every 15 minutes"),
    Choice("cron", "At set times, such as every day at 06:00 (cron)"),
    Choice("rrule", "By a recurrence rule (RFC 5545)"),
)
_CRON_NOTES = (
    "Five fields: minute, hour, day of the month, month, weekday.",
    "0 6 * * *      at 06:00, every day",
    "30 2 * * 1-5   at 02:30, Monday to Friday",
    "*/15 * * * *   every 15 minutes",
)


def ask_schedules(draft: Draft, context: InterviewContext) -> Interview[Draft]:
    """Ask for schedules, one after the other; then for parameters that scheduled runs would lack."""
    given = context.given.overrides.schedules
    if not given:
        draft = yield from _ask_all(draft, context)
    if not given and not draft.fields.get("schedules"):
        return draft
    draft = yield from ask_missing(draft, context)
    is_active = yield from Confirm(
        "active", "Activate the schedule on deploy?", default=draft.fields.get("paused") is not True
    ).ask(context.answers)
    return draft.put(paused=None if is_active else True)


def _ask_all(draft: Draft, context: InterviewContext) -> Interview[Draft]:
    zone = context.given.overrides.timezone
    inner = ScheduleContext(context.now, context.timezone, zone, context.answers)
    schedules = yield from ask_for_schedules(inner, _declared(draft))
    return draft if schedules is None else draft.put(schedule=None, schedules=schedules)


@dataclass(frozen=True, slots=True)
class ScheduleContext:
    """The time, the *timezone* of this machine, the *zone* of an option, and given *answers*."""

    now: datetime
    timezone: str
    zone: str | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)

    def in_zone(self, schedule: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the schedule in the time zone of the option."""
        return {**schedule, "timezone": self.zone} if self.zone else schedule


def ask_for_schedules(
    context: ScheduleContext, declared: Sequence[Mapping[str, Any]] = ()
) -> Interview[list[Mapping[str, Any]] | None]:
    """Return the schedules, as entries of `schedules`; None to keep those that are *declared*."""
    schedules: list[Mapping[str, Any]] = []
    kept = [Choice(_KEEP, f"Keep: {'; '.join(map(described, declared))}")] if declared else []
    kind = yield from Select(
        "schedule",
        "Run on a schedule?",
        choices=[*kept, Choice(DONE, "No, only on demand"), *_KINDS],
        default=_KEEP if kept else DONE,
    ).ask(context.answers)
    if kind == _KEEP:
        return None
    while kind != DONE:
        schedule = yield from _ASK[kind](context)
        schedules.append(schedule)
        kind = yield from Select(
            "schedule",
            "Add another schedule?",
            choices=[Choice(DONE, "No"), *_KINDS],
            default=DONE,
            notes=_times(schedule, context),
            table=next_days(context.in_zone(schedule), context.now, context.timezone),
        ).ask(context.answers)
    return schedules


def _declared(draft: Draft) -> list[Mapping[str, Any]]:
    own = draft.fields.get("schedules") or draft.fields.get("schedule") or []
    return [each for each in (own if isinstance(own, list) else [own]) if isinstance(each, dict)]


def _times(schedule: Mapping[str, Any], context: ScheduleContext) -> list[str]:
    schedule = context.in_zone(schedule)
    times = next_times(schedule, context.now, context.timezone)
    return [f"{described(schedule)}. Next:", *(f"  {time}" for time in times)]


def _ask_interval(context: ScheduleContext) -> Interview[dict[str, Any]]:
    text = yield from Text(
        "interval",
        "How often?",
        default="1 hour",
        check=interval_problem,
        notes=["For example 15 minutes, 2 hours, 1 day, or a number of seconds."],
    ).ask(context.answers)
    if is_template(text):
        return {"interval": text}
    seconds = spoken_interval(text)
    interval = int(seconds) if seconds == int(seconds) else seconds
    # Intervals of whole days keep their local hour; shorter intervals are elapsed time.
    return (
        (yield from _in_zone({"interval": interval}, context))
        if seconds % _DAY == 0
        else {"interval": interval}
    )


def _ask_cron(context: ScheduleContext) -> Interview[dict[str, Any]]:
    line = yield from Text("cron", "Cron expression?", check=obeys(is_cron), notes=_CRON_NOTES).ask(
        context.answers
    )
    return (yield from _in_zone({"cron": line}, context))


def _ask_rrule(context: ScheduleContext) -> Interview[dict[str, Any]]:
    rule = yield from Text(
        "rrule",
        "Recurrence rule?",
        check=obeys(is_rrule),
        notes=["For example FREQ=WEEKLY;BYDAY=MO,TH;BYHOUR=6;BYMINUTE=0;BYSECOND=0"],
    ).ask(context.answers)
    return (yield from _in_zone({"rrule": rule}, context))


def _in_zone(schedule: dict[str, Any], context: ScheduleContext) -> Interview[dict[str, Any]]:
    if context.zone:
        return schedule
    zone = yield from Text(
        "timezone",
        "Time zone?",
        default=context.timezone,
        check=obeys(is_zone),
        completions=sorted(timezones()),
    ).ask(context.answers)
    return {**schedule, "timezone": zone}


_ASK = {"interval": _ask_interval, "cron": _ask_cron, "rrule": _ask_rrule}
