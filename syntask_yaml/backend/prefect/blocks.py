"""Blocks: documents of a type whose latest schema defines their fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from syntask_yaml.backend.blocks import block_exists, check_fields, no_such_block, references_in, shaped
from syntask_yaml.backend.prefect.base import PrefectBase
from syntask_yaml.backend.prefect.bodies import Raw
from syntask_yaml.backend.prefect.encoding import part
from syntask_yaml.backend.prefect.faults import Refused
from syntask_yaml.diagnostics import did_you_mean
from syntask_yaml.errors import BackendRefused
from syntask_yaml.model.block import BLOCK_TYPES, Block, BlockType
from syntask_yaml.model.secret import revealed, with_secret_texts

# The keys that lead to a value. `*` matches any key.
_Path: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Kind:
    """A type of blocks, with its id and the id of its latest schema on the server."""

    type: BlockType
    type_id: str
    schema_id: str


class PrefectBlocks(PrefectBase):
    """Operations on blocks."""

    def block_types(self) -> list[BlockType]:
        types, schemas = self._api.both(
            lambda: self._server.every("block_types"), lambda: self._server.every("block_schemas")
        )
        newest: dict[str, Raw] = {}
        for schema in sorted(schemas, key=_created):
            newest[str(schema.get("block_type_id"))] = schema
        found = {kind["slug"]: newest[kind["id"]] for kind in types if kind["id"] in newest}
        return self._api.parsed(lambda: [_type_of(slug, found[slug]) for slug in sorted(found)])

    def blocks(self) -> list[Block]:
        found = self._server.every("block_documents", {"include_secrets": True})
        blocks = self._api.parsed(lambda: [_block(raw) for raw in found])
        return sorted(blocks, key=lambda block: (block.type, block.name))

    def block(self, type: str, name: str, *, with_secrets: bool = True) -> Block | None:
        asked = "true" if with_secrets else "false"
        raw = self._server.get(_block_path(type, name), "block_documents", include_secrets=asked)
        return None if raw is None else self._api.parsed(lambda: _block(raw))

    def create_block(self, block: Block) -> Block:
        kind = self._kind(block.type)
        body = {
            "name": block.name,
            "data": self._data(block, kind.type),
            "block_type_id": kind.type_id,
            "block_schema_id": kind.schema_id,
        }
        path = _block_path(block.type, block.name)
        try:
            made = self._made("block_documents", body, path)
        except Refused as error:
            raise block_exists(block) if error.status == 409 else error from error
        return self.block(block.type, block.name) or self._api.parsed(lambda: _block(made))

    def update_block(self, block: Block) -> Block:
        raw = self._server.get(_block_path(block.type, block.name), "block_documents")
        if raw is None:
            raise no_such_block(block.type, block.name)
        kind = self._kind(block.type)
        body = {
            "data": self._data(block, kind.type),
            "block_schema_id": kind.schema_id,
            "merge_existing_data": False,
        }
        self._api.patch(f"/block_documents/{part(raw['id'])}", body)
        return self.block(block.type, block.name) or block

    def delete_block(self, type: str, name: str) -> bool:
        raw = self._server.get(_block_path(type, name), "block_documents")
        return raw is not None and self._api.delete(f"/block_documents/{part(raw['id'])}")

    def _kind(self, slug: str) -> _Kind:
        """Return the block type called *slug*. Raises BackendRefused if the server does not have it."""
        kind = self._server.get(f"/block_types/slug/{part(slug)}", "block_types")
        if kind is None:
            raise self._no_block_type(slug)
        type_id = str(kind.get("id"))
        found = self._api.every("block_schemas", {"block_schemas": {"block_type_id": {"any_": [type_id]}}})
        if not found:
            raise BackendRefused(
                "The server has no schema for this block type.", hint="Register the block type again."
            )
        schema = max(found, key=_created)
        return self._api.parsed(lambda: _Kind(_type_of(slug, schema), type_id, schema["id"]))

    def _no_block_type(self, slug: str) -> BackendRefused:
        slugs = [kind["slug"] for kind in self._api.every("block_types")]
        otherwise = "Run `prefect block register -m MODULE` to register the block types of a package."
        return BackendRefused(
            f"The server has no block type `{slug}`.", hint=did_you_mean(slug, slugs, otherwise=otherwise)
        )

    def _data(self, block: Block, kind: BlockType) -> dict[str, Any]:
        """Return the fields of *block* for a request, with references as ids."""
        check_fields(block, kind.fields, kind.required)
        named = {
            field: {"$ref": {"block_document_id": self._id_of(name, field)}}
            for field, name in references_in(block, kind).items()
        }
        return {**revealed(shaped(block, kind).data), **named}

    def _id_of(self, name: str, field: str) -> str:
        """Return the id of the block *name* (`type/name`), to which *field* refers."""
        slug, _, own_name = name.partition("/")
        raw = self._server.get(_block_path(slug, own_name), "block_documents")
        if raw is None:
            raise BackendRefused(
                f"The server has no block `{name}`, which `{field}` refers to.",
                hint=f"Run `syntask block create {slug} {own_name}` to create it.",
            )
        return str(raw["id"])


def _created(schema: Raw) -> str:
    return str(schema.get("created"))


def _block_path(type: str, name: str) -> str:
    return f"/block_types/slug/{part(type)}/block_documents/name/{part(name)}"


def _type_of(slug: str, schema: Raw) -> BlockType:
    fields = schema["fields"]
    properties = fields.get("properties") or {}
    return BlockType(
        slug,
        tuple(properties),
        secret_fields=frozenset(path.partition(".")[0] for path in fields.get("secret_fields") or ()),
        required=frozenset(fields.get("required") or ()),
        reference_fields=frozenset(fields.get("block_schema_references") or ()),
        object_fields=frozenset(name for name, each in properties.items() if each.get("type") == "object"),
        schema=fields,
    )


def _block(raw: Raw) -> Block:
    references = {
        field: f"{inner['block_type']['slug']}/{inner['name']}"
        for field, each in (raw.get("block_document_references") or {}).items()
        if (inner := each["block_document"])
    }
    data = _with_secrets(raw["data"], frozenset(_secret_paths(raw, references)))
    return Block(_slug(raw), raw["name"], data, raw["id"], references)


def _slug(raw: Raw) -> str:
    return str((raw.get("block_type") or {}).get("slug") or raw.get("block_type_name") or "")


def _secret_paths(raw: Raw, references: Mapping[str, str]) -> Iterator[_Path]:
    """Yield the paths of secrets, according to the schema on the server and to our own block type."""
    fields = (raw.get("block_schema") or {}).get("fields") or {}
    for path in fields.get("secret_fields") or ():
        yield tuple(path.split("."))
    for field in _own_secrets(_slug(raw)):
        yield (field,)
    for outer, name in references.items():
        for field in _own_secrets(name.partition("/")[0]):
            yield (outer, field)


def _own_secrets(slug: str) -> frozenset[str]:
    kind = BLOCK_TYPES.get(slug)
    return kind.secret_fields if kind else frozenset()


def _with_secrets(value: Any, paths: frozenset[_Path]) -> Any:
    """Return *value* with the texts at and below *paths* as secrets."""
    if () in paths:
        return with_secret_texts(value)
    if not paths or not isinstance(value, Mapping):
        return value
    return {
        key: _with_secrets(item, frozenset(path[1:] for path in paths if path[0] in (key, "*")))
        for key, item in value.items()
    }
