"""Determine the full name, `flow/name`, of declarations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from syntask_yaml.diagnostics import Diagnostic, once_per_location
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
    """Return the names that select *declaration*; without a *reader*, the flow is named by its function."""
    name, entrypoint = (resolved_text(declaration.node, key, resolve) for key in ("name", "entrypoint"))
    flows: list[str] = []
    try:
        function = parse_entrypoint(entrypoint or declaration.entrypoint).function.rpartition(".")[2]
        flows = [function.replace("_", "-"), function]  # the default name of a flow
        if reader is not None:
            flows.insert(0, reader.name(entrypoint or declaration.entrypoint))
    except SyntaskError:
        pass  # an invalid entrypoint is reported when the declaration is selected
    return Selectable(name or declaration.name, tuple(dict.fromkeys(flows)), declaration.written_name)


def full_name_of(declaration: Declaration, reader: FlowReader | None, resolve: Resolve | None) -> str:
    """Return the `flow/name` of *declaration* on the backend, as far as known."""
    candidate = candidate_of(declaration, reader, resolve)
    return _full(candidate, candidate.name) or declaration.label


def _written_full_name(declaration: Declaration, reader: FlowReader | None) -> str:
    """Return the `flow/name` of *declaration* with the name in the entry, the same in all targets."""
    return _full(candidate_of(declaration, reader, None), declaration.written_name) or declaration.label


def _full(candidate: Selectable, name: str) -> str:
    return f"{candidate.flows[0]}/{name}" if candidate.flows and name else ""


def with_full_names(
    problems: Iterable[Diagnostic], project: Project, reader: FlowReader | None
) -> list[Diagnostic]:
    """Return the *problems* of *project* with the `flow/name` of each affected deployment.

    Problems at one location that several deployments share are merged.
    """
    declared = {each.node.path: each for each in project.declarations}
    label = cache(lambda path: _written_full_name(declared[path], reader))  # reads the flow
    named = [
        replace(problem, entries=tuple(map(label, touched(problem, declared, project.document.root))))
        for problem in problems
    ]
    return list(once_per_location(named))


def resolved_text(entry: Node, key: str, resolve: Resolve | None) -> str:
    """Return the text at *key* of *entry* with its templates resolved; empty without one."""
    node = entry.get(key)
    return resolve(node) if resolve and node and is_template(node.value) else ""
