"""The options that `plan`, `deploy` and `render` share, and what they come to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from syntask_yaml.cli.arguments import key_values, parse_json
from syntask_yaml.cli.completion import complete_declared, complete_pool, complete_timezone
from syntask_yaml.errors import FileFailed, UsageError
from syntask_yaml.model.value import read_json
from syntask_yaml.operations.choose import Selection
from syntask_yaml.operations.overrides import Overrides
from syntask_yaml.operations.plan import Request

F = TypeVar("F", bound=Callable[..., Any])

_SELECTION = (
    click.option(
        "-n",
        "--name",
        "names",
        multiple=True,
        metavar="NAME",
        shell_complete=complete_declared,
        help="Select a deployment by NAME, FLOW/NAME or glob. Repeatable.",
    ),
    click.option("-a", "--all", "is_all", is_flag=True, help="Select every deployment of the project."),
    click.option("--strict", is_flag=True, help="Treat warnings as errors."),
    click.option(
        "--allow-unset", is_flag=True, help="Expand undefined names to empty strings, with a warning."
    ),
    click.option(
        "--no-load", is_flag=True, help="Never import flow code, even if its source is not sufficient."
    ),
)
_OVERRIDES = (
    click.option("-d", "--description", help="Override the description in the project file."),
    click.option("--version", help="Override the version in the project file."),
    click.option("--version-type", help="Source of the version details, such as vcs:git."),
    click.option(
        "-t", "--tag", "tags", multiple=True, help="Override the tags in the project file. Repeatable."
    ),
    click.option(
        "-cl", "--concurrency-limit", type=click.IntRange(min=1), help="Maximum number of concurrent runs."
    ),
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
    click.option("-q", "--work-queue", help="Override the work queue in the project file."),
    click.option(
        "-jv",
        "--job-variable",
        "job_variables",
        multiple=True,
        metavar="KEY=VALUE",
        help="Override a job variable. VALUE is parsed as JSON if possible. Also accepts one JSON object.",
    ),
    click.option("--cron", "crons", multiple=True, help="Add a schedule: a cron expression. Repeatable."),
    click.option(
        "--interval",
        "intervals",
        multiple=True,
        help="Add a schedule: an interval in seconds, or a duration such as 15m or PT15M. Repeatable.",
    ),
    click.option("--rrule", "rrules", multiple=True, help="Add a schedule: a recurrence rule. Repeatable."),
    click.option("--anchor-date", help="Set the anchor date of all interval schedules."),
    click.option("--timezone", shell_complete=complete_timezone, help="Set the time zone of all schedules."),
    click.option(
        "--trigger",
        "triggers",
        multiple=True,
        metavar="JSON|FILE",
        help="Override the triggers in the project file. Repeatable.",
    ),
    click.option(
        "--sla",
        "slas",
        multiple=True,
        metavar="JSON|FILE",
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
_CHANGES = (
    click.option(
        "--prune",
        is_flag=True,
        help="Delete deployments that the project no longer declares. Requires --all.",
    ),
    click.option(
        "--take-over",
        is_flag=True,
        help="Take over deployments owned by another project, or by one of the same name from elsewhere.",
    ),
    click.option(
        "--keep-going",
        is_flag=True,
        help="Skip deployments that have problems and continue with the others.",
    ),
)


def selection_options(function: F) -> F:
    """Which deployments."""
    return _with(function, _SELECTION)


def override_options(function: F) -> F:
    """What goes over, or into, one deployment."""
    return _with(function, _OVERRIDES)


def request_options(function: F) -> F:
    """Which deployments, what over them, and what may be changed."""
    function = click.argument("entrypoint", required=False)(function)
    return _with(function, (*_SELECTION, *_OVERRIDES, *_CHANGES))


def _with(function: F, options: tuple[Callable[[F], F], ...]) -> F:
    for option in reversed(options):
        function = option(function)
    return function


def request_of(options: dict[str, Any]) -> Request:
    """The request that the options, taken from `request_options`, make."""
    selection = Selection(names=options["names"], all=options["is_all"], entrypoint=options["entrypoint"])
    return Request(
        selection=selection,
        overrides=overrides_of(options),
        prune=options["prune"],
        keep_going=options["keep_going"],
        take_over=options["take_over"],
    )


def overrides_of(options: dict[str, Any]) -> Overrides:
    """What the options, taken from `override_options`, say over a deployment."""
    if options["params"] and options["params_json"]:
        raise UsageError("`--param` and `--params` say the same in two ways.", hint="Give one of them.")
    plain = ("description", "version", "version_type", "tags", "concurrency_limit", "collision_strategy")
    more = ("work_pool", "work_queue", "anchor_date", "timezone", "enforce_parameter_schema")
    return Overrides(
        **{name: options[name] for name in (*plain, *more)},
        job_variables=_job_variables(options["job_variables"]),
        parameters=parse_json(options["params_json"], "--params")
        if options["params_json"]
        else key_values(options["params"], "--param"),
        schedules=(
            *({"cron": cron} for cron in options["crons"]),
            *({"interval": _interval(text)} for text in options["intervals"]),
            *({"rrule": rrule} for rrule in options["rrules"]),
        ),
        triggers=_items(options["triggers"], "--trigger", "triggers"),
        sla=_items(options["slas"], "--sla", "sla"),
    )


def _interval(text: str) -> float | str:
    """Return the seconds of a text such as `15m`; any other text is left to the checks of the file."""
    from syntask_yaml.wizard.schedule_text import spoken_interval

    try:
        seconds = spoken_interval(text)
    except ValueError:
        return text
    return int(seconds) if seconds == int(seconds) else seconds


def _job_variables(texts: tuple[str, ...]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for text in texts:
        is_json = text.lstrip().startswith("{")
        values |= parse_json(text, "--job-variable") if is_json else key_values([text], "--job-variable")
    return values


def _items(texts: tuple[str, ...], option: str, key: str) -> tuple[dict[str, Any], ...] | None:
    """Mappings given as JSON, or in files under *key*; None if nothing was given."""
    if not texts:
        return None
    return tuple(item for text in texts for item in _item(text, option, key))


def _item(text: str, option: str, key: str) -> list[dict[str, Any]]:
    if text.endswith((".yaml", ".yml", ".json")):
        return _from_file(Path(text), key)
    try:
        value = read_json(text)
    except ValueError as error:
        raise UsageError(f"The value of `{option}` is neither JSON nor a file: {error}.") from error
    return value if isinstance(value, list) else [value]


def _from_file(path: Path, key: str) -> list[dict[str, Any]]:
    from syntask_yaml.document.reader import read_file

    document = read_file(path)
    for problem in document.diagnostics:
        if problem.is_error:
            raise FileFailed(problem.detail)
    items = document.root.value.get(key) if isinstance(document.root.value, dict) else None
    if not isinstance(items, list):
        raise FileFailed(f"`{path}` has no list `{key}` at its top.")
    return items
