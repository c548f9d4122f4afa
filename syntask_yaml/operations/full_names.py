"""Determine the full name, `flow/name`, of declarations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from syntask_yaml.diagnostics import Diagnostic, once_a_place
from syntask_yaml.document.node import Node
from syntask_yaml.errors import SyntaskError
from syntask_yaml.project.declaration import Declaration
from syntask_yaml.project.entry_problems import touched
from syntask_yaml.project.flows import FlowReader, parse_entrypoint
from syntask_yaml.project.load import Project
from syntask_yaml.project.select import Selectable
from syntask_yaml.template import is_template

if TYPE_CHECKING:
    from syntask_yaml.operations.facets import Resolve


def candidate_of(declaration: Declaration, reader: FlowReader | None, resolve: Resolve | None) -> Selectable:
    """What *declaration* can be asked for by. Without a *reader*, its flow is known by its function only."""
    name, entrypoint = (resolved_text(declaration.node, key, resolve) for key in ("name", "entrypoint"))
    flows: list[str] = []
    try:
        function = parse_entrypoint(entrypoint or declaration.entrypoint).function.rpartition(".")[2]
        flows = [function.replace("_", "-"), function]  # the name that a flow has without one of its own
        if reader is not None:
            flows.insert(0, reader.name(entrypoint or declaration.entrypoint))
    except SyntaskError:
        pass  # what is wrong with its entrypoint is said when it is selected
    return Selectable(name or declaration.name, tuple(dict.fromkeys(flows)), declaration.written_name)


def full_name_of(declaration: Declaration, reader: FlowReader | None, resolve: Resolve | None) -> str:
    """`flow/name` of *declaration* as a deployment has it, as far as both are known."""
    candidate = candidate_of(declaration, reader, resolve)
    return _full(candidate, candidate.name) or declaration.label


def _written_full_name(declaration: Declaration, reader: FlowReader | None) -> str:
    """The same with the name that the entry itself has, which it has in all targets."""
    return _full(candidate_of(declaration, reader, None), declaration.written_name) or declaration.label


def _full(candidate: Selectable, name: str) -> str:
    return f"{candidate.flows[0]}/{name}" if candidate.flows and name else ""


def with_full_names(
    problems: Iterable[Diagnostic], project: Project, reader: FlowReader | None
) -> list[Diagnostic]:
    """*problems* of *project* with `flow/name` of the deployments that each of them touches.

    What several deployments have from one place is one problem.
    """
    declared = {each.node.path: each for each in project.declarations}
    label = cache(lambda path: _written_full_name(declared[path], reader))  # which reads the flow
    named = [
        replace(problem, entries=tuple(map(label, touched(problem, declared, project.document.root))))
        for problem in problems
    ]
    return list(once_a_place(named))


def resolved_text(entry: Node, key: str, resolve: Resolve | None) -> str:
    """Return the text of a *key* of *entry* with its templates resolved; empty where it has none."""
    node = entry.get(key)
    return resolve(node) if resolve and node and is_template(node.value) else ""
