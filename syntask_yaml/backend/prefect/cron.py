"""Cron expressions that are valid here but not on servers, which use an older croniter."""

from __future__ import annotations

from syntask_yaml.model.cron import has_nearest_weekday, has_year

# It asks croniter for 100 dates, which raises where the years hold fewer, and plans all schedules together.
_YEARS_END = (
    "A Prefect server stops scheduling runs of the deployment up to 100 days before the last year ends."
)


def cron_refusal(text: str) -> str | None:
    """Return why servers refuse a cron expression, in a sentence; None if they take it."""
    return (
        "A Prefect server does not support `W`, the nearest weekday." if has_nearest_weekday(text) else None
    )


def cron_risk(text: str) -> str | None:
    """Return why servers may plan no runs with a cron expression that they take; None if they do."""
    return _YEARS_END if has_year(text) else None
