"""Blocks, whose secrets are written and compared, and never displayed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from syntask_yaml.backend.base import Backend
from syntask_yaml.backend.blocks import check_fields, check_secrets, references_in, shaped
from syntask_yaml.diagnostics import Diagnostic, did_you_mean
from syntask_yaml.document.node import Node
from syntask_yaml.errors import BackendRefused
from syntask_yaml.model.block import Block, BlockType
from syntask_yaml.model.resource import Owner, Resource, ResourceKind, ResourceWrite, StoredResource
from syntask_yaml.model.secret import revealed, with_secret_texts
from syntask_yaml.operations.contents import Contents
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.resources.kind import KindRow, changes_of, written_resource
from syntask_yaml.operations.resources.portability import portability
from syntask_yaml.project.fit import is_open, misfits, subschema
from syntask_yaml.project.resources.bind import BoundResource
from syntask_yaml.template import is_template


def with_secrets(resource: Resource, types: Mapping[str, BlockType]) -> Resource:
    """Return the block *resource* with its secret fields as secrets; all texts if its type is unknown."""
    block = _block(resource)
    kind = types.get(block.type)
    data = block.data if kind is None else shaped(block, kind).data
    fields = {
        key: with_secret_texts(value) if kind is None or key in kind.secret_fields else value
        for key, value in data.items()
    }
    return replace(resource, fields=fields)


def in_order(blocks: Sequence[BoundResource]) -> Iterator[BoundResource]:
    """Yield *blocks* so that each follows those that its fields refer to."""
    left = {each.declared.name: each for each in blocks}
    while left:
        named = {name: _names(each) & left.keys() - {name} for name, each in left.items()}
        ready = [name for name, needs in named.items() if not needs]
        for name in ready or list(left):  # in a cycle, any order will do
            yield left.pop(name)


def _names(bound: BoundResource) -> frozenset[str]:
    """Return the texts in the fields of a block, any of which may be the name of another block."""
    fields = bound.resource.fields if bound.resource else {}
    return frozenset(value for value in fields.values() if isinstance(value, str))


def _check_block(resource: Resource, node: Node, context: DeployContext) -> Iterator[Diagnostic]:
    block = _block(resource)
    yield from portability(block, node, context)
    kind = context.contents.block_types.get(block.type)
    if kind is None:
        otherwise = "`syntask block create --help` lists the types."
        if not context.backend.features.has_own_worker:
            otherwise = "Run `prefect block register -m MODULE` with the package that has it."
        hint = did_you_mean(block.type, context.contents.block_types, otherwise=otherwise)
        yield node.problem(
            "unknown-block", f"The backend has no block type `{block.type}`.", hint, at_key=True
        )
        return
    try:
        known = context.blocks(block.type, block.name)
        whole = shaped(Block(block.type, block.name, {**(known.data if known else {}), **block.data}), kind)
        check_fields(whole, kind.fields, kind.required)
        if context.backend.features.has_own_worker:  # on a server, secrets need not be texts
            check_secrets(whole, kind)
        declared_fields = replace(whole, data={name: whole.data[name] for name in block.data})
        yield from (each.as_warning() for each in field_problems(declared_fields, kind, node))
    except BackendRefused as error:
        yield (node.get(error.field) or node).problem("wrong-value", error.detail, error.hint, at_key=True)
    yield from _emptied(block, kind, node)
    declared = context.project.names_of(ResourceKind.BLOCK)
    for field, name in references_in(block, kind).items():
        slug, _, own_name = name.partition("/")
        if name not in declared and context.masked_blocks(slug, own_name) is None:
            detail = f"The backend has no block `{name}`, which `{field}` refers to."
            hint = f"Declare it too, or run `syntask block create {slug} {own_name}`."
            yield (node.get(field) or node).problem("unknown-block", detail, hint)


def _emptied(block: Block, kind: BlockType, node: Node) -> Iterator[Diagnostic]:
    """Yield each secret field that its template leaves empty, as CI systems do with secrets they lack."""
    for name in sorted(kind.secret_fields & block.data.keys()):
        place, value = node.get(name), revealed(block.data[name])
        is_empty = isinstance(value, str) and not value.strip()
        if place is not None and is_empty and is_template(place.value) and "default" not in place.value:
            detail = f"The secret field `{name}` would be empty: what it refers to is set, and has no text."
            hint = 'Set it where you deploy. If the field is to be empty, write `""`.'
            yield place.problem("wrong-value", detail, hint)


def _read_blocks(contents: Contents, names: Collection[str], _owner: Owner) -> Iterator[StoredResource]:
    for name in sorted(names):
        slug, _, own_name = name.partition("/")
        block = contents.backend.block(slug, own_name)
        if block is not None:
            yield StoredResource(block_resource(block), block.id)


def block_resource(block: Block) -> Resource:
    """Return *block* with its fields, with other blocks replaced by their names."""
    return Resource(ResourceKind.BLOCK, block.full_name, {**block.data, **block.references})


def _write_block(backend: Backend, change: ResourceWrite, _owner: Owner) -> str | None:
    block = _block(written_resource(change))
    if change.after is None:
        backend.delete_block(block.type, block.name)
    elif change.before is None:
        return backend.create_block(block).id
    elif changes_of(change):
        whole = {**change.before.resource.fields, **block.data}
        kept = {key: value for key, value in whole.items() if value is not None}
        backend.update_block(replace(block, data=kept))
    return change.before.id if change.before else None


def _block(resource: Resource) -> Block:
    slug, _, name = resource.name.partition("/")
    return Block(slug, name, resource.fields)


BLOCK = KindRow(_check_block, _read_blocks, _write_block)


# Texts that are converted to a number or boolean when a block is loaded.
_CONVERTED = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?|true|false|yes|no|on|off|[tfyn]", re.IGNORECASE)
# The fields of our own types that are not texts.
_JSON: Mapping[str, Any] = {"anyOf": [{"type": "string"}, {"type": "object"}]}
_NO_TEXT: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("json", "value"): {},
    ("docker-registry-credentials", "reauth"): {"type": "boolean"},
    ("aws-credentials", "aws_client_parameters"): _JSON,
    ("minio-credentials", "aws_client_parameters"): _JSON,
    ("gcp-credentials", "service_account_info"): _JSON,
    ("webhook", "headers"): _JSON,
    ("webhook", "verify"): {"type": "boolean"},
    ("email-server-credentials", "smtp_port"): {"type": "integer"},
    ("remote-file-system", "settings"): _JSON,
}
# Types for which numbers are converted to a time or duration.
_OF_TIME = re.compile(r'"format": "(date|time|date-time|duration)"')


def field_problems(block: Block, kind: BlockType, node: Node) -> Iterator[Diagnostic]:
    """Yield the mismatches between the fields of *block* and its type; *node* is its declaration.

    The values of secret fields are not displayed.
    """
    properties: Any = kind.schema.get("properties") or _own_properties(kind)
    for name, value in block.data.items():
        given = revealed(value)
        if name not in properties or name in kind.reference_fields or given is None or is_open(given):
            continue
        schema = subschema(kind.schema, properties[name])
        place = node.get(name) or node
        for found in misfits(schema, given):
            part = _part(given, found.path)
            if not _is_converted(part, schema):
                reason = _secret(part) if name in kind.secret_fields else found.reason
                detail = (
                    f"The field `{found.named(name)}` of a block of type `{kind.slug}` is not valid: {reason}"
                )
                yield place.at(found.path).problem("wrong-value", detail, found.hint)


def _own_properties(kind: BlockType) -> Mapping[str, Any]:
    return {name: _NO_TEXT.get((kind.slug, name), {"type": "string"}) for name in kind.fields}


def _part(value: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


def _is_converted(value: Any, schema: str) -> bool:
    if isinstance(value, str):
        return _CONVERTED.fullmatch(value.strip()) is not None
    if isinstance(value, (int, float)):
        return value in (0, 1) or _OF_TIME.search(schema) is not None
    return False


def _secret(value: Any) -> str:
    kinds = {bool: "true or false", int: "a number", float: "a number", dict: "a mapping", list: "a list"}
    return f"it is {kinds.get(type(value), 'another text')}."
