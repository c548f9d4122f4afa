"""Report the failure of a command in the format of its output."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from syntask_yaml.cli.views.output_format import awaits_json
from syntask_yaml.errors import SyntaskError

_FAILURES = (SyntaskError, OSError, click.ClickException, click.Abort, KeyboardInterrupt)


@contextmanager
def failures_in_json(context: click.Context) -> Iterator[None]:
    """Print the failure of the command of *context* as JSON, if that is its format and nothing was printed.

    Readers of standard output get one document in any case. The exception is raised again for standard error.
    """
    try:
        yield
    except _FAILURES as error:
        if awaits_json(context):
            _print(error)
        raise


def _print(error: BaseException) -> None:
    from syntask_yaml.cli.exit_codes import failure_of  # needed for failures only
    from syntask_yaml.cli.views.diagnostics import encode
    from syntask_yaml.cli.views.output import print_json
    from syntask_yaml.operations.documents import document

    if (failure := failure_of(error)) is not None:
        found = [encode(each) for each in failure.diagnostics]
        print_json(document("failure", {"exit_code": failure.exit_code, "diagnostics": found}))
