"""Read blocks for flow code, loading as little as possible."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syntask._backend.blocks import Block
from syntask_yaml.errors import NotFound
from syntask_yaml.model.block import BLOCK_TYPES
from syntask_yaml.model.secret import revealed
from syntask_yaml.sdk.backends import open_backend

# Types that nothing of today has, and what holds the same now.
SUCCESSORS: Mapping[str, str] = {
    "github": "github-repository",
    "s3": "s3-bucket",
    "gcs": "gcs-bucket",
    "azure": "azure-blob-storage-container",
}


def read_block(block: Block) -> Mapping[str, Any]:
    """Return the fields of a block of the backend, secrets too. Raises NotFound."""
    with open_backend() as backend:
        found = backend.block(block.block_type_slug, block.name)
        if found is None:
            raise missing_block(block)
        fields: Mapping[str, Any] = revealed(dict(found.data))
        return fields


def missing_block(block: Block) -> NotFound:
    slug = SUCCESSORS.get(block.block_type_slug, block.block_type_slug)
    if slug in BLOCK_TYPES:
        hint = f"Run `syntask block create {slug} {block.name}` to create it."
    else:
        hint = (
            "Set PREFECT_API_URL to the server that has it, or create the work pool by hand: "
            f"`syntask work-pool create {block.name}`."
        )
    return NotFound(f"The backend has no block `{block.full_name}`.", hint=hint)
