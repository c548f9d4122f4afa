"""A block document of an old server. Its secrets are `Secret` values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from syntask_yaml.backend.prefect.bodies import Raw
from syntask_yaml.model.secret import Secret

# Secret fields that are not marked in the schema: servers return them in plain text.
_UNMARKED: Mapping[str, frozenset[str]] = {"remote-file-system": frozenset({"settings"})}


@dataclass(frozen=True, slots=True)
class OldBlock:
    """A block with its *data*. *name* is empty for an anonymous block.

    Nested blocks are mappings with `_block_type_slug` and `_block_document_name`, as in files.
    """

    type: str
    name: str
    data: Mapping[str, Any] = field(repr=False)

    @property
    def value(self) -> dict[str, Any]:
        """Return the block as in the file of a deployment."""
        return {**self.data, **_names(self.type, self.name, is_anonymous=not self.name)}


def old_block(raw: Raw) -> OldBlock:
    """Return the block in a document of the API."""
    type_ = str((raw.get("block_type") or {}).get("slug") or "")
    fields = (raw.get("block_schema") or {}).get("fields") or {}
    secret = {tuple(path.split(".")) for path in fields.get("secret_fields") or ()}
    secret |= {(name,) for name in _UNMARKED.get(type_, ())}
    data = {key: _hidden(value, (key,), secret) for key, value in raw["data"].items()}
    for key, reference in (raw.get("block_document_references") or {}).items():
        if isinstance(data.get(key), dict):
            data[key] = {**data[key], **_reference(reference)}
    return OldBlock(type_, "" if raw.get("is_anonymous") else str(raw.get("name") or ""), data)


def _reference(reference: Raw) -> dict[str, Any]:
    inner = reference.get("block_document") or {}
    slug = str((inner.get("block_type") or {}).get("slug") or "")
    is_anonymous = bool(inner.get("is_anonymous"))
    return _names(slug, "" if is_anonymous else str(inner.get("name") or ""), is_anonymous=is_anonymous)


def _names(type_: str, name: str, *, is_anonymous: bool) -> dict[str, Any]:
    return {"_block_type_slug": type_, "_block_document_name": name, "_is_anonymous": is_anonymous}


def _hidden(value: Any, path: tuple[str, ...], secret: set[tuple[str, ...]]) -> Any:
    """Return *value* with a `Secret` for each text at or below the *secret* paths; `*` matches any key."""
    if isinstance(value, dict):
        return {key: _hidden(item, (*path, str(key)), secret) for key, item in value.items()}
    if isinstance(value, list):
        return [_hidden(item, path, secret) for item in value]
    is_text = isinstance(value, str) and value != ""
    return Secret(value) if is_text and any(_is_in(path, each) for each in secret) else value


def _is_in(path: tuple[str, ...], secret: tuple[str, ...]) -> bool:
    return len(path) >= len(secret) and all(
        one in ("*", other) for one, other in zip(secret, path, strict=False)
    )
