"""The names, tags, paths and pools by which stored deployments are selected."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from syntask_yaml.errors import SyntaskError
from syntask_yaml.model.deployment import Stored
from syntask_yaml.model.value import known
from syntask_yaml.project.filters import PATH, POOL, TAG
from syntask_yaml.pysource.entrypoint import parse_entrypoint


def _tags_of(stored: Stored) -> tuple[str, ...]:
    return known(stored.deployment.tags) or ()


def _paths_of(stored: Stored) -> tuple[str, ...]:
    with suppress(SyntaskError):
        path = parse_entrypoint(stored.deployment.entrypoint or "").path
        return (path,) if path else ()
    return ()


def _pools_of(stored: Stored) -> tuple[str, ...]:
    name = known(stored.deployment.work_pool)
    return (name,) if name else ()


STORED_FACETS: dict[str, Callable[[Stored], tuple[str, ...]]] = {
    TAG: _tags_of,
    PATH: _paths_of,
    POOL: _pools_of,
}
