"""The result of `validate`, as text and JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from syntask_yaml.cli.views import diagnostics
from syntask_yaml.diagnostics import Diagnostic, Severity


def show(found: Sequence[Diagnostic], files: int, *, quiet: bool) -> None:
    """Print each problem of *files* files to standard error, and a line with the counts."""
    diagnostics.show(each for each in found if each.is_error or not quiet)
    causes = diagnostics.causes(found)
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


def as_document(found: Sequence[Diagnostic]) -> dict[str, Any]:
    """Return the result for `validate --output json`, without its format."""
    is_valid = not any(each.is_error for each in found)
    return {"valid": is_valid, "diagnostics": [diagnostics.encode(each) for each in found]}
