"""The state of a backend after a deploy: plans treat declared resources as existing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from syntask_yaml.model.block import BLOCK_TYPES, Block
from syntask_yaml.model.pool import WorkPool, WorkQueue
from syntask_yaml.model.resource import Resource, ResourceKind
from syntask_yaml.model.secret import with_secret_texts
from syntask_yaml.model.value import Json, Value
from syntask_yaml.project.resources.bind import BoundResource
from syntask_yaml.template.scope import BlockLookup

# The attributes of pools, queues and limits with another name in project files.
ATTRIBUTES: Mapping[str, str] = {"paused": "is_paused", "active": "is_active"}


def attributes(fields: Mapping[str, Value]) -> dict[str, Any]:
    """Return the *fields* of a resource under the names of its attributes."""
    return {ATTRIBUTES.get(key, key): value for key, value in fields.items()}


class ExpectedResources(NamedTuple):
    """The resources that could be *bound*, laid over what a backend has."""

    bound: Sequence[BoundResource] = ()

    def pools(self, existing: Mapping[str, WorkPool]) -> dict[str, WorkPool]:
        """Return *existing*, the work pools by name, as they will be."""
        return {**existing, **{each.name: _pool(each, existing) for each in self._of(ResourceKind.WORK_POOL)}}

    def queues(
        self, existing: Mapping[str, Mapping[str, WorkQueue]]
    ) -> Mapping[str, Mapping[str, WorkQueue]]:
        """Return *existing*, the work queues by pool and name, as they will be."""
        found = {pool: dict(queues) for pool, queues in existing.items()}
        for each in self._of(ResourceKind.WORK_QUEUE):
            pool, _, name = each.name.rpartition("/")
            queue = found.setdefault(pool, {}).get(name) or WorkQueue(pool=pool, name=name)
            found[pool][name] = replace(queue, **attributes(each.fields))
        return found

    def variables(self) -> dict[str, Json]:
        """Return the declared variables by name."""
        return {each.name: each.fields["value"] for each in self._of(ResourceKind.VARIABLE)}

    def blocks(self) -> dict[str, Block]:
        """Return the declared blocks by `type/name`."""
        return {each.name: _block(each) for each in self._of(ResourceKind.BLOCK)}

    def missing(self, variables: Collection[str], blocks: BlockLookup) -> list[str]:
        """Return the declared variables and blocks that are not in *variables* and *blocks*."""
        absent = [f"the variable `{name}`" for name in self.variables() if name not in variables]
        unknown = (name for name in self.blocks() if blocks(*name.split("/", 1)) is None)
        return [*absent, *(f"the block `{name}`" for name in unknown)]

    def _of(self, kind: ResourceKind) -> Iterator[Resource]:
        found = (each.resource for each in self.bound)
        return (each for each in found if each is not None and each.kind is kind)


def _pool(declared: Resource, existing: Mapping[str, WorkPool]) -> WorkPool:
    fields = attributes(declared.fields)
    known = existing.get(declared.name)
    return WorkPool(name=declared.name, **fields) if known is None else replace(known, **fields)


def _block(declared: Resource) -> Block:
    """Return the block; if its type is unknown here, any text may be a secret."""
    slug, _, name = declared.name.partition("/")
    kind = BLOCK_TYPES.get(slug)
    data = {
        key: with_secret_texts(value) if kind is None or key in kind.secret_fields else value
        for key, value in declared.fields.items()
    }
    return Block(slug, name, data)
