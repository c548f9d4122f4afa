"""What a project deployed last, as a backend keeps it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress

from syntask_yaml.backend.base import Backend, Written
from syntask_yaml.errors import BackendError
from syntask_yaml.operations.resources.write import WrittenResource
from syntask_yaml.plan.changes import Action, Plan
from syntask_yaml.plan.drift import digests, key_of, resource_digests, with_drift

# What was deployed under a name by now; None where nothing is any more.
_Deployed = Iterator[tuple[str, Mapping[str, str] | None]]


def mark_drift(plan: Plan, backend: Backend) -> Plan:
    """Return *plan* with marks on what somebody else did since the last deploy, if that is known."""
    actions = {*(each.action for each in plan.changes), *(each.action for each in plan.resources)}
    if not actions & {Action.CREATE, Action.UPDATE}:
        return plan
    kept: Mapping[str, Mapping[str, str]] = {}
    with suppress(BackendError):  # a plan is none the worse without it
        kept = backend.read_ledger(_ledger(plan.project))
    return with_drift(plan, kept) if kept else plan


def keep_deployed(
    plan: Plan,
    written: Mapping[str, Written],
    resources: Mapping[str, WrittenResource],
    backend: Backend,
) -> None:
    """Keep what was *written* of *plan*, and its *resources*, beside what is kept of the others."""
    deployed = {**dict(_deployments(written)), **dict(_resources(plan, resources))}
    if not deployed:
        return
    with suppress(BackendError):  # what was deployed is deployed
        kept = {**backend.read_ledger(_ledger(plan.project)), **deployed}
        whole = {name: each for name, each in kept.items() if each is not None}
        backend.keep_ledger(_ledger(plan.project), whole)


def _deployments(written: Mapping[str, Written]) -> _Deployed:
    writes = [each.write for each in written.values() if each.error is None]
    yield from ((write.old_name, None) for write in writes if write.old_name is not None)
    yield from ((write.full_name, digests(write.after)) for write in writes if write.after is not None)


def _resources(plan: Plan, written: Mapping[str, WrittenResource]) -> _Deployed:
    for change in plan.resources:
        done = written.get(change.full_name)
        if done is None or done.error is not None or change.write is None:
            continue
        if change.write.after is None:
            yield key_of(change.full_name), None
        elif change.action is not Action.UNCHANGED:
            yield key_of(change.full_name), resource_digests(change.write.after)


def _ledger(project: str) -> str:
    return f"deployed {project}"
