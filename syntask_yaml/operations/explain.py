"""Explain the origins of a deployment's values, and the meaning of messages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from syntask_yaml.diagnostics import Path as TreePath
from syntask_yaml.diagnostics import did_you_mean
from syntask_yaml.document.layer_nodes import layer_of, replaced_by
from syntask_yaml.document.node import Node
from syntask_yaml.errors import NotFound
from syntask_yaml.operations.choose import choose
from syntask_yaml.operations.edit import parse_path
from syntask_yaml.operations.selection import Selection
from syntask_yaml.project.declaration import Declaration
from syntask_yaml.project.flows import FlowReader
from syntask_yaml.project.load import Project
from syntask_yaml.project.sections import SECTIONS

# The layer of sections outside the deployments.
_PROJECT = "the project"


@dataclass(frozen=True, slots=True)
class ValueOrigin:
    """A value of a deployment, as it is written at *place* in *layer*; empty for its own entry."""

    value: Any
    place: str
    layer: str


@dataclass(frozen=True, slots=True)
class ExplainedValue:
    """The value at *path* of a deployment, followed by the values that it replaced."""

    path: TreePath
    chain: tuple[ValueOrigin, ...]


def explain(project: Project, text: str, reader: FlowReader) -> tuple[str, list[ExplainedValue]]:
    """Return the deployment of *text* (`flow/name` or `flow/name.path`), and the origins of its values.

    Raises NotFound for a deployment or a path that the project does not have.
    """
    declaration, path = _split(project, text, reader)
    node = declaration.node.at(path)
    if len(node.path) < len(declaration.node.path) + len(path):
        at = declaration.node.at(path[:-1])
        known = list(at.value) if isinstance(at.value, dict) else []
        detail = f"`{declaration.label}` does not set `{text.partition(declaration.name)[2].lstrip('.')}`."
        raise NotFound(detail, hint=did_you_mean(str(path[-1]), map(str, known)))
    own = len(declaration.node.path)
    leaves = (
        (each, layer) for each, layer in _leaves(declaration.node) if each.path[: len(node.path)] == node.path
    )
    found = [_explained(each, each.path[own:], layer) for each, layer in leaves]
    if not path:
        found += [_explained(each, each.path, _PROJECT) for each in _shared(project, declaration)]
    return declaration.label, found


def _split(project: Project, text: str, reader: FlowReader) -> tuple[Declaration, TreePath]:
    """Split *text* into a deployment and a path; names may contain dots, so the longest match wins."""
    parts = text.split(".")
    failure: NotFound | None = None
    for end in range(len(parts), 0, -1):
        try:
            (declaration, *others) = choose(project, Selection(names=(".".join(parts[:end]),)), reader)
        except NotFound as error:
            failure = error
            continue
        if others:
            detail = f"`{'.'.join(parts[:end])}` means {len(others) + 1} deployments."
            raise NotFound(detail, hint="Name one of them as FLOW/NAME.")
        return declaration, parse_path(".".join(parts[end:])) if parts[end:] else ()
    raise failure or NotFound("No deployment is named.")


def _leaves(node: Node, layer: str = "") -> Iterator[tuple[Node, str]]:
    """Yield the values below *node* that are merged as a whole, scalars and lists, each with its layer."""
    own = layer_of(node, layer)
    if isinstance(node.value, dict) and node.value:
        for child in node.children():
            yield from _leaves(child, own)
    else:
        yield node, own


def _shared(project: Project, declaration: Declaration) -> Iterator[Node]:
    """Yield the sections of the project that the deployment inherits."""
    for key in SECTIONS:
        section = project.document.root.get(key) if key not in declaration.node.value else None
        if section is not None:
            yield section


def _explained(node: Node, path: TreePath, layer: str) -> ExplainedValue:
    replaced = (_origin(each, layer_of(each)) for each in replaced_by(node))
    return ExplainedValue(path, (_origin(node, layer), *replaced))


def _origin(node: Node, layer: str) -> ValueOrigin:
    return ValueOrigin(node.value, str(node.span), layer)
