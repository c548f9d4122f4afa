"""What `validate` found, for people, for programs, for GitHub, and as SARIF."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import click

from syntask_yaml import __version__
from syntask_yaml.cli.views import diagnostics as text
from syntask_yaml.cli.views.output import print_json
from syntask_yaml.diagnostics import Diagnostic, Severity
from syntask_yaml.messages import MESSAGES
from syntask_yaml.operations.documents import document


class ReportFormat(Protocol):
    """Prints what was found in a number of files."""

    def __call__(self, found: Sequence[Diagnostic], files: int, /, *, quiet: bool) -> None: ...


def as_text(found: Sequence[Diagnostic], files: int, *, quiet: bool) -> None:
    """Each problem on standard error, and a last line that counts them."""
    text.show(each for each in found if each.is_error or not quiet)
    causes = [group[0] for group in text.by_cause(found)]
    errors = sum(each.is_error for each in causes)
    warnings = sum(each.severity is Severity.WARNING for each in causes)
    if quiet:
        return
    subject = "The project file is" if files == 1 else f"{files} project files are"
    if not errors and not warnings:
        click.echo(f"{subject} valid.")
    else:
        verdict = "valid, with" if not errors else "not valid:"
        click.echo(
            f"{subject} {verdict} {_count(errors, 'error')}, {_count(warnings, 'warning')}.", err=bool(errors)
        )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def as_json(found: Sequence[Diagnostic], _files: int, *, quiet: bool) -> None:  # noqa: ARG001
    """One document with every problem."""
    is_valid = not any(each.is_error for each in found)
    print_json(document("validate", {"valid": is_valid, "diagnostics": [encode(each) for each in found]}))


def encode(diagnostic: Diagnostic) -> dict[str, Any]:
    """A problem as JSON."""
    span = diagnostic.span
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "summary": diagnostic.summary,
        "detail": diagnostic.detail,
        "hint": diagnostic.hint,
        "file": span.file if span else None,
        "line": span.line if span else None,
        "column": span.column if span else None,
        "path": list(diagnostic.path),
        **({"targets": list(diagnostic.targets)} if diagnostic.targets else {}),
    }


_GITHUB = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def as_github(found: Sequence[Diagnostic], _files: int, *, quiet: bool) -> None:  # noqa: ARG001
    """Workflow commands of GitHub Actions, which shows them beside the lines of a pull request."""
    for each in found:
        fields = {"title": each.summary}
        if each.span is not None:
            fields |= {"file": each.span.file, "line": str(each.span.line), "col": str(each.span.column)}
        listed = ",".join(f"{key}={_escaped(value, ':,')}" for key, value in fields.items())
        message = _escaped(" ".join(filter(None, (each.detail, each.hint))), "")
        click.echo(f"::{_GITHUB[each.severity]} {listed}::{message}")


def _escaped(value: str, more: str) -> str:
    escaped = value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    for character in more:
        escaped = escaped.replace(character, f"%{ord(character):02X}")
    return escaped


_SARIF = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}


def as_sarif(found: Sequence[Diagnostic], _files: int, *, quiet: bool) -> None:  # noqa: ARG001
    """SARIF 2.1.0 (OASIS), for code scanning."""
    rules = sorted({each.code for each in found})
    driver = {
        "name": "syntask",
        "version": __version__,
        "rules": [
            {
                "id": code,
                "shortDescription": {"text": MESSAGES[code].summary},
                "fullDescription": {"text": MESSAGES[code].about},
            }
            for code in rules
        ],
    }
    print_json(
        {
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{"tool": {"driver": driver}, "results": [_result(each) for each in found]}],
        }
    )


def _result(diagnostic: Diagnostic) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "level": _SARIF[diagnostic.severity],
        "message": {"text": " ".join(filter(None, (diagnostic.detail, diagnostic.hint)))},
    }
    if diagnostic.span is not None:
        region = {"startLine": diagnostic.span.line, "startColumn": diagnostic.span.column}
        location = {"artifactLocation": {"uri": diagnostic.span.file}, "region": region}
        result["locations"] = [{"physicalLocation": location}]
    return result


REPORTS: Mapping[str, ReportFormat] = {
    "text": as_text,
    "json": as_json,
    "github": as_github,
    "sarif": as_sarif,
}


report_format = click.option(
    "-o",
    "--output",
    type=click.Choice(list(REPORTS)),
    default="text",
    show_default=True,
    help="Output format.",
)
