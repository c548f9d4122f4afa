"""Convert storage blocks to pull steps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from syntask._backend.blocks import Block
from syntask_yaml.backend.base import Backend
from syntask_yaml.cli.views.output import say
from syntask_yaml.document.node import Node
from syntask_yaml.errors import UsageError
from syntask_yaml.project.dialect import Dialect
from syntask_yaml.project.flows import FlowReader
from syntask_yaml.project.spelling import step
from syntask_yaml.sdk.blocks import block_value
from syntask_yaml.source import Source
from syntask_yaml.upgrade.agent_deployment import AgentDeployment, Form
from syntask_yaml.upgrade.blocks import block_name, block_type
from syntask_yaml.upgrade.draft import BlockNeed, ConversionContext, EntryDraft
from syntask_yaml.upgrade.secrets import hide_values
from syntask_yaml.upgrade.storages import PULLED_WHOLE, STORAGES
from syntask_yaml.upgrade.stored_code import StoredCode


def pull_of_block(block: Block, backend: Backend) -> list[dict[str, Any]]:
    """Return the steps that pull the code of *block*. Raises NotFound, UsageError."""
    if block.block_type_slug not in STORAGES:
        detail = f"A block of type `{block.block_type_slug}` does not hold code."
        raise UsageError(detail, hint="Pass a block of a git repository or an object store.")
    value = block_value(block, backend)
    hidden, _ = hide_values(Node({"name": block.name, "storage": value}, Source(block.full_name, ""), 0))
    root = Node(hidden, Source(block.full_name, ""), 0)
    storage = root.at(("storage",))
    slug, name = block_type(storage), block_name(storage)
    if name and slug in PULLED_WHOLE:
        return [step("pull_with_block", Dialect.SYNTASK, block_type_slug=slug, block_document_name=name)]
    here = Path.cwd()
    draft = EntryDraft(
        AgentDeployment(root, here, Form.SCRIPT), ConversionContext(here, Dialect.SYNTASK, FlowReader(here))
    )
    pull, _ = STORAGES[slug].convert(StoredCode(draft, storage, ""))
    say_needs(draft.blocks, backend)
    return pull


def say_needs(blocks: tuple[BlockNeed, ...] | list[BlockNeed], backend: Backend) -> None:
    """Say which blocks are to be created, as secrets leave those of Prefect 2."""
    for need in blocks:
        if backend.block(need.type, need.name, with_secrets=False) is None:
            how = need.command or "in the UI of the server"
            say(f"The pull step refers to the block {need.type}/{need.name}. Create it: {how}")
