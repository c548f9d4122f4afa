"""The queues of work pools."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from syntask_yaml.model.pool import DEFAULT_QUEUE, NO_DESCRIPTION, WorkQueue
from syntask_yaml.operations.copying.changes import CopyAction, CopyChange, CopyKind, CopyPolicy, refused
from syntask_yaml.operations.copying.contents import Contents
from syntask_yaml.plan.changes import FieldChange

_FIELDS = ("description", "concurrency_limit", "is_paused")


def queue_changes(
    source: Contents, destination: Contents, policy: CopyPolicy, pools: Mapping[str, CopyChange]
) -> Iterator[CopyChange]:
    """The change for each queue, by pool and priority. *pools* are the changes of the pools by name."""
    moved = frozenset(name for pool in source.pools for name in _out_of_order(pool, source, destination))
    for (pool, name), queue in source.queues.items():
        full_name = f"{pool}/{name}"
        if pools[pool].action is CopyAction.REFUSED:
            yield refused(
                CopyKind.WORK_QUEUE, full_name, "Its work pool is not copied.", "See the work pool."
            )
            continue
        there, wanted = destination.queues.get((pool, name)), _wanted(queue)
        fields = tuple(_fields(there or _new(queue), wanted, is_moved=(pool, name) in moved))
        if there is None and name == DEFAULT_QUEUE and not fields:
            continue  # it comes with the pool
        is_there = there is not None and not (_is_untouched(there) and fields)
        yield policy.change(CopyKind.WORK_QUEUE, full_name, wanted, is_there=is_there, fields=fields)


def _wanted(queue: WorkQueue) -> WorkQueue:
    has_none = queue.name == DEFAULT_QUEUE and queue.description in NO_DESCRIPTION
    return replace(queue, id=None, description=None if has_none else queue.description)


def _new(queue: WorkQueue) -> WorkQueue:
    return WorkQueue(pool=queue.pool, name=queue.name)


def _is_untouched(there: WorkQueue) -> bool:
    """Whether a queue is the default one, as it comes with a new pool: a copy may have ended there."""
    settings = (there.concurrency_limit, there.is_paused, there.description in NO_DESCRIPTION)
    return there.name == DEFAULT_QUEUE and settings == (None, False, True)


def _fields(there: WorkQueue, wanted: WorkQueue, *, is_moved: bool) -> Iterator[FieldChange]:
    for name in _FIELDS:
        before, after = getattr(there, name), getattr(wanted, name)
        if name == "description" and before in NO_DESCRIPTION:
            before = None
        if before != after:
            yield FieldChange(name, before, after)
    if is_moved:
        yield FieldChange("priority", there.priority, wanted.priority)


def _out_of_order(pool: str, source: Contents, destination: Contents) -> Iterator[tuple[str, str]]:
    """The queues that both sides have, and that have another place among those on the destination.

    The numbers may differ: they also count queues that only one side has.
    """
    both = source.queues.keys() & destination.queues.keys()
    before, after = (
        [key for key in side.queues if key[0] == pool and key in both] for side in (destination, source)
    )
    return (one for one, other in zip(after, before, strict=True) if one != other)
