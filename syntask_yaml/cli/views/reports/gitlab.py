"""A Code Quality report of GitLab, displayed in merge requests."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256

from syntask_yaml.cli.views.diagnostics import with_deployments
from syntask_yaml.cli.views.output import print_json
from syntask_yaml.cli.views.reports.report import CommandReport
from syntask_yaml.diagnostics import Severity

_LEVELS = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.NOTE: "info"}
# GitLab requires a location of every problem.
_SOMEWHERE = "syntask.yaml"


def print_report(report: CommandReport) -> None:
    seen: Counter[str] = Counter()
    found = []
    for each in report.causes:
        path = report.path(each.span.file if each.span else _SOMEWHERE)
        # Independent of the line: a problem that moved in a file is not new.
        identity = "\0".join((each.code, path, each.detail))
        seen[identity] += 1
        found.append(
            {
                "description": " ".join(
                    filter(None, (each.summary + ":", with_deployments(each), each.hint))
                ),
                "check_name": each.code,
                "fingerprint": sha256(f"{identity}\0{seen[identity]}".encode()).hexdigest(),
                "severity": _LEVELS[each.severity],
                "location": {"path": path, "lines": {"begin": each.span.line if each.span else 1}},
            }
        )
    print_json(found)
