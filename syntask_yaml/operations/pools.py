"""Work pools of a backend: found by name, and what keeps their runs waiting."""

from __future__ import annotations

from syntask_yaml.backend.base import Backend, Features
from syntask_yaml.diagnostics import did_you_mean
from syntask_yaml.errors import NotFound
from syntask_yaml.model.pool import WorkPool


def find_pool(backend: Backend, name: str) -> WorkPool:
    """Return the work pool called *name*. Raises NotFound, with the nearest name."""
    pools = {pool.name: pool for pool in backend.pools()}
    if name not in pools:
        otherwise = (
            f"Run `syntask work-pool create {name}` to create it, or `syntask work-pool ls` "
            "to list the work pools."
        )
        hint = did_you_mean(name, pools, otherwise=otherwise)
        raise NotFound(f"The backend has no work pool `{name}`.", hint=hint)
    return pools[name]


def is_served(pool: WorkPool, features: Features) -> bool:
    """Whether runs of *pool* are executed, as far as that is known of a backend with these *features*."""
    return features.served_types is None or pool.type in features.served_types


def why_waiting(pool: WorkPool) -> str:
    """Return why the runs of *pool* would wait, in a sentence; empty if they would not."""
    if pool.is_paused:
        return f"The work pool `{pool.name}` is paused, so its runs wait until it is resumed."
    if pool.concurrency_limit == 0:
        return (
            f"The work pool `{pool.name}` has a concurrency limit of 0, so its runs wait "
            "until the limit is raised."
        )
    return ""


def waiting_hint(pool: WorkPool) -> str:
    """Return the command that lets the runs of *pool* begin."""
    if pool.is_paused:
        return f"Run `syntask work-pool resume {pool.name}` to resume it."
    return f"Run `syntask work-pool update {pool.name} --concurrency-limit 10` to raise it."
