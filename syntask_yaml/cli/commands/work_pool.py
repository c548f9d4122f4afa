"""`syntask work-pool`: manage work pools."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from syntask_yaml.backend.portable import check_portable
from syntask_yaml.cli.completion import complete_pool
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.views.diagnostics import show
from syntask_yaml.cli.views.output import as_json, document, print_json, print_table, say
from syntask_yaml.errors import UsageError
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.model.pool_type import DEFAULT_TYPE
from syntask_yaml.model.value import Json, read_json
from syntask_yaml.operations.pools import find_pool


@click.group("work-pool")
def command() -> None:
    """Manage work pools."""


@command.command("ls")
@as_json
@pass_context
def ls(context: Context, /, *, output: str) -> None:
    """List the work pools."""
    with context.backend(is_read_only=True) as backend:
        pools = backend.pools()
    if output == "json":
        print_json(document("work-pool-ls", {"work_pools": [_encode(pool) for pool in pools]}))
        return
    rows = [(pool.name, pool.type, _state(pool), _limit(pool)) for pool in pools]
    print_table(("Name", "Type", "Status", "Limit"), rows, empty="There are no work pools.")


_name = click.argument("name", shell_complete=complete_pool)
_description = click.option("--description", help="Description of the work pool.")
_concurrency_limit = click.option(
    "--concurrency-limit", type=click.IntRange(min=0), help="Maximum number of concurrent runs."
)
_template = click.option(
    "--base-job-template",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="JSON file with the base job template.",
)


@command.command("inspect")
@_name
@as_json
@pass_context
def inspect(context: Context, /, *, name: str, output: str) -> None:
    """Show a work pool and its base job template."""
    with context.backend(is_read_only=True) as backend:
        pool = find_pool(backend, name)
    encoded = {**_encode(pool), "base_job_template": pool.base_job_template}
    if output == "json":
        print_json(document("work-pool", encoded))
        return
    for key, value in encoded.items():
        shown = value if isinstance(value, str) else json.dumps(value, indent=2)
        click.echo(f"{key}: {shown}")


@command.command("create")
@click.argument("name")
@click.option("-t", "--type", default=DEFAULT_TYPE, show_default=True, help="Type of the work pool.")
@_description
@_concurrency_limit
@click.option("--paused", is_flag=True, help="Create the work pool paused.")
@_template
@pass_context
def create(
    context: Context,
    /,
    *,
    name: str,
    type: str,
    description: str | None,
    concurrency_limit: int | None,
    paused: bool,
    base_job_template: Path | None,
) -> None:
    """Create the work pool NAME. By default it gets the base job template of its type."""
    pool = WorkPool(
        name=name,
        type=type,
        description=description,
        base_job_template=_read(base_job_template) if base_job_template else {},
        is_paused=paused,
        concurrency_limit=concurrency_limit,
    )
    with context.backend() as backend:
        created = backend.create_pool(pool)
    show(check_portable(created))
    say(f"Created work pool `{created.name}` of type `{created.type}`.")


@command.command("update")
@_name
@_description
@_concurrency_limit
@click.option("--no-concurrency-limit", is_flag=True, help="Remove the concurrency limit.")
@_template
@pass_context
def update(
    context: Context,
    /,
    *,
    name: str,
    description: str | None,
    concurrency_limit: int | None,
    no_concurrency_limit: bool,
    base_job_template: Path | None,
) -> None:
    """Update the work pool NAME. Options that are not given keep their values."""
    if no_concurrency_limit and concurrency_limit is not None:
        raise UsageError("`--concurrency-limit` and `--no-concurrency-limit` cannot be combined.")
    template = _read(base_job_template) if base_job_template else None
    given = {
        "description": description,
        "concurrency_limit": concurrency_limit,
        "base_job_template": template,
    }
    changes: dict[str, Json] = {key: value for key, value in given.items() if value is not None}
    if no_concurrency_limit:
        changes["concurrency_limit"] = None
    if not changes:
        raise UsageError(
            "No changes were specified.", hint="`syntask work-pool update --help` lists the options."
        )
    _change(context, name, changes)
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
@click.option("-y", "--yes", is_flag=True, help="Skip the confirmation.")
@pass_context
def delete(context: Context, /, *, name: str, yes: bool) -> None:
    """Delete the work pool NAME. No deployment may use it."""
    with context.backend() as backend:
        find_pool(backend, name)
        if not yes and context.may_prompt:
            click.confirm(f"Delete the work pool {name}?", abort=True, err=True)
        elif not yes:
            raise UsageError(f"This deletes the work pool `{name}`.", hint="Confirm with `--yes`.")
        backend.delete_pool(name)
    say(f"Deleted work pool `{name}`.")


@command.command("get-default-template")
@click.option("-t", "--type", default=DEFAULT_TYPE, show_default=True, help="Type of the work pool.")
@pass_context
def get_default_template(context: Context, /, *, type: str) -> None:
    """Print the default base job template of a work pool type as JSON."""
    with context.backend(is_read_only=True) as backend:
        print_json(backend.pool_template(type))


def _read(path: Path) -> dict[str, Any]:
    try:
        template = read_json(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UsageError(f"`{path}` is not JSON: {error}.") from error
    if not isinstance(template, dict):
        raise UsageError(f"`{path}` is not a job template: it does not contain a mapping.")
    variables = template.get("variables") or {}
    properties = (variables.get("properties") or {}) if isinstance(variables, dict) else None
    if not isinstance(properties, dict) or not all(isinstance(each, dict) for each in properties.values()):
        raise UsageError(f"`variables` in `{path}` is not a JSON Schema of job variables.")
    return template


def _limit(pool: WorkPool) -> str:
    return "" if pool.concurrency_limit is None else str(pool.concurrency_limit)


def _state(pool: WorkPool) -> str:
    return "PAUSED" if pool.is_paused else pool.status or ""


def _encode(pool: WorkPool) -> dict[str, Any]:
    return {
        "name": pool.name,
        "type": pool.type,
        "description": pool.description,
        "is_paused": pool.is_paused,
        "status": _state(pool),
        "concurrency_limit": pool.concurrency_limit,
    }
