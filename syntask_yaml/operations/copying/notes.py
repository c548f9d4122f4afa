"""Diagnostics about a copy."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from syntask_yaml.backend.base import RunFilter
from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.model.block import Block
from syntask_yaml.model.run import StateType
from syntask_yaml.model.secret import holds_secret
from syntask_yaml.model.value import known
from syntask_yaml.operations.contents import Contents
from syntask_yaml.operations.copying.changes import CopyAction, CopyChange, CopyKind
from syntask_yaml.operations.pools import has_worker

# The number of waiting runs that are read, and of remaining ones that are named.
_MOST_RUNS, _NAMED = 1000, 5


def notes(source: Contents, destination: Contents, changes: Sequence[CopyChange]) -> Iterator[Diagnostic]:
    """Yield warnings: automations and runs that remain, readable secrets, runs that would wait there."""
    yield from _remaining_automations(source, destination, changes)
    for change in changes:
        if isinstance(change.after, Block) and change.action.is_write:
            yield from _readable(change.after, destination)
    moved = [
        each.name for each in changes if each.kind is CopyKind.SCHEDULES and each.action is CopyAction.MOVE
    ]
    yield from _remaining_runs(source, moved)
    pools = {known(source.deployments[name].deployment.work_pool) for name in moved}
    for pool in sorted(pool for pool in pools if pool):
        if not has_worker(destination.backend, pool):
            detail = f"No worker serves the work pool `{pool}` on the destination, so runs wait there."
            hint = f"Start one with `{_worker(destination)} {pool}`."
            yield Diagnostic("no-worker", detail, hint).as_warning()


def _remaining_runs(source: Contents, moved: Collection[str]) -> Iterator[Diagnostic]:
    """Yield a warning about manual runs of *moved* deployments; those of schedules are moved."""
    if not moved:
        return
    waiting = RunFilter(states=frozenset({StateType.SCHEDULED}), limit=_MOST_RUNS)
    runs = source.backend.runs(waiting)
    if left := [run for run in runs if run.deployment in moved and not run.is_scheduled]:
        more = f" and {len(left) - _NAMED:,} more" if len(left) > _NAMED else ""
        named = ", ".join(f"`{run.name}` of `{run.deployment}`" for run in left[:_NAMED])
        detail = f"Manually created runs are not copied. They wait on the source: {named}{more}."
        yield Diagnostic("not-copied", detail, "Keep a worker there until they have ended.").as_warning()


def _remaining_automations(
    source: Contents, destination: Contents, changes: Sequence[CopyChange]
) -> Iterator[Diagnostic]:
    """Yield a warning about automations of copied deployments: their project must deploy them."""
    if not any(each.kind is CopyKind.DEPLOYMENT for each in changes):
        return
    here = [each.automation for each in source.backend.automations()]
    existing = {
        (owner, each.automation.name)
        for owner in {each.project or "" for each in here}
        for each in destination.backend.automations(project=owner, names=[each.name for each in here])
    }
    missing = [each for each in here if (each.project or "", each.name) not in existing]
    if missing:
        listed = ", ".join(f"`{each.name}`" for each in missing)
        detail = f"Automations are not copied, so nothing on the destination does what these do: {listed}."
        hint = f"Run `syntask --backend {destination.backend.url} deploy --all` in their project."
        if not all(each.project for each in missing):
            hint += " `syntask deployment export --resources` writes those of no project into a file."
        yield Diagnostic("not-copied", detail, hint).as_warning()


def _readable(block: Block, destination: Contents) -> Iterator[Diagnostic]:
    """Yield a warning about secrets of a block that the destination does not treat as secret."""
    secret = destination.block_types[block.type].secret_fields
    for name, value in block.data.items():
        if holds_secret(value) and name not in secret:
            detail = (
                f"The field `{name}` of the block `{block.full_name}` is not secret on the destination: "
                "everyone who may read blocks there can read it."
            )
            yield Diagnostic("shown-secret", detail, "Restrict who may read blocks there.").as_warning()


def _worker(destination: Contents) -> str:
    is_own = destination.backend.features.has_own_worker
    return "syntask worker start --pool" if is_own else "prefect worker start --pool"
