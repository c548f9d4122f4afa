"""Cron expressions that are valid here but not on servers, which use an older version of croniter."""

from __future__ import annotations

from syntask_yaml.model.cron import has_nearest_weekday, has_year

# For each schedule, the server requests 100 dates of croniter, which raises if there are fewer. It then
# schedules no run of the deployment.
_YEARS_END = (
    "A Prefect server stops scheduling runs of the deployment up to 100 days before the last year ends."
)


def cron_refusal(text: str) -> str | None:
    """Return why servers reject a cron expression, as a sentence; None if they accept it."""
    return (
        "A Prefect server does not support `W`, the nearest weekday." if has_nearest_weekday(text) else None
    )


def cron_risk(text: str) -> str | None:
    """Return why servers may not schedule a cron expression that they accept; None if they do."""
    return _YEARS_END if has_year(text) else None
