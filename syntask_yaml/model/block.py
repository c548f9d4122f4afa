"""Values that are kept on a backend under a name: variables and blocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from syntask_yaml.model.secret import Secret
from syntask_yaml.model.value import Json


@dataclass(frozen=True, slots=True)
class Variable:
    """A named JSON value that everybody may read."""

    name: str
    value: Json
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A named document of a block type; fields that the type calls secret are of type `Secret`."""

    type: str
    name: str
    data: Mapping[str, Json | Secret] = field(default_factory=dict)
    id: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class BlockType:
    """A kind of block: its fields, and which of them are secret."""

    slug: str
    fields: tuple[str, ...]
    secret_fields: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()


_GIT_FIELDS = ("username", "password", "token", "url")

# The types that the embedded backend knows. Slugs and fields are those of the reference.
BLOCK_TYPES: Mapping[str, BlockType] = {
    kind.slug: kind
    for kind in (
        BlockType("secret", ("value",), frozenset({"value"}), frozenset({"value"})),
        BlockType("string", ("value",), required=frozenset({"value"})),
        BlockType("json", ("value",), required=frozenset({"value"})),
        BlockType("github-credentials", ("token",), frozenset({"token"}), frozenset({"token"})),
        BlockType("gitlab-credentials", ("token", "url"), frozenset({"token"}), frozenset({"token"})),
        BlockType("bitbucket-credentials", _GIT_FIELDS, frozenset({"password", "token"})),
        BlockType("azure-devops-credentials", ("token",), frozenset({"token"}), frozenset({"token"})),
    )
}
