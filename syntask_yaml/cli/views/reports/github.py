"""Workflow commands of GitHub Actions, displayed next to the lines of a pull request."""

from __future__ import annotations

import click

from syntask_yaml.cli.views.diagnostics import with_deployments
from syntask_yaml.cli.views.reports.report import CommandReport
from syntask_yaml.diagnostics import Severity

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def print_report(report: CommandReport) -> None:
    for each in report.causes:
        fields = {"title": each.summary}
        if each.span is not None:
            file = report.path(each.span.file)
            fields |= {"file": file, "line": str(each.span.line), "col": str(each.span.column)}
        listed = ",".join(f"{key}={_escaped(value, ':,')}" for key, value in fields.items())
        message = _escaped(" ".join(filter(None, (with_deployments(each), each.hint))), "")
        click.echo(f"::{_LEVELS[each.severity]} {listed}::{message}")


def _escaped(value: str, more: str) -> str:
    escaped = value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    for character in more:
        escaped = escaped.replace(character, f"%{ord(character):02X}")
    return escaped
