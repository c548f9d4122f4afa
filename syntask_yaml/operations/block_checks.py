"""Blocks that a run looks up: whether the backend has them, with the fields that are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from syntask_yaml.diagnostics import Diagnostic, did_you_mean
from syntask_yaml.document.node import Node
from syntask_yaml.errors import BackendRefused
from syntask_yaml.model.step import Step
from syntask_yaml.template import is_template, may_hold_template, parse
from syntask_yaml.template.scope import NAMESPACES, BlockLookup

if TYPE_CHECKING:
    from syntask_yaml.project.load import Project

_STEP = "pull_with_block"


def check_references(node: Node, blocks: BlockLookup) -> Iterator[Diagnostic]:
    """Yield a warning for each block below *node* that is not there, or lacks the field.

    *blocks* looks up one, without its secrets.
    """
    for text in _texts(node):
        for placeholder in parse(text.value).placeholders:
            namespace, _, rest = placeholder.text.partition(".blocks.")
            slug, _, inside = rest.partition(".")
            name, _, field = inside.partition(".")
            if namespace in NAMESPACES and name:
                yield from _check(text, blocks, slug, name, field.partition(".")[0])


def check_storage_blocks(
    steps: Sequence[Step], project: Project, blocks: BlockLookup
) -> Iterator[Diagnostic]:
    """Yield a warning for each `pull_with_block` among the pull *steps* whose block is not there."""
    for step in steps:
        node = project.document.root.at(step.path)
        yield from check_references(node, blocks)
        if step.name.rpartition(".")[2] == _STEP:
            named = [step.inputs.get(key) for key in ("block_type_slug", "block_document_name")]
            if all(isinstance(each, str) and not is_template(each) for each in named):
                yield from _check(node, blocks, str(named[0]), str(named[1]), "")


def _texts(node: Node) -> Iterator[Node]:
    """The texts at and below *node* that may hold a template."""
    if isinstance(node.value, str):
        yield node
    for child in node.children():
        if may_hold_template(child.value):
            yield from _texts(child)


def _check(node: Node, blocks: BlockLookup, type: str, name: str, field: str) -> Iterator[Diagnostic]:
    try:
        block = blocks(type, name)
    except BackendRefused:  # who deploys may not read blocks, and the worker may
        return
    if block is None:
        detail = f"The backend has no block `{name}` of type `{type}`, which runs look up."
        hint = f"Run `syntask block create {type} {name}` to create it."
        yield node.problem("unknown-block", detail, hint).as_warning()
    elif field and field not in block.data and set(block.data) != {"value"}:
        detail = f"The block `{type}/{name}` has no field `{field}`."
        yield node.problem("unknown-block", detail, did_you_mean(field, block.data)).as_warning()
