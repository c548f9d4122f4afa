"""The selected output format of a command."""

from __future__ import annotations

from typing import Any

import click

# Keys of the context of a command: the selected format, and whether a result was printed.
_FORMAT, _IS_PRINTED = "syntask.format", "syntask.is_printed"


class OutputFormat(click.Choice[str]):
    """A choice of an output format, which is recorded in the context."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        chosen = super().convert(value, param, ctx)
        if ctx is not None:
            ctx.meta[_FORMAT] = chosen
        return chosen


def note_printed() -> None:
    """Record that the result of the command is being printed."""
    if (context := click.get_current_context(silent=True)) is not None:
        context.meta[_IS_PRINTED] = True


def awaits_json(context: click.Context) -> bool:
    """Return whether the command of *context* has JSON output, and has not printed it yet."""
    return context.meta.get(_FORMAT) == "json" and _IS_PRINTED not in context.meta
