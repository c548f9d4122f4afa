"""A reason for the state of a run as JSON."""

from __future__ import annotations

from typing import Any

from syntask_yaml.operations.why.reason import Reason


def reason_document(reason: Reason) -> dict[str, Any]:
    """A reason for the state of a run as JSON."""
    finding = reason.finding
    return {
        "code": reason.rule.code,
        "summary": reason.rule.summary,
        "detail": finding.detail,
        "evidence": [{"text": each.text, "time": each.at} for each in finding.evidence],
        "hint": finding.remedy and finding.remedy.sentence,
        "command": finding.remedy and finding.remedy.command,
    }
