"""`syntask concurrency-limit`: manage how much flow code may be in one place at a time."""

from __future__ import annotations

from typing import Any

import click

from syntask_yaml.cli.arguments import Count
from syntask_yaml.cli.completion import complete_concurrency_limit
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.pool_options import confirm_deletion, skip_confirmation
from syntask_yaml.cli.views.output import as_json, print_json, print_table, say
from syntask_yaml.diagnostics import did_you_mean
from syntask_yaml.errors import NotFound, UsageError
from syntask_yaml.model.concurrency_limit import GlobalConcurrencyLimit
from syntask_yaml.operations.documents import document


@click.group("concurrency-limit")
def command() -> None:
    """Manage the concurrency limits of flow code.

    Flow code takes slots of a limit with `concurrency("NAME")` or `rate_limit("NAME")`. A limit called
    tag:NAME is for task runs that have the tag NAME.
    """


_name = click.argument("name", shell_complete=complete_concurrency_limit)
_decay = click.option(
    "--slot-decay-per-second",
    type=click.FloatRange(min=0),
    metavar="NUMBER",
    help="How many slots taken by `rate_limit` become free each second.",
)


@command.command("ls")
@as_json
@pass_context
def ls(context: Context, /, *, output: str) -> None:
    """List the concurrency limits."""
    with context.backend(creates=False) as backend:
        limits = backend.concurrency_limits()
    if output == "json":
        document_ = document(
            "concurrency-limit-ls", {"concurrency_limits": [_encode(each) for each in limits]}
        )
        print_json(document_)
        return
    rows = [
        (each.name, str(each.limit), str(each.in_use), _decay_text(each), _status(each)) for each in limits
    ]
    print_table(
        ("Name", "Limit", "In use", "Decay", "Status"), rows, empty="There are no concurrency limits."
    )


@command.command("create")
@click.argument("name")
@click.option("--limit", type=Count(min=0), required=True, help="Number of slots.")
@_decay
@click.option("--inactive", is_flag=True, help="Create the limit without enforcing it.")
@pass_context
def create(
    context: Context, /, *, name: str, limit: int, slot_decay_per_second: float | None, inactive: bool
) -> None:
    """Create the concurrency limit NAME."""
    made = GlobalConcurrencyLimit(
        name=name, limit=limit, slot_decay_per_second=slot_decay_per_second or 0.0, is_active=not inactive
    )
    with context.backend() as backend:
        backend.create_concurrency_limit(made)
    say(f"Created concurrency limit `{name}` with {_slots(limit)}.")


@command.command("update")
@_name
@click.option("--limit", type=Count(min=0), help="Number of slots.")
@_decay
@click.option("--active/--inactive", "is_active", default=None, help="Whether to enforce the limit.")
@pass_context
def update(context: Context, /, *, name: str, **settings: Any) -> None:
    """Update the concurrency limit NAME. Options that are not given keep their values."""
    changes = {key: value for key, value in settings.items() if value is not None}
    if not changes:
        raise UsageError(
            "No changes were specified.", hint="`syntask concurrency-limit update --help` lists the options."
        )
    with context.backend(creates=False) as backend:
        _find(backend.concurrency_limits(), name)
        backend.update_concurrency_limit(name, changes)
    say(f"Updated concurrency limit `{name}`.")


@command.command("delete")
@_name
@skip_confirmation
@pass_context
def delete(context: Context, /, *, name: str, yes: bool) -> None:
    """Delete the concurrency limit NAME. Code that waits for it goes on."""
    with context.backend(creates=False) as backend:
        _find(backend.concurrency_limits(), name)
        confirm_deletion(context, "concurrency limit", name, yes=yes)
        backend.delete_concurrency_limit(name)
    say(f"Deleted concurrency limit `{name}`.")


def _find(limits: list[GlobalConcurrencyLimit], name: str) -> None:
    """Raise NotFound, with the nearest name, if there is no limit *name*."""
    names = [each.name for each in limits]
    if name not in names:
        otherwise = f"Run `syntask concurrency-limit create {name} --limit 1` to create it."
        hint = did_you_mean(name, names, otherwise=otherwise)
        raise NotFound(f"The backend has no concurrency limit `{name}`.", hint=hint)


def _slots(number: int) -> str:
    return "1 slot" if number == 1 else f"{number} slots"


def _decay_text(limit: GlobalConcurrencyLimit) -> str:
    return f"{limit.slot_decay_per_second:g} a second" if limit.slot_decay_per_second else ""


def _status(limit: GlobalConcurrencyLimit) -> str:
    return "ACTIVE" if limit.is_active else "INACTIVE"


def _encode(limit: GlobalConcurrencyLimit) -> dict[str, Any]:
    return {
        "name": limit.name,
        "limit": limit.limit,
        "in_use": limit.in_use,
        "slot_decay_per_second": limit.slot_decay_per_second,
        "is_active": limit.is_active,
    }
