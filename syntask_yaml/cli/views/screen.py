"""A terminal whose content is drawn again and again, until Ctrl-C."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Sequence
from typing import NoReturn

import click

# What a terminal is told: another screen without a cursor and without wrapped lines, and back again.
_OPEN, _CLOSE = "\x1b[?1049h\x1b[?25l\x1b[?7l", "\x1b[?7h\x1b[?25h\x1b[?1049l"
_HOME, _END_OF_LINE, _BELOW = "\x1b[H", "\x1b[K\n", "\x1b[J"


def redraw(draw: Callable[[], Sequence[str]], *, seconds: float) -> NoReturn:
    """Show what *draw* returns, and again every so many *seconds*.

    Without a terminal, each is below the one before. Lines beyond the last row of a terminal are left out.
    Ends with code 130 at Ctrl-C, as tools that watch do.
    """
    is_terminal = sys.stdout.isatty()
    try:
        if is_terminal:
            click.echo(_OPEN, nl=False)
        while True:
            _show(draw(), is_terminal=is_terminal)
            time.sleep(seconds)
    except KeyboardInterrupt:
        raise click.exceptions.Exit(130) from None
    finally:
        if is_terminal:
            click.echo(_CLOSE, nl=False)


def _show(lines: Sequence[str], *, is_terminal: bool) -> None:
    if not is_terminal:
        click.echo("\n".join([*lines, ""]))
        return
    rows = shutil.get_terminal_size().lines - 1
    click.echo(_HOME + "".join(f"{line}{_END_OF_LINE}" for line in lines[:rows]) + _BELOW, nl=False)
