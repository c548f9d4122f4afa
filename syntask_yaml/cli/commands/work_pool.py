"""`syntask work-pool`: where runs of a kind go."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from syntask_yaml.cli.completion import complete_pool
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.views.output import as_json, document, print_json, print_table, say
from syntask_yaml.diagnostics import did_you_mean
from syntask_yaml.errors import NotFound, UsageError
from syntask_yaml.model.pool import WorkPool


@click.group("work-pool")
def command() -> None:
    """List, inspect and create work pools."""


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
    rows = [(pool.name, pool.type, _state(pool), str(pool.concurrency_limit or "")) for pool in pools]
    print_table(("Name", "Type", "Status", "Limit"), rows, empty="There are no work pools.")


@command.command("inspect")
@click.argument("name", shell_complete=complete_pool)
@as_json
@pass_context
def inspect(context: Context, /, *, name: str, output: str) -> None:
    """Show a work pool and its base job template."""
    with context.backend(is_read_only=True) as backend:
        pools = {pool.name: pool for pool in backend.pools()}
    if name not in pools:
        hint = did_you_mean(name, pools, otherwise="`syntask work-pool ls` lists them.")
        raise NotFound(f"The backend has no work pool `{name}`.", hint=hint)
    encoded = {**_encode(pools[name]), "base_job_template": pools[name].base_job_template}
    if output == "json":
        print_json(document("work-pool", encoded))
        return
    for key, value in encoded.items():
        shown = value if isinstance(value, str) else json.dumps(value, indent=2)
        click.echo(f"{key}: {shown}")


@command.command("create")
@click.argument("name")
@click.option("-t", "--type", default="process", show_default=True, help="The kind of worker that serves it.")
@click.option("--description", help="A sentence for people.")
@click.option("--concurrency-limit", type=click.IntRange(min=1), help="How many runs at the same time.")
@click.option("--paused", is_flag=True, help="Begin paused.")
@click.option(
    "--base-job-template",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A JSON file with the template; by default that of the type.",
)
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
    """Make a work pool called NAME."""
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
    say(f"Created work pool `{created.name}` of type `{created.type}`.")


def _read(path: Path) -> dict[str, Any]:
    try:
        template = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UsageError(f"`{path}` is not JSON: {error}.") from error
    if not isinstance(template, dict):
        raise UsageError(f"`{path}` holds no job template, which is a mapping.")
    return template


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
