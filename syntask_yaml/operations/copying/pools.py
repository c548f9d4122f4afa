"""Copy work pools and their queues."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from syntask_yaml.backend.pools import DEFAULT_POOL
from syntask_yaml.backend.portable import check_portable
from syntask_yaml.diagnostics import did_you_mean
from syntask_yaml.errors import BackendRefused
from syntask_yaml.model.comparison import plain
from syntask_yaml.model.pool import DEFAULT_QUEUE, NO_DESCRIPTION, WorkPool, WorkQueue
from syntask_yaml.operations.contents import Contents
from syntask_yaml.operations.copying.changes import CopyAction, CopyChange, CopyKind, CopyPolicy, refused
from syntask_yaml.operations.copying.references import Expected, lost_reference, with_names
from syntask_yaml.plan.changes import FieldChange
from syntask_yaml.plan.diff import HIDDEN

_POOL_FIELDS = ("description", "is_paused", "concurrency_limit")


def pool_changes(
    source: Contents, destination: Contents, policy: CopyPolicy, expected: Expected
) -> Iterator[CopyChange]:
    """Yield the change for each work pool, by name."""
    for pool in source.pools.values():
        wanted = _copied_pool(pool, source)
        existing = destination.pools.get(pool.name)
        if problem := _pool_problem(wanted, existing, destination) or _lost(wanted, source, expected):
            yield refused(CopyKind.WORK_POOL, pool.name, *problem)
            continue
        fields = tuple(_pool_fields(existing, wanted, destination)) if existing else ()
        yield policy.change(
            CopyKind.WORK_POOL, pool.name, wanted, is_there=existing is not None, fields=fields
        )


def _copied_pool(pool: WorkPool, source: Contents) -> WorkPool:
    """Return *pool* as it is copied: an unmodified template is left out in favor of the destination's own."""
    template = with_names(pool.base_job_template, source.blocks)
    try:
        if pool.base_job_template == source.backend.pool_template(pool.type):
            template = {}
    except BackendRefused:  # new pools of this type are not supported there
        pass
    # The description of the store's default pool applies to the store only.
    description = None if pool.description == DEFAULT_POOL.description else pool.description
    return replace(pool, base_job_template=template, description=description, id=None, status=None)


def _pool_problem(
    wanted: WorkPool, existing: WorkPool | None, destination: Contents
) -> tuple[str, str] | None:
    """Return why a pool cannot be copied, and a hint."""
    if existing is not None and existing.type != wanted.type:
        return (
            f"It is of type `{wanted.type}`, and on the destination of type `{existing.type}`.",
            "Delete the work pool of one side, and create it under another name.",
        )
    types = destination.backend.pool_types()
    if existing is None and types and wanted.type not in types:
        otherwise = f"Available types: {', '.join(f'`{each}`' for each in types)}."
        return (
            f"The destination has no work pool type `{wanted.type}`.",
            did_you_mean(wanted.type, types, otherwise=otherwise),
        )
    if not destination.backend.features.has_own_worker:
        for problem in check_portable(wanted):
            return problem.detail, problem.hint
    return None


def _lost(wanted: WorkPool, source: Contents, expected: Expected) -> tuple[str, str] | None:
    if lost := lost_reference(wanted.base_job_template, source, expected):
        return f"Its template refers to {lost}.", "Create that on the destination, or update the template."
    return None


def _pool_fields(existing: WorkPool, wanted: WorkPool, destination: Contents) -> Iterator[FieldChange]:
    for name in _POOL_FIELDS:
        before, after = getattr(existing, name), getattr(wanted, name)
        if name == "description" and before == DEFAULT_POOL.description:
            before = None
        if before != after and (before or after or name == "concurrency_limit"):
            yield FieldChange(name, before, after)
    if not wanted.base_job_template:
        return
    template = with_names(existing.base_job_template, destination.blocks)
    if plain(template) != plain(wanted.base_job_template):
        yield FieldChange("base_job_template", HIDDEN, HIDDEN)  # its defaults may contain a secret


_QUEUE_FIELDS = ("description", "concurrency_limit", "is_paused")


def queue_changes(
    source: Contents, destination: Contents, policy: CopyPolicy, pools: Mapping[str, CopyChange]
) -> Iterator[CopyChange]:
    """Yield the change for each queue, by pool and priority. *pools* are the changes of the pools by name."""
    moved = frozenset(name for pool in source.pools for name in _out_of_order(pool, source, destination))
    for (pool, name), queue in source.queues.items():
        full_name = f"{pool}/{name}"
        if pools[pool].action is CopyAction.REFUSED:
            yield refused(
                CopyKind.WORK_QUEUE, full_name, "Its work pool is not copied.", "See the work pool."
            )
            continue
        existing, wanted = destination.queues.get((pool, name)), _copied_queue(queue)
        fields = tuple(
            _queue_fields(existing or WorkQueue(pool=pool, name=name), wanted, is_moved=(pool, name) in moved)
        )
        if existing is None and name == DEFAULT_QUEUE and not fields:
            continue  # created with the pool
        is_there = existing is not None and not (_is_untouched(existing) and fields)
        yield policy.change(CopyKind.WORK_QUEUE, full_name, wanted, is_there=is_there, fields=fields)


def _copied_queue(queue: WorkQueue) -> WorkQueue:
    has_none = queue.name == DEFAULT_QUEUE and queue.description in NO_DESCRIPTION
    return replace(queue, id=None, description=None if has_none else queue.description)


def _is_untouched(existing: WorkQueue) -> bool:
    """Return whether a queue is the unmodified default one of a new pool, as after an interrupted copy."""
    settings = (existing.concurrency_limit, existing.is_paused, existing.description in NO_DESCRIPTION)
    return existing.name == DEFAULT_QUEUE and settings == (None, False, True)


def _queue_fields(existing: WorkQueue, wanted: WorkQueue, *, is_moved: bool) -> Iterator[FieldChange]:
    for name in _QUEUE_FIELDS:
        before, after = getattr(existing, name), getattr(wanted, name)
        if name == "description" and before in NO_DESCRIPTION:
            before = None
        if before != after:
            yield FieldChange(name, before, after)
    if is_moved:
        yield FieldChange("priority", existing.priority, wanted.priority)


def _out_of_order(pool: str, source: Contents, destination: Contents) -> Iterator[tuple[str, str]]:
    """Yield the queues of both sides whose order differs on the destination.

    The priorities may differ: they also count queues that only one side has.
    """
    both = source.queues.keys() & destination.queues.keys()
    before, after = (
        [key for key in side.queues if key[0] == pool and key in both] for side in (destination, source)
    )
    return (one for one, other in zip(after, before, strict=True) if one != other)
