"""Options of `syntask` itself that each command takes, too: before it or after it, they mean the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import click

from syntask_yaml.cli.context import Context


def add_global_options(command: click.Command, *, shows_target: bool) -> None:
    """Let `--target` and `--backend` be passed to *command*, too, unless it has such options of its own."""
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            add_global_options(inner, shows_target=shows_target)
        return
    taken = {name for each in command.params for name in each.opts}
    for (long, *short), field, metavar, about in _GLOBAL_OPTIONS:
        if long not in taken:
            names = [*(name for name in short if name not in taken), long]
            is_hidden = field != "target" or not shows_target
            command.params.append(
                click.Option(
                    names,
                    metavar=metavar,
                    help=about,
                    hidden=is_hidden,
                    expose_value=False,
                    callback=_keep(field),
                )
            )


# The names of each option, the field of the context that it is, what its value is, and what it is for.
_GLOBAL_OPTIONS = (
    (("--target", "-t"), "target", "NAME", "Target of the project, such as prod."),
    (("--backend",), "backend_url", "URL", "Backend, as for `syntask` itself."),
)


def _keep(field: str) -> Callable[[click.Context, click.Parameter, str | None], None]:
    """Return a callback by which the command gets a context with another *field*, where it is given."""

    def keep(ctx: click.Context, _option: click.Parameter, value: str | None) -> None:
        if value is not None:
            ctx.obj = replace(ctx.find_object(Context) or ctx.obj, **{field: value})

    return keep
