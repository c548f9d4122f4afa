"""Work pools, variables and blocks."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from syntask_yaml.backend.blocks import block_exists, fitted, no_such_block, references_in
from syntask_yaml.backend.embedded.base import EmbeddedBase
from syntask_yaml.backend.embedded.codec import from_json, to_json, to_text
from syntask_yaml.backend.ids import new_id
from syntask_yaml.backend.pools import (
    check_unused,
    furnished,
    new_pool,
    no_such_pool,
    pool_exists,
    template_of,
)
from syntask_yaml.model.block import BLOCK_TYPES, Block, BlockType, Variable
from syntask_yaml.model.pool import DEFAULT_QUEUE, WorkPool
from syntask_yaml.model.pool_type import SERVED_TYPES
from syntask_yaml.model.secret import MASKED, Secret
from syntask_yaml.model.value import Json


class EmbeddedValues(EmbeddedBase):
    """Operations on work pools, variables and blocks."""

    def pools(self) -> list[WorkPool]:
        return [pool_of(row) for row in self._store.all("pools")]

    def pool_types(self) -> list[str]:
        return sorted(SERVED_TYPES)

    def create_pool(self, pool: WorkPool) -> WorkPool:
        made = new_pool(pool)
        with self._store.transaction():
            if not self._store.change("insert_pool", **_pool_row(made)):
                raise pool_exists(pool.name)
            self._store.change("add_queue", pool=pool.name, name=DEFAULT_QUEUE)
        return made

    def update_pool(self, name: str, changes: Mapping[str, Any]) -> WorkPool:
        with self._store.transaction():
            row = self._store.one("pool", name=name)
            if row is None:
                raise no_such_pool(name)
            changed = furnished(replace(pool_of(row), **changes))
            self._store.change("save_pool", **_pool_row(changed))
        return changed

    def delete_pool(self, name: str) -> bool:
        with self._store.transaction():
            used = self._store.all("deployments_in", pool=name, queue=None)
            check_unused(f"The work pool `{name}`", [row["full_name"] for row in used])
            return self._store.change("drop_pool", name=name) > 0

    def pool_template(self, type: str) -> Mapping[str, Json]:
        return template_of(type)

    def variables(self) -> list[Variable]:
        return [_variable(row) for row in self._store.all("variables")]

    def variable(self, name: str) -> Variable | None:
        row = self._store.one("variable", name=to_text(name))
        return None if row is None else _variable(row)

    def set_variable(self, variable: Variable) -> None:
        with self._store.transaction():
            self._store.change(
                "put_variable", name=variable.name, value=to_json(variable.value), tags=to_json(variable.tags)
            )

    def unset_variable(self, name: str) -> bool:
        with self._store.transaction():
            return self._store.change("drop_variable", name=name) > 0

    def block_types(self) -> list[BlockType]:
        return [BLOCK_TYPES[slug] for slug in sorted(BLOCK_TYPES)]

    def blocks(self) -> list[Block]:
        return [self._block(row) for row in self._store.all("blocks")]

    def block(self, type: str, name: str, *, with_secrets: bool = True) -> Block | None:
        row = self._store.one("block", type=type, name=name)
        return None if row is None else self._block(row, with_secrets=with_secrets)

    def create_block(self, block: Block) -> Block:
        made = replace(fitted(block), id=new_id())
        with self._store.transaction():
            if self._store.one("block", type=block.type, name=block.name):
                raise block_exists(block)
            self._store.change(
                "insert_block", type=made.type, name=made.name, id=made.id, **self._fields(made)
            )
        return made

    def update_block(self, block: Block) -> Block:
        made = fitted(block)
        with self._store.transaction():
            if not self._store.change("save_block", type=made.type, name=made.name, **self._fields(made)):
                raise no_such_block(block.type, block.name)
        return made

    def delete_block(self, type: str, name: str) -> bool:
        with self._store.transaction():
            return self._store.change("drop_block", type=type, name=name) > 0

    def _fields(self, block: Block) -> Mapping[str, str]:
        secrets = {name: value for name, value in block.data.items() if isinstance(value, Secret)}
        # With stored secrets, a new key would only hide the loss of the old one.
        if secrets and not self._store.answer("holds_secrets"):
            self._secret_box.make_key()
        sealed = {name: self._secret_box.seal(secret) for name, secret in secrets.items()}
        plain = {name: value for name, value in block.data.items() if name not in secrets}
        return {"fields": to_json(plain), "secrets": to_json(sealed)}

    def _block(self, row: sqlite3.Row, *, with_secrets: bool = True) -> Block:
        secrets: Mapping[str, str] = from_json(row["secrets"])
        data: Mapping[str, Json | Secret] = from_json(row["fields"])
        open_box = self._secret_box.open if with_secrets else lambda _sealed: Secret(MASKED)
        opened = {name: open_box(sealed) for name, sealed in secrets.items()}
        block = Block(row["type"], row["name"], {**data, **opened}, row["id"])
        kind = BLOCK_TYPES.get(block.type)
        return replace(block, references=references_in(block, kind)) if kind else block


def pool_of(row: sqlite3.Row) -> WorkPool:
    return furnished(
        WorkPool(
            name=row["name"],
            id=row["id"],
            type=row["type"],
            description=row["description"],
            base_job_template=from_json(row["base_job_template"]),
            is_paused=bool(row["is_paused"]),
            concurrency_limit=row["concurrency_limit"],
        )
    )


def _variable(row: sqlite3.Row) -> Variable:
    return Variable(row["name"], from_json(row["value"]), tuple(from_json(row["tags"])))


def _pool_row(pool: WorkPool) -> dict[str, object]:
    return {
        "name": pool.name,
        "id": pool.id,
        "type": pool.type,
        "description": pool.description,
        "base_job_template": to_json(pool.base_job_template),
        "is_paused": pool.is_paused,
        "concurrency_limit": pool.concurrency_limit,
    }
