"""Cron expressions that are valid here, and not on servers, which read them with an older croniter."""

from __future__ import annotations

from syntask_yaml.model.cron import has_nearest_weekday, has_year


def cron_refusal(text: str) -> str | None:
    """Return why servers refuse a cron expression, in a sentence; None if they take it."""
    return "A Prefect server does not know `W`, the nearest weekday." if has_nearest_weekday(text) else None


def cron_risk(text: str) -> str | None:
    """Return why servers may plan no run of a cron expression that they take; None if they do."""
    return "A Prefect server plans no runs of a cron expression with years." if has_year(text) else None
