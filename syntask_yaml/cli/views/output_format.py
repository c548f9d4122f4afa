"""The format that was asked for, of what a command prints."""

from __future__ import annotations

from typing import Any

import click

# What the contexts of a command share: the format that was asked for, and whether a result was printed.
_FORMAT, _IS_PRINTED = "syntask.format", "syntask.is_printed"


class OutputFormat(click.Choice[str]):
    """The choice of a format, which is noted."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        chosen = super().convert(value, param, ctx)
        if ctx is not None:
            ctx.meta[_FORMAT] = chosen
        return chosen


def note_printed() -> None:
    """Note that the result of the command is printed now."""
    if (context := click.get_current_context(silent=True)) is not None:
        context.meta[_IS_PRINTED] = True


def awaits_json(context: click.Context) -> bool:
    """Return whether the result of the command of *context* is to be JSON, and none was printed yet."""
    return context.meta.get(_FORMAT) == "json" and _IS_PRINTED not in context.meta
