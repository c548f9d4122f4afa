"""`syntask work-pool`: manage work pools."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from syntask_yaml.backend.clock import utc_now
from syntask_yaml.cli.commands import work_pool_create
from syntask_yaml.cli.completion import complete_pool
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.pool_options import (
    changes_of,
    concurrency_limit,
    confirm_deletion,
    limit_text,
    no_concurrency_limit,
    skip_confirmation,
)
from syntask_yaml.cli.views import activity
from syntask_yaml.cli.views.escape import escaped
from syntask_yaml.cli.views.output import as_json, print_json, print_table, say
from syntask_yaml.model.pool_type import DEFAULT_TYPE
from syntask_yaml.model.value import Json
from syntask_yaml.operations.documents import activity_document, document, pool_document
from syntask_yaml.operations.pool_states import PoolStates, list_pools
from syntask_yaml.operations.pools import find_pool


@click.group("work-pool")
def command() -> None:
    """Manage work pools."""


@command.command("ls")
@as_json
@pass_context
def ls(context: Context, /, *, output: str) -> None:
    """List the work pools."""
    with context.backend(creates=False) as backend:
        listed = list_pools(backend, utc_now())
    if output == "json":
        documents = [{**pool_document(pool), **activity_document(runs)} for pool, runs in listed]
        print_json(document("work-pool-ls", {"work_pools": documents}))
        return
    rows = [
        (pool.name, pool.type, pool.status or "", limit_text(pool), *activity.cells(runs))
        for pool, runs in listed
    ]
    columns = ("Name", "Type", "Status", "Limit", *activity.COLUMNS)
    print_table(columns, rows, empty="There are no work pools.")


_name = click.argument("name", shell_complete=complete_pool)


@command.command("inspect")
@_name
@as_json
@pass_context
def inspect(context: Context, /, *, name: str, output: str) -> None:
    """Show a work pool and its base job template."""
    with context.backend(creates=False) as backend:
        (pool,) = PoolStates(backend, utc_now()).of([find_pool(backend, name)])
    encoded = {**pool_document(pool), "base_job_template": pool.base_job_template}
    if output == "json":
        print_json(document("work-pool", encoded))
        return
    for key, value in encoded.items():
        shown = value if isinstance(value, str) else json.dumps(value, indent=2)
        click.echo(escaped(f"{key}: {shown}"))


command.add_command(work_pool_create.command)


@command.command("update")
@_name
@work_pool_create.description_option
@concurrency_limit
@no_concurrency_limit
@work_pool_create.template_option
@pass_context
def update(
    context: Context,
    /,
    *,
    name: str,
    no_concurrency_limit: bool,
    base_job_template: Path | None,
    **settings: Any,
) -> None:
    """Update the work pool NAME. Options that are not given keep their values."""
    template = work_pool_create.read_template(base_job_template) if base_job_template else None
    settings["base_job_template"] = template
    changes = changes_of(settings, without_limit=no_concurrency_limit, command="work-pool")
    with context.backend() as backend:
        find_pool(backend, name)
        if template:
            changes = {**changes, "base_job_template": work_pool_create.with_ids(template, backend)}
        backend.update_pool(name, changes)
    say(f"Updated work pool `{name}`.")


@command.command("pause")
@_name
@pass_context
def pause(context: Context, /, *, name: str) -> None:
    """Pause the work pool NAME. Its runs wait until it is resumed."""
    _change(context, name, {"is_paused": True})
    say(f"Paused work pool `{name}`.")


@command.command("resume")
@_name
@pass_context
def resume(context: Context, /, *, name: str) -> None:
    """Resume the work pool NAME."""
    _change(context, name, {"is_paused": False})
    say(f"Resumed work pool `{name}`.")


def _change(context: Context, name: str, changes: Mapping[str, Json]) -> None:
    with context.backend() as backend:
        find_pool(backend, name)
        backend.update_pool(name, changes)


@command.command("delete")
@_name
@skip_confirmation
@pass_context
def delete(context: Context, /, *, name: str, yes: bool) -> None:
    """Delete the work pool NAME. No deployment may use it."""
    with context.backend() as backend:
        find_pool(backend, name)
        confirm_deletion(context, "work pool", name, yes=yes)
        backend.delete_pool(name)
    say(f"Deleted work pool `{name}`.")


@command.command("get-default-template")
@click.option("-t", "--type", default=DEFAULT_TYPE, show_default=True, help="Type of the work pool.")
@pass_context
def get_default_template(context: Context, /, *, type: str) -> None:
    """Print the default base job template of a work pool type as JSON."""
    quiet = context._replace(verbosity=-1)  # a missing store does not matter here
    with quiet.backend(creates=False) as backend:
        print_json(backend.pool_template(type))
