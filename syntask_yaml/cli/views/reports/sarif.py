"""SARIF 2.1.0 (OASIS), for code scanning."""

from __future__ import annotations

from typing import Any

from syntask_yaml import __version__
from syntask_yaml.cli.views.diagnostics import with_deployments
from syntask_yaml.cli.views.output import print_json
from syntask_yaml.cli.views.reports.report import CommandReport
from syntask_yaml.diagnostics import Diagnostic, Severity
from syntask_yaml.messages import MESSAGES

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}


def print_report(report: CommandReport) -> None:
    problems = report.causes
    rules = sorted({each.code for each in problems})
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
    results = [_result(each, report) for each in problems]
    print_json(
        {
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{"tool": {"driver": driver}, "results": results}],
        }
    )


def _result(diagnostic: Diagnostic, report: CommandReport) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "level": _LEVELS[diagnostic.severity],
        "message": {"text": " ".join(filter(None, (with_deployments(diagnostic), diagnostic.hint)))},
    }
    if diagnostic.span is not None:
        region = {"startLine": diagnostic.span.line, "startColumn": diagnostic.span.column}
        location = {"artifactLocation": {"uri": report.path(diagnostic.span.file)}, "region": region}
        result["locations"] = [{"physicalLocation": location}]
    if diagnostic.entries:
        result["properties"] = {"deployments": list(diagnostic.entries)}
    return result
