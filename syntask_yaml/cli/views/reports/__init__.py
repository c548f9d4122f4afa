"""What commands report: one table of formats, for people, for programs and for CI systems."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

import click

from syntask_yaml.cli.views.output import print_json
from syntask_yaml.cli.views.output_format import OutputFormat
from syntask_yaml.cli.views.reports.report import Case, CommandReport, repository_folder
from syntask_yaml.cli.views.reports.summary import add_to_summary
from syntask_yaml.errors import ProjectInvalid, SyntaskError

__all__ = [
    "FORMATS",
    "Case",
    "CommandReport",
    "failures_reported",
    "print_report",
    "report_format",
    "repository_folder",
]

F = TypeVar("F", bound=Callable[..., Any])


def _print_html(report: CommandReport) -> None:
    if report.html is not None:
        click.echo(report.html(), nl=False)


_SIMPLE: Mapping[str, Callable[[CommandReport], None]] = {
    "text": lambda report: report.text(),
    "json": lambda report: print_json(report.document()),
    "html": _print_html,
}
# Each of the others is a module of this package, which is loaded when it is asked for.
FORMATS = ("text", "json", "markdown", "html", "github", "gitlab", "sarif", "junit")
# A failure that ends a command before it has a result is on standard error alone in these.
_RESULT_ONLY = frozenset({"text", "json", "html"})


def report_format(*, with_html: bool = False) -> Callable[[F], F]:
    """Return the option `--output` of a command that reports."""
    return click.option(
        "-o",
        "--output",
        type=OutputFormat([name for name in FORMATS if with_html or name != "html"]),
        default="text",
        show_default=True,
        help="Output format.",
    )


def print_report(report: CommandReport, output: str, environ: Mapping[str, str]) -> None:
    """Print the report in the format *output*, and add it to the summary of a job in GitHub Actions."""
    simple = _SIMPLE.get(output)
    print_in_format = simple or import_module(f"{__name__}.{output}").print_report
    print_in_format(report)
    add_to_summary(report, environ)


@contextmanager
def failures_reported(
    command: str, output: str, environ: Mapping[str, str], directory: Path, *, is_quiet: bool = False
) -> Iterator[None]:
    """Report, in a format of CI systems, the failure that ends *command* before it has a result.

    *directory* is where the command works. With *is_quiet*, warnings beside the errors are left out.
    """
    try:
        yield
    except SyntaskError as failure:
        error = _without_warnings(failure) if is_quiet else failure
        folder = repository_folder(environ, directory)
        report = CommandReport(command=command, problems=error.diagnostics, folder=folder)
        if output in _RESULT_ONLY:
            add_to_summary(report, environ)
            raise error from failure.__cause__
        print_report(report, output, environ)
        raise click.exceptions.Exit(error.exit_code) from error


def _without_warnings(failure: SyntaskError) -> SyntaskError:
    errors = [each for each in failure.diagnostics if each.is_error]
    return ProjectInvalid(errors) if errors and isinstance(failure, ProjectInvalid) else failure
