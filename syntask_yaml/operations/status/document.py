"""The status of a backend as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syntask_yaml.operations.documents import run_document
from syntask_yaml.operations.status.late import LateRuns
from syntask_yaml.operations.status.read import BackendStatus
from syntask_yaml.operations.status.timeline import Counts, Lane
from syntask_yaml.operations.status.window import Window
from syntask_yaml.operations.why.explanation import reason_document


def status_document(status: BackendStatus, url: str) -> dict[str, Any]:
    """Return the status of the backend at *url* as JSON."""
    window = status.timeline.window
    return {
        "backend": url,
        "since": window.since,
        "now": window.now,
        "until": window.until,
        "slot_seconds": window.scale.step.total_seconds(),
        "running": [run_document(run) for run in status.running],
        "late": [_late(each) for each in status.late],
        "failed": [run_document(run) for run in status.failed],
        "coming": [{"time": time, "deployment": name} for time, name in status.coming],
        "unserved_pools": list(status.unserved),
        "silent": sorted(status.silent),
        "half_renamed": [
            {"deployment": each.deployment.full_name, "since": each.created} for each in status.half_renamed
        ],
        "cut": sorted(status.cut),
        "timeline": [_lane(lane, window) for lane in status.timeline.lanes],
    }


def _late(group: LateRuns) -> dict[str, Any]:
    return {
        "work_pool": group.oldest.work_pool,
        "work_queue": group.oldest.work_queue,
        "state_name": group.oldest.state.name,
        "count": len(group.runs),
        "oldest": run_document(group.oldest),
        "reasons": [reason_document(reason) for reason in group.reasons],
    }


def _lane(lane: Lane, window: Window) -> dict[str, Any]:
    return {
        "deployment": lane.name or None,
        "deployments": lane.count,
        "runs": _counts(lane.runs),
        "coming": sum(lane.coming),
        "next": lane.next,
        "complete_since": lane.reach,
        "slots": [
            {"start": window.start(slot), "runs": _counts(past), "coming": coming}
            for slot, (past, coming) in enumerate(zip(lane.past, lane.coming, strict=True))
            if past or coming
        ],
    }


def _counts(counts: Counts) -> Mapping[str, int]:
    return {state.value: number for state, number in counts.items()}
