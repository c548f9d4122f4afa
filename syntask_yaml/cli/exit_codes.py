"""Convert exceptions to messages and exit codes."""

from __future__ import annotations

import errno
from pathlib import Path

import click

from syntask_yaml import __version__
from syntask_yaml.cli.closed_output import forget_output
from syntask_yaml.errors import Interrupted, SyntaskError, UsageError, remedy

BUG = 70
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


def exit_code_of(error: BaseException) -> int:
    """Print the message of *error* to standard error, and return its exit code."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.format_message(), err=True)
        return UsageError.exit_code
    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else 1
    failure = failure_of(error)
    if failure is None:
        return _bug(error)
    if isinstance(error, OSError) and error.errno in _FULL and not error.filename:
        forget_output()
    from syntask_yaml.cli.views.diagnostics import show

    show(failure.diagnostics)
    return failure.exit_code


def failure_of(error: BaseException) -> SyntaskError | None:
    """Return the message for *error*; None for a bug, and for errors that are not failures."""
    if isinstance(error, SyntaskError):
        return error
    if isinstance(error, click.UsageError):
        path = error.ctx.command_path if error.ctx else "syntask"
        return UsageError(error.format_message(), hint=f"Run `{path} --help` for usage.")
    if isinstance(error, click.ClickException):
        return SyntaskError(error.format_message())
    if isinstance(error, (KeyboardInterrupt, click.Abort)):
        return Interrupted("Changes made so far were kept, including any that were not shown.")
    return _outside(error) if isinstance(error, OSError) else None


def _outside(error: OSError) -> SyntaskError:
    """Return the message for an error of the operating system, such as a full disk."""
    if error.errno == errno.ENOENT and not error.filename:
        gone = "The current directory no longer exists."
        return SyntaskError(gone, hint="Change to another directory, or pass `-C DIR`.")
    what = "The operating system reported an error"
    if error.filename:
        what = f"Cannot access `{error.filename}`"
    elif error.errno in _FULL:
        what = "Cannot write all of the output, or a file"
    return SyntaskError(f"{what}: {error.strerror or error}.", hint=remedy(error))


def _bug(error: BaseException) -> int:
    import platform  # slow to import, and needed for bugs only
    import tempfile
    import traceback

    trace = "".join(traceback.format_exception(error))
    text = f"syntask {__version__}, Python {platform.python_version()}, {platform.platform()}\n\n{trace}"
    with tempfile.NamedTemporaryFile(
        "w", prefix="syntask-report-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        file.write(text)
    click.echo(f"error: This is a bug in syntask: {type(error).__name__}: {error}", err=True)
    click.echo(f"  Please report it with the file {Path(file.name)}", err=True)
    return BUG
