"""Fields of blocks against the schema of their type, as code that loads the block reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.document.node import Node
from syntask_yaml.model.block import Block, BlockType
from syntask_yaml.model.secret import revealed
from syntask_yaml.project.fit import is_open, misfits, subschema

# Texts that become a number, true or false when a block is loaded.
_CONVERTED = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?|true|false|yes|no|on|off|[tfyn]", re.IGNORECASE)
# The fields of our own types that are no text.
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
# Numbers become a time, or a duration.
_OF_TIME = re.compile(r'"format": "(date|time|date-time|duration)"')


def field_problems(block: Block, kind: BlockType, node: Node) -> Iterator[Diagnostic]:
    """Yield each part of the fields of *block* that does not fit its type; *node* is where it is declared.

    The values of secret fields are not shown.
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
