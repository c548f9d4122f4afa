"""`syntask work-queue`: manage the queues of work pools."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from syntask_yaml.backend.clock import utc_now
from syntask_yaml.cli.arguments import Count
from syntask_yaml.cli.completion import complete_pool, complete_queue
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
from syntask_yaml.cli.views.output import as_json, print_json, print_table, say
from syntask_yaml.model.pool import WorkQueue
from syntask_yaml.model.value import Json
from syntask_yaml.operations.documents import activity_document, document, queue_document
from syntask_yaml.operations.pool_states import list_queues
from syntask_yaml.operations.pools import find_pool, find_queue


@click.group("work-queue")
def command() -> None:
    """Manage the queues of work pools.

    A deployment selects its queue with `work_queue_name`, and a deploy creates a queue that is missing.
    """


_name = click.argument("name", shell_complete=complete_queue)
_pool = click.option(
    "-p", "--pool", default="default", show_default=True, shell_complete=complete_pool, help="Work pool."
)
_description = click.option("--description", help="Description of the work queue.")
_priority = click.option(
    "--priority", type=Count(min=1), help="Position among the queues of the pool; 1 is served first."
)


@command.command("ls")
@click.option("-p", "--pool", shell_complete=complete_pool, help="Only the queues of this work pool.")
@as_json
@pass_context
def ls(context: Context, /, *, pool: str | None, output: str) -> None:
    """List the work queues, those served first at the top."""
    with context.backend(creates=False) as backend:
        if pool is not None:
            find_pool(backend, pool)
        listed = list_queues(backend, utc_now(), pool=pool)
    if output == "json":
        documents = [{**queue_document(queue), **activity_document(runs)} for queue, runs in listed]
        print_json(document("work-queue-ls", {"work_queues": documents}))
        return
    rows = [(*_texts(queue), *activity.cells(runs)) for queue, runs in listed]
    columns = ("Pool", "Name", "Priority", "Limit", "Status", *activity.COLUMNS)
    print_table(columns, rows, empty="There are no work queues.")


def _texts(queue: WorkQueue) -> tuple[str, ...]:
    return queue.pool, queue.name, str(queue.priority or ""), limit_text(queue), queue.status or ""


@command.command("create")
@_name
@_pool
@_description
@concurrency_limit
@_priority
@click.option("--paused", is_flag=True, help="Create the work queue paused.")
@pass_context
def create(context: Context, /, *, name: str, pool: str, paused: bool, **settings: Any) -> None:
    """Create the work queue NAME. Without --priority, it is served last."""
    with context.backend() as backend:
        find_pool(backend, pool)
        created = backend.create_queue(WorkQueue(pool=pool, name=name, is_paused=paused, **settings))
    say(f"Created work queue `{name}` of the work pool `{pool}` with priority {created.priority}.")


@command.command("update")
@_name
@_pool
@_description
@concurrency_limit
@no_concurrency_limit
@_priority
@pass_context
def update(
    context: Context, /, *, name: str, pool: str, no_concurrency_limit: bool, **settings: Json
) -> None:
    """Update the work queue NAME. Options that are not given keep their values."""
    changes = changes_of(settings, without_limit=no_concurrency_limit, command="work-queue")
    _change(context, pool, name, changes)
    say(f"Updated work queue `{name}` of the work pool `{pool}`.")


@command.command("pause")
@_name
@_pool
@pass_context
def pause(context: Context, /, *, name: str, pool: str) -> None:
    """Pause the work queue NAME. Its runs wait until it is resumed."""
    _change(context, pool, name, {"is_paused": True})
    say(f"Paused work queue `{name}` of the work pool `{pool}`.")


@command.command("resume")
@_name
@_pool
@pass_context
def resume(context: Context, /, *, name: str, pool: str) -> None:
    """Resume the work queue NAME."""
    _change(context, pool, name, {"is_paused": False})
    say(f"Resumed work queue `{name}` of the work pool `{pool}`.")


def _change(context: Context, pool: str, name: str, changes: Mapping[str, Json]) -> None:
    with context.backend() as backend:
        find_queue(backend, pool, name)
        backend.update_queue(pool, name, changes)


@command.command("delete")
@_name
@_pool
@skip_confirmation
@pass_context
def delete(context: Context, /, *, name: str, pool: str, yes: bool) -> None:
    """Delete the work queue NAME. No deployment may use it."""
    with context.backend() as backend:
        find_queue(backend, pool, name)
        confirm_deletion(context, "work queue", name, yes=yes)
        backend.delete_queue(pool, name)
    say(f"Deleted work queue `{name}` of the work pool `{pool}`.")
