"""Options that the commands for work pools and queues share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from syntask_yaml.cli.arguments import Count
from syntask_yaml.cli.context import Context
from syntask_yaml.errors import UsageError
from syntask_yaml.model.pool import WorkPool, WorkQueue
from syntask_yaml.model.value import Json

concurrency_limit = click.option(
    "--concurrency-limit", type=Count(min=0), help="Maximum number of concurrent runs."
)
no_concurrency_limit = click.option(
    "--no-concurrency-limit", is_flag=True, help="Remove the concurrency limit."
)
skip_confirmation = click.option("-y", "--yes", is_flag=True, help="Skip the confirmation.")


def changes_of(settings: Mapping[str, Any], *, without_limit: bool, command: str) -> dict[str, Json]:
    """Return the *settings* that were given; those that were not are None.

    Raises UsageError, with the *command* that lists the options, if there are none, or if a limit is set and
    removed.
    """
    changes: dict[str, Json] = {key: value for key, value in settings.items() if value is not None}
    if without_limit and "concurrency_limit" in changes:
        raise UsageError(
            "`--concurrency-limit` and `--no-concurrency-limit` cannot be combined.",
            hint="Use one or the other.",
        )
    if without_limit:
        changes["concurrency_limit"] = None
    if not changes:
        raise UsageError(
            "No changes were specified.", hint=f"`syntask {command} update --help` lists the options."
        )
    return changes


def confirm_deletion(context: Context, what: str, name: str, *, yes: bool) -> None:
    """Ask for confirmation of the deletion of *what* called *name*. Raises UsageError without a prompt."""
    if not yes and context.may_prompt:
        click.confirm(f"Delete the {what} {name}?", abort=True, err=True)
    elif not yes:
        raise UsageError(f"This deletes the {what} `{name}`.", hint="Confirm with `--yes`.")


def limit_text(place: WorkPool | WorkQueue) -> str:
    """Return the concurrency limit for a table."""
    return "" if place.concurrency_limit is None else str(place.concurrency_limit)
