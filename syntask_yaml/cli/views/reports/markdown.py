"""Markdown for a pull request comment or a job summary."""

from __future__ import annotations

from collections.abc import Iterator

import click

from syntask_yaml.cli.views.markdown import COMMENT, TextLimit, code, fitted, problem_lines, prose, table
from syntask_yaml.cli.views.reports.report import CommandReport

_CUT = "**There is more than this page may hold. Run the command with `-o text` to see all of it.**"


def print_report(report: CommandReport) -> None:
    """Print a page within the length limit of a comment."""
    click.echo(page(report, COMMENT), nl=False)


def page(report: CommandReport, limit: TextLimit) -> str:
    """Return the page of the command, or one of its problems and cases."""
    return report.markdown(limit) if report.markdown else fitted(_lines(report), limit, _CUT)


def _lines(report: CommandReport) -> Iterator[str]:
    errors = sum(each.is_error for each in report.problems)
    failed = sum(bool(case.failure) for case in report.cases)
    verdict = "failed" if errors or failed else "succeeded"
    yield f"### {code(f'syntask {report.command}')} {verdict}"
    yield ""
    yield from problem_lines(report.problems)
    if report.cases:
        rows = ((code(case.name), prose(case.failure) or case.result) for case in report.cases)
        yield from table(("", "Result"), rows)
