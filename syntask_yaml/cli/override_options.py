"""The options that override fields of a deployment, and their values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import click

from syntask_yaml.cli.arguments import (
    Count,
    add_once,
    items_of,
    key_values,
    names_of,
    parameters_of,
    parse_json,
)
from syntask_yaml.cli.completion import complete_pool, complete_queue, complete_timezone
from syntask_yaml.cli.context import Context
from syntask_yaml.errors import UsageError
from syntask_yaml.operations.overrides import Overrides
from syntask_yaml.operations.project import is_prefect_project

_Callback: TypeAlias = Callable[[click.Context, click.Parameter, Any], Any]


def _converting(make: Callable[[Any], Any]) -> _Callback:
    """Return a callback that converts the typed text with *make*."""
    return lambda _context, _option, typed: make(typed)


def _job_variables(texts: tuple[str, ...]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for text in texts:
        is_json = text.lstrip().startswith("{")
        more = parse_json(text, "--job-variable") if is_json else key_values([text], "--job-variable")
        add_once(values, more, "--job-variable")
    return values


def _interval(text: str) -> float | str:
    """Return the seconds of a text such as `15m`; other texts are checked with the rules of the file."""
    from syntask_yaml.wizard.schedule_text import spoken_interval

    try:
        seconds = spoken_interval(text)
    except ValueError:
        return text
    return int(seconds) if seconds == int(seconds) else seconds


def _timing_option(key: str, what: str, read: Callable[[str], object] = str) -> Callable[[Any], Any]:
    """Return the option for schedules with the timing *key*."""
    return click.option(
        f"--{key}",
        f"{key}s",
        multiple=True,
        callback=_converting(lambda texts: tuple({key: read(text)} for text in texts)),
        help=f"Add a schedule: {what}. Repeatable.",
    )


def _queue_name(_ctx: click.Context, _option: click.Parameter, name: str | None) -> str | None:
    """Return *name*, unless it is the option after a `-q` that was intended as `--quiet`."""
    if name is not None and name.startswith("--"):
        raise UsageError(
            f"`-q` takes the name of a work queue here, and `{name}` is an option.",
            hint="To print less, write `-q` before the command: `syntask -q deploy`.",
        )
    return name


def _target_or_tags(ctx: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """Return *values* if they are tags; a target is set in the context."""
    context = ctx.find_object(Context)
    if not values or context is None:
        return values
    if is_prefect_project(context.location()):
        return values
    if len(values) > 1:
        raise UsageError(f"`-t` is passed {len(values)} times, and a deploy has one target.", hint=_TAG_HINT)
    ctx.obj = context._replace(target=values[0])
    return ()


_TAG_HINT = "For tags, write `--tag`."

OVERRIDE_OPTIONS = (
    click.option("-d", "--description", help="Override the description in the project file."),
    click.option("--version", help="Override the version in the project file."),
    click.option("--version-type", help="Source of the version details, such as vcs:git."),
    click.option("--tag", "tags", multiple=True, help="Override the tags in the project file. Repeatable."),
    click.option(
        "-t",
        "short_tags",
        multiple=True,
        metavar="NAME",
        callback=_target_or_tags,
        help="Short for --target. In a prefect.yaml, which has no targets: short for --tag, as in Prefect.",
    ),
    click.option("-cl", "--concurrency-limit", type=Count(min=1), help="Maximum number of concurrent runs."),
    click.option(
        "--collision-strategy",
        type=click.Choice(["ENQUEUE", "CANCEL_NEW"]),
        help="What to do with runs that exceed the concurrency limit.",
    ),
    click.option(
        "-p",
        "--pool",
        "work_pool",
        shell_complete=complete_pool,
        help="Override the work pool in the project file.",
    ),
    click.option(
        "-q",
        "--work-queue",
        callback=_queue_name,
        shell_complete=complete_queue,
        help="Override the work queue in the project file.",
    ),
    click.option(
        "-jv",
        "--job-variable",
        "job_variables",
        multiple=True,
        metavar="KEY=VALUE",
        callback=_converting(_job_variables),
        help="Override a job variable. VALUE is parsed as JSON if possible. Also accepts one JSON object.",
    ),
    _timing_option("cron", "a cron expression"),
    _timing_option("interval", "an interval in seconds, or a duration such as 15m or PT15M", _interval),
    _timing_option("rrule", "a recurrence rule"),
    click.option("--anchor-date", help="Set the anchor date of all interval schedules."),
    click.option("--timezone", shell_complete=complete_timezone, help="Set the time zone of all schedules."),
    click.option(
        "--trigger",
        "triggers",
        multiple=True,
        metavar="JSON|FILE",
        callback=_converting(lambda texts: items_of(texts, "--trigger", "triggers")),
        help="Override the triggers in the project file. Repeatable.",
    ),
    click.option(
        "--sla",
        "sla",
        multiple=True,
        metavar="JSON|FILE",
        callback=_converting(lambda texts: items_of(texts, "--sla", "sla")),
        help="Override the SLAs in the project file. Repeatable.",
    ),
    click.option(
        "--param",
        "params",
        multiple=True,
        metavar="KEY=VALUE",
        help="Override a parameter. VALUE is parsed as JSON if possible. Repeatable.",
    ),
    click.option("--params", "params_json", metavar="JSON", help="Override parameters, as one JSON object."),
    click.option(
        "--enforce-parameter-schema/--no-enforce-parameter-schema",
        default=None,
        help="Whether to reject runs whose parameters do not match the schema.",
    ),
)
OVERRIDE_NAMES = names_of(OVERRIDE_OPTIONS)


def overrides_of(**own: Any) -> Overrides:
    """Return the overrides from the values of `OVERRIDE_OPTIONS`. Raises UsageError."""
    pairs = own.pop("params")
    parameters = parameters_of(pairs, own.pop("params_json"))
    texts = key_values(pairs, "--param", is_text=True)
    own["tags"] = (*own["tags"], *own.pop("short_tags"))
    schedules = (*own.pop("crons"), *own.pop("intervals"), *own.pop("rrules"))
    return Overrides(**own, parameters=parameters, texts=texts, schedules=schedules)
