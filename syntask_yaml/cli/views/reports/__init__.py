"""The reports of commands: a table of formats for users, programs and CI systems."""

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
# Each format except text is a module of this package, loaded on use.
FORMATS = ("text", "json", "markdown", "html", "github", "gitlab", "sarif", "junit")
# In these formats, a failure without a result is printed to standard error only.
_RESULT_ONLY = frozenset({"text", "json", "html"})


def report_format(*, with_html: bool = False) -> Callable[[F], F]:
    """Return the option `--output` of a command with reports."""
    return click.option(
        "-o",
        "--output",
        type=OutputFormat([name for name in FORMATS if with_html or name != "html"]),
        default="text",
        show_default=True,
        help="Output format.",
    )


def print_report(report: CommandReport, output: str, environ: Mapping[str, str]) -> None:
    """Print the report in the format *output*, and add it to the job summary in GitHub Actions."""
    simple = _SIMPLE.get(output)
    print_in_format = simple or import_module(f"{__name__}.{output}").print_report
    print_in_format(report)
    add_to_summary(report, environ)


@contextmanager
def failures_reported(
    command: str, output: str, environ: Mapping[str, str], directory: Path, *, is_quiet: bool = False
) -> Iterator[None]:
    """Report a failure of *command* without a result in the formats of CI systems.

    *directory* is the working directory of the command. With *is_quiet*, warnings are left out.
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
