"""What a project deployed last, as a backend keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from syntask_yaml.backend.base import Backend, Written
from syntask_yaml.errors import BackendError
from syntask_yaml.plan.changes import Action, Plan
from syntask_yaml.plan.drift import digests, with_drift


def mark_drift(plan: Plan, backend: Backend) -> Plan:
    """Return *plan* with marks on what somebody else changed since the last deploy, if that is known."""
    if not any(change.action is Action.UPDATE for change in plan.changes):
        return plan
    kept: Mapping[str, Mapping[str, str]] = {}
    with suppress(BackendError):  # a plan is none the worse without it
        kept = backend.read_ledger(_ledger(plan.project))
    return replace(plan, changes=tuple(with_drift(plan.changes, kept))) if kept else plan


def keep_deployed(plan: Plan, written: Mapping[str, Written], backend: Backend) -> None:
    """Keep what was *written* of *plan*, beside what is kept of other deployments of the project."""
    done = [each.write for each in written.values() if each.error is None]
    if not backend.features.keeps_ledgers or not done:
        return
    with suppress(BackendError):  # what was deployed is deployed
        kept = dict(backend.read_ledger(_ledger(plan.project)))
        for write in done:
            kept.pop(write.old_name or "", None)
            if write.after is not None:
                kept[write.full_name] = digests(write.after)
        backend.keep_ledger(_ledger(plan.project), kept)


def _ledger(project: str) -> str:
    return f"deployed {project}"
