"""The objects of a backend, read when they are first needed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from syntask_yaml.backend.base import Backend
from syntask_yaml.model.block import Block, BlockType, Variable
from syntask_yaml.model.concurrency_limit import GlobalConcurrencyLimit
from syntask_yaml.model.deployment import Stored
from syntask_yaml.model.pool import WorkPool, WorkQueue


class Contents:
    """The objects of a *backend* by name. Each list is read once, on first use."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend

    @cached_property
    def variables(self) -> Mapping[str, Variable]:
        return {each.name: each for each in self.backend.variables()}

    @cached_property
    def block_types(self) -> Mapping[str, BlockType]:
        return {each.slug: each for each in self.backend.block_types()}

    @cached_property
    def blocks(self) -> Mapping[str, Block]:
        return {each.full_name: each for each in self.backend.blocks()}

    @cached_property
    def concurrency_limits(self) -> Mapping[str, GlobalConcurrencyLimit]:
        return {each.name: each for each in self.backend.concurrency_limits()}

    @cached_property
    def pools(self) -> Mapping[str, WorkPool]:
        return {each.name: each for each in self.backend.pools()}

    @cached_property
    def queues(self) -> Mapping[tuple[str, str], WorkQueue]:
        """The queues by pool and name, those of a pool by priority."""
        return {(each.pool, each.name): each for each in self.backend.queues()}

    @cached_property
    def deployments(self) -> Mapping[str, Stored]:
        return {each.deployment.full_name: each for each in self.backend.deployments()}
