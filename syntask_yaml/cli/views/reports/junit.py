"""JUnit XML, which most CI systems display as test results."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click

from syntask_yaml.cli.views.diagnostics import with_deployments
from syntask_yaml.cli.views.escape import escaped
from syntask_yaml.cli.views.reports.report import Case, CommandReport

# Characters that are invalid in XML 1.0, beyond those that `escaped` replaces.
_FORBIDDEN = re.compile("[\ud800-\udfff\ufffe\uffff]")


def print_report(report: CommandReport) -> None:
    cases = [*report.cases, *_problems(report)]
    name = f"syntask {report.command}"
    failures = sum(bool(case.failure) for case in cases)
    seconds = sum(case.seconds for case in cases)
    click.echo('<?xml version="1.0" encoding="UTF-8"?>')
    click.echo("<testsuites>")
    counts = f'tests="{len(cases)}" failures="{failures}" errors="0" time="{seconds:.3f}"'
    click.echo(f"  <testsuite name={_attribute(name)} {counts}>")
    for case in cases:
        opened = f"    <testcase classname={_attribute(name)} name={_attribute(case.name)}"
        opened += f' time="{case.seconds:.3f}"'
        failure = f"<failure message={_attribute(case.failure)}/>"
        click.echo(f"{opened}>{failure}</testcase>" if case.failure else f"{opened}/>")
    click.echo("  </testsuite>")
    click.echo("</testsuites>")


def _problems(report: CommandReport) -> Iterator[Case]:
    """Yield a failed case for each error that no other case includes."""
    told = {case.failure for case in report.cases}
    for each in report.causes:
        is_told = not told.isdisjoint((each.detail, " ".join(filter(None, (each.detail, each.hint)))))
        if each.is_error and not is_told:
            place = f"{report.path(each.span.file)}:{each.span.line}" if each.span else report.command
            failure = " ".join(filter(None, (with_deployments(each), each.hint)))
            yield Case(f"{place} {each.summary}", failure)


def _attribute(text: str) -> str:
    from xml.sax.saxutils import quoteattr  # loads all of `urllib`

    return quoteattr(_FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", escaped(text)))
