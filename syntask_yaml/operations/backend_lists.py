"""Lists of what a backend has, for one plan: preparing and comparing look at the same."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from syntask_yaml.backend.base import Backend
from syntask_yaml.model.block import Variable
from syntask_yaml.model.pool import WorkPool, WorkQueue


class BackendLists:
    """What *backend* has: each list is read once, when it is looked at first."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend

    @cached_property
    def pools(self) -> Sequence[WorkPool]:
        return self.backend.pools()

    @cached_property
    def queues(self) -> Sequence[WorkQueue]:
        return self.backend.queues()

    @cached_property
    def variables(self) -> Sequence[Variable]:
        return self.backend.variables()
