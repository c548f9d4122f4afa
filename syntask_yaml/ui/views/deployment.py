"""The page of a deployment: schedules, last runs as bars, a form for a run, and a pause button."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from syntask_yaml.backend.base import RunFilter
from syntask_yaml.diagnostics import Path
from syntask_yaml.errors import ProjectInvalid
from syntask_yaml.model.deployment import Stored
from syntask_yaml.model.identity import schedule_keys
from syntask_yaml.model.run import Run
from syntask_yaml.model.schedule_words import in_words, next_times
from syntask_yaml.model.value import known
from syntask_yaml.operations.deployments import find_deployment, run_deployment, set_paused
from syntask_yaml.ui.form.field import FormField, fields_of
from syntask_yaml.ui.form.reading import read_entries
from syntask_yaml.ui.site import Page, PageRequest, Redirect, Site
from syntask_yaml.ui.views.masking import without_secrets

_RUNS, _TIMES = 30, 5


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """A schedule in *words*, with its next *times*, empty while it is paused, and its *problem*."""

    key: str
    words: str
    is_active: bool
    problem: str | None
    times: Sequence[str]


def show_deployment(site: Site, asked: PageRequest) -> Page:
    """Show the deployment `name`."""
    return _page(site, find_deployment(site.backend, asked.query.get("name", "")))


def start_run(site: Site, asked: PageRequest) -> Redirect | Page:
    """Create a run with the submitted parameters; errors are shown at their fields."""
    stored = find_deployment(site.backend, asked.form.get("name", ""))
    deployment = stored.deployment
    fields = fields_of(deployment.parameter_schema, deployment.parameters)
    entries = read_entries(fields, asked.form)
    if entries.errors:
        return _page(site, stored, typed=asked.form, errors=entries.errors)
    try:
        run = run_deployment(site.backend, deployment.full_name, parameters=entries.values)
    except ProjectInvalid as error:
        return _page(site, stored, typed=asked.form, errors=_placed(fields, error))
    return Redirect(f"/runs/{run.id}")


def pause_deployment(site: Site, asked: PageRequest) -> Redirect:
    """Pause or resume the schedules of the deployment `name`."""
    stored = find_deployment(site.backend, asked.form.get("name", ""))
    set_paused(site.backend, [stored], paused=asked.form.get("paused") == "true")
    return Redirect(f"/deployment?{urlencode({'name': stored.deployment.full_name})}")


def _page(
    site: Site,
    stored: Stored,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> Page:
    deployment = stored.deployment
    last = site.backend.runs(RunFilter(deployment=deployment.full_name, until=site.clock(), limit=_RUNS))
    return Page(
        "deployment.html",
        {
            "id": stored.id,
            "deployment": deployment,
            "parameters": without_secrets(deployment.parameters),
            "job_variables": without_secrets(deployment.job_variables),
            "schedules": tuple(_schedule_rows(site, stored)),
            "runs": last,
            "bars": bars_of(last[::-1], site.clock()),
            "fields": fields_of(deployment.parameter_schema, deployment.parameters),
            "typed": typed or {},
            "errors": errors or {},
        },
        status=400 if errors else 200,
    )


def _schedule_rows(site: Site, stored: Stored) -> Iterator[ScheduleRow]:
    schedules = known(stored.deployment.schedules) or ()
    for key, schedule in zip(schedule_keys(schedules), schedules, strict=True):
        is_active = schedule.active is not False and not stored.deployment.paused
        times = next_times(schedule.timing, site.clock(), count=_TIMES) if is_active else []
        yield ScheduleRow(
            key, in_words(schedule.timing), schedule.active is not False, schedule.problem, times
        )


def _placed(fields: Sequence[FormField], error: ProjectInvalid) -> Mapping[str, str]:
    """Return the error sentences by field name; empty if an error belongs to no field."""
    placed: dict[str, str] = {}
    for each in error.diagnostics:
        field = _field_at(fields, each.path)
        name = field.name if field else ""
        placed[name] = " ".join(filter(None, (placed.get(name), each.detail)))
    return placed


def _field_at(fields: Sequence[FormField], path: Path) -> FormField | None:
    """Return the innermost field on *path*; None if there is none."""
    around = next((each for each in fields if each.path == path[: len(each.path)]), None)
    return around and (_field_at(around.fields, path) or around)


# Pixels: the height of the highest and lowest bar, and the width of a bar with its gap.
HEIGHT, _LOWEST, STEP = 60, 4, 14


@dataclass(frozen=True, slots=True)
class RunBar:
    """The bar of a *run*: its left and top position in pixels, and its *height*."""

    run: Run
    left: int
    top: int
    height: int


def bars_of(runs: Sequence[Run], now: datetime) -> tuple[RunBar, ...]:
    """Return a bar for each of *runs*, in order; the longest run has the highest bar."""
    seconds = [_seconds(run, now) for run in runs]
    longest = max(seconds, default=0.0) or 1.0
    heights = [max(_LOWEST, round(HEIGHT * each / longest)) for each in seconds]
    return tuple(
        RunBar(run, number * STEP, HEIGHT - height, height)
        for number, (run, height) in enumerate(zip(runs, heights, strict=True))
    )


def _seconds(run: Run, now: datetime) -> float:
    return max(0.0, ((run.ended or now) - run.started).total_seconds()) if run.started else 0.0
