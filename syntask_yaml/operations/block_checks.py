"""Check that the blocks of a run exist and have the fields that templates refer to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from syntask_yaml.diagnostics import Diagnostic, did_you_mean, nearest
from syntask_yaml.document.node import Node
from syntask_yaml.errors import BackendRefused
from syntask_yaml.model.step import Step
from syntask_yaml.template import is_template, may_hold_template, parse
from syntask_yaml.template.scope import NAMESPACES, BlockLookup

if TYPE_CHECKING:
    from syntask_yaml.project.load import Project

_STEP = "pull_with_block"


class BlockChecker:
    """Checks that blocks exist, and explains why a declared one will not.

    *blocks* looks up one, without its secrets. *declared* are the blocks of the project by `type/name`, each
    with the errors that keep it from being written.
    """

    def __init__(
        self, blocks: BlockLookup, declared: Mapping[str, Sequence[Diagnostic]] | None = None
    ) -> None:
        self._blocks = blocks
        self._declared = declared or {}

    def check(self, node: Node) -> Iterator[Diagnostic]:
        """Yield a warning for each block below *node* that does not exist or lacks the field."""
        for text in _texts(node):
            for placeholder in parse(text.value).placeholders:
                namespace, _, rest = placeholder.text.partition(".blocks.")
                slug, _, inside = rest.partition(".")
                name, _, field = inside.partition(".")
                if namespace in NAMESPACES and name:
                    yield from self._check(text, slug, name, field.partition(".")[0])

    def check_storage(self, steps: Sequence[Step], project: Project) -> Iterator[Diagnostic]:
        """Yield a warning for each `pull_with_block` among the pull *steps* whose block does not exist."""
        for step in steps:
            node = project.document.root.at(step.path)
            yield from self.check(node)
            if step.name.rpartition(".")[2] == _STEP:
                named = [step.inputs.get(key) for key in ("block_type_slug", "block_document_name")]
                if all(isinstance(each, str) and not is_template(each) for each in named):
                    yield from self._check(node, str(named[0]), str(named[1]), "")

    def _check(self, node: Node, type: str, name: str, field: str) -> Iterator[Diagnostic]:
        if broken := self._declared.get(f"{type}/{name}"):
            yield from broken
            return
        try:
            block = self._blocks(type, name)
        except BackendRefused:  # the user may lack permission to read blocks that the worker can read
            return
        if block is None:
            near = nearest(f"{type}/{name}", self._declared) or ""
            if self._declared.get(near):  # it would exist without its errors
                yield from self._declared[near]
                return
            detail = f"The backend has no block `{name}` of type `{type}`, which runs look up."
            hint = f"Run `syntask block create {type} {name}` to create it."
            if near:
                hint = f"Did you mean `{near.replace('/', '.')}`?"
            yield node.problem("unknown-block", detail, hint).as_warning()
        elif field and field not in block.data and set(block.data) != {"value"}:
            detail = f"The block `{type}/{name}` has no field `{field}`."
            yield node.problem("unknown-block", detail, did_you_mean(field, block.data)).as_warning()


def _texts(node: Node) -> Iterator[Node]:
    """Yield the texts at and below *node* that may contain a template."""
    if isinstance(node.value, str):
        yield node
    for child in node.children():
        if may_hold_template(child.value):
            yield from _texts(child)
