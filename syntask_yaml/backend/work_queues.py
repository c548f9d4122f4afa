"""What both backends share about work queues: how priorities move, and why a change is rejected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from syntask_yaml.backend.pools import check_unused
from syntask_yaml.errors import BackendConflict, NotFound
from syntask_yaml.model.pool import DEFAULT_QUEUE


def moved(order: Sequence[str], name: str, priority: int) -> Mapping[str, int]:
    """Return the priorities of the queues of a pool, by name, once *name* has *priority*.

    *order* are the queues from first to last. The others keep their order, and are counted from 1 past the
    priority that is taken, as Prefect servers do it.
    """
    free = (number for number in range(1, len(order) + 2) if number != priority)
    return {name: priority, **dict(zip((each for each in order if each != name), free, strict=False))}


def queue_exists(pool: str, name: str) -> BackendConflict:
    return BackendConflict(
        f"The work pool `{pool}` already has a work queue `{name}`.", hint="Choose another name."
    )


def no_such_queue(pool: str, name: str) -> NotFound:
    return NotFound(
        f"The work pool `{pool}` has no work queue `{name}`.", hint="`syntask work-queue ls` lists them."
    )


def check_deletable(pool: str, name: str, deployments: Sequence[str]) -> None:
    """Raise BackendConflict for the default queue of a pool, and for one that *deployments* use."""
    if name == DEFAULT_QUEUE:
        raise BackendConflict(
            f"The default work queue of the work pool `{pool}` cannot be deleted.",
            hint="Pause it, or delete the work pool.",
        )
    check_unused(f"The work queue `{name}`", deployments)
