"""Conversion of an infrastructure block to a work pool, with its fields as defaults of job variables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from syntask_yaml.backend.prefect.old_block import OldBlock
from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.document.location import MappingLocation
from syntask_yaml.document.node import Node
from syntask_yaml.document.reader import read_file
from syntask_yaml.errors import ProjectInvalid, UsageError
from syntask_yaml.project.dialect import Dialect
from syntask_yaml.project.flows import FlowReader
from syntask_yaml.source import Source
from syntask_yaml.upgrade.agent_deployment import AgentDeployment, Form
from syntask_yaml.upgrade.blocks import block_name, block_type, has_copy
from syntask_yaml.upgrade.draft import BlockNeed, ConversionContext, EntryDraft, WantedPool
from syntask_yaml.upgrade.infrastructure import INFRASTRUCTURE
from syntask_yaml.upgrade.job_variables import kind_of
from syntask_yaml.upgrade.pools import job_variables_of
from syntask_yaml.upgrade.secrets import hide_secrets, hide_values
from syntask_yaml.upgrade.templates.compose import compose
from syntask_yaml.upgrade.templates.defaults import Template, default_templates


@dataclass(frozen=True, slots=True)
class InfraBlock:
    """An infrastructure block. *node* is the mapping of its fields, whose source has no secrets."""

    node: Node
    type: str
    name: str

    @property
    def pool_type(self) -> str:
        """The type of the work pool. Raises UsageError for a block of another type."""
        kind = kind_of(self.type)
        if kind is None:
            known = ", ".join(f"`{slug}`" for slug in INFRASTRUCTURE)
            raise UsageError(
                f"No work pool replaces a block of type `{self.type or 'unknown'}`.",
                hint=f"The types of infrastructure blocks are {known}.",
            )
        return kind.type


@dataclass(frozen=True, slots=True)
class BlockPool:
    """The result for a block: a base job template, the blocks that it refers to, and messages."""

    template: Mapping[str, Any]
    blocks: tuple[BlockNeed, ...]
    problems: tuple[Diagnostic, ...]


def read_block(path: Path) -> InfraBlock:
    """Return the block in a YAML or JSON file: the whole file, or the `infrastructure` of a deployment.

    Raises ProjectInvalid for an unreadable file, UsageError for a file without the values of a block.
    """
    document = read_file(path)
    if any(problem.is_error for problem in document.diagnostics):
        raise ProjectInvalid(document.diagnostics)
    root = hide_secrets(document.root).root
    node = (root.get("infrastructure") if isinstance(root.value, dict) else None) or root
    if not block_type(node):
        hint = "Add `block_type_slug`, for example `block_type_slug: kubernetes-job`."
        raise UsageError(f"`{path}` does not contain an infrastructure block.", hint=hint)
    block = InfraBlock(node, block_type(node), block_name(node))
    if block.name and not has_copy(node):
        hint = f"Read it from the server with `--from-block {block.type}/{block.name} --from-server URL`."
        raise UsageError(f"`{path}` contains only the name of the block `{block.name}`.", hint=hint)
    return block


def block_of_server(block: OldBlock, url: str) -> InfraBlock:
    """Return a block that was read from a server."""
    source = Source(f"block {block.type}/{block.name} on {url}", "")
    value, _ = hide_values(Node(block.value, source, 0))
    return InfraBlock(Node(value, source, 0), block.type, block.name)


def pool_of_block(block: InfraBlock, name: str, base: Template, *, dialect: Dialect) -> BlockPool:
    """Return *block* as a pool called *name*, whose type has the default template *base*.

    References to blocks are written in *dialect*, the one of the backend's workers. Without *base*, the
    default template of current servers is used. Raises UsageError for a block of another type.
    """
    pool_type = block.pool_type
    kind = INFRASTRUCTURE[block.type]
    base = base or default_templates()[pool_type]
    # Base job templates cannot escape braces; they are written unchanged.
    form = Form.PROJECT if dialect is Dialect.PREFECT else Form.AGENT
    root = Path()
    context = ConversionContext(root, dialect, FlowReader(root), templates={pool_type: base})
    deployment = AgentDeployment(_as_infrastructure(block.node), root, form)
    draft = EntryDraft(deployment, context)
    draft.pool = WantedPool(pool_type, name)
    (infrastructure,) = deployment.root.children()
    draft.ledger.open(infrastructure)
    variables = job_variables_of(draft, infrastructure, kind)
    lifted: Any = json.loads(draft.pool.template) if draft.pool.template else base
    if isinstance(variables.get("env"), dict):
        properties = lifted["variables"]["properties"]
        variables["env"] = {**(properties.get("env", {}).get("default") or {}), **variables["env"]}
    problems = tuple(replace(problem, entries=()) for problem in draft.problems)
    return BlockPool(compose(lifted, {}, variables), tuple(draft.blocks), problems)


def _as_infrastructure(block: Node) -> Node:
    """Return a deployment with *block* as its infrastructure and no other fields."""
    start = block.span.start
    location = MappingLocation(start, [start], [block.location], {"infrastructure": 0})
    return Node({"infrastructure": block.value}, block.source, location)
