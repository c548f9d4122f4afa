"""Read and write blocks, and publish them as work pools."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

from syntask._backend.blocks import Block
from syntask_yaml import api
from syntask_yaml.backend.base import Backend
from syntask_yaml.cli.commands.work_pool_create import is_there, template_of, with_ids
from syntask_yaml.cli.context import Context
from syntask_yaml.cli.old_server import server_to_leave
from syntask_yaml.cli.views.output import say
from syntask_yaml.document.node import Node
from syntask_yaml.errors import BackendRefused, UsageError
from syntask_yaml.model.block import BLOCK_TYPES
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.model.secret import Secret
from syntask_yaml.sdk.block_values import SUCCESSORS, missing_block
from syntask_yaml.sdk.values import literal
from syntask_yaml.source import Source
from syntask_yaml.upgrade.block_pool import InfraBlock
from syntask_yaml.upgrade.secrets import hide_values

_IS_MARKED = "_block_type_slug"


def save_block(block: Block, name: str, *, overwrite: bool) -> None:
    """Write *block* to the backend as *name*. Raises BackendConflict, BackendRefused, UsageError."""
    with api.open_backend() as backend:
        kind = BLOCK_TYPES.get(block.block_type_slug)
        if not name:
            raise UsageError("The block has no name.", hint='Pass one: `save("name")`.')
        if kind is None:
            raise _gone(block)
        secret = {key: Secret(str(value)) for key, value in block.fields.items() if key in kind.secret_fields}
        written = api.Block(kind.slug, name, {**literal(block.fields), **secret})
        if overwrite and backend.block(kind.slug, name, with_secrets=False) is not None:
            backend.update_block(written)
        else:
            backend.create_block(written)


def publish(block: Block, name: str | None) -> WorkPool:
    """Create the work pool that *block* is, called *name* or as the block, and return it.

    Raises UsageError, BackendRefused.
    """
    with api.open_backend() as backend:
        value = block_value(block, backend)
        title = name or block.name
        if not title:
            raise UsageError("The block has no name.", hint="Pass one: `publish_as_work_pool(NAME)`.")
        source = Source(f"block {block.full_name}", "")
        hidden, _ = hide_values(Node(value, source, 0))
        infra = InfraBlock(Node(hidden, source, 0), block.block_type_slug, block.name)
        pool = WorkPool(name=title, type=infra.pool_type)
        served = backend.features.served_types
        if served is not None and pool.type not in served:
            detail = f"The embedded backend does not serve work pools of type `{pool.type}`."
            raise BackendRefused(detail, hint="Set PREFECT_API_URL to a Prefect server, and call it again.")
        pool = replace(pool, base_job_template=with_ids(template_of(infra, pool, backend), backend))
        if is_there(pool, backend):
            say(f"The work pool `{pool.name}` is already there, with the same template.")
            return next(each for each in backend.pools() if each.name == pool.name)
        created = backend.create_pool(pool)
        say(f"Created work pool `{created.name}` of type `{created.type}`.")
        return created


def block_value(block: Block, backend: Backend) -> dict[str, Any]:
    """Return *block* as the file of a deployment of Prefect 2 holds it, with its values.

    A block of a type that is gone is read from a server that was migrated, or else it is the block of the
    same name that has taken its place. Raises NotFound.
    """
    if not block.name:
        return {**literal(block.fields), _IS_MARKED: block.block_type_slug}
    if not backend.features.has_own_worker:
        with server_to_leave(Context.of_options(os.environ), backend.url) as server:
            found = server.block(block.block_type_slug, block.name)
        if found is not None:
            return found.value
    slug = SUCCESSORS.get(block.block_type_slug, block.block_type_slug)
    here = backend.block(slug, block.name)
    if here is None:
        raise missing_block(block)
    inner = {key: _named(full_name) for key, full_name in here.references.items()}
    return {**here.data, **inner, **_named(here.full_name)}


def _named(full_name: str) -> dict[str, Any]:
    type_, _, name = full_name.partition("/")
    return {_IS_MARKED: type_, "_block_document_name": name}


def _gone(block: Block) -> BackendRefused:
    detail = f"Blocks of type `{block.block_type_slug}` were of Prefect 2, and cannot be saved any more."
    successor = SUCCESSORS.get(block.block_type_slug)
    instead = f"`syntask block create {successor} NAME`" if successor else "`publish_as_work_pool(NAME)`"
    return BackendRefused(detail, hint=f"Use {instead} instead.")
