"""Runs of other flows, which become runs of their deployments.

The deployment is the one of the flow's entry or, if that is unknown, has the name that the entry would get.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping

from syntask_yaml.project.spelling import slug
from syntask_yaml.upgrade.prefect1.draft import FlowFileDraft
from syntask_yaml.upgrade.prefect1.edges import is_graph_method
from syntask_yaml.upgrade.prefect1.flows import identifier, without_banned
from syntask_yaml.upgrade.prefect1.static import NotStatic

# Arguments of all tasks, which other rules convert.
_OF_TASKS = frozenset({"upstream_tasks", "task_args"})
# Arguments of a call, with their current names; None for those without an equivalent.
OF_RUNS: Mapping[str, str | None] = {
    "flow_name": "name",
    "project_name": None,
    "parameters": "parameters",
    "run_name": "flow_run_name",
    "idempotency_key": "idempotency_key",
}
Edits = dict[ast.AST, str | None]


class RunUnclear(ValueError):
    """The deployment, or how it runs, is unclear."""


def renamed(draft: FlowFileDraft, call: ast.Call, names: Mapping[str, str | None]) -> Edits:
    """Return keywords with their current names. Raises RunUnclear for others."""
    if call.args or any(each.arg not in {*names, *_OF_TASKS} for each in call.keywords):
        raise RunUnclear
    changed: Edits = {}
    for each in call.keywords:
        if each.arg in names and (new := names[str(each.arg)]) != each.arg:
            changed[each] = None if new is None else f"{new}={draft.edits.source(each.value)}"
    return changed


def deployment(draft: FlowFileDraft, flow: ast.expr) -> str:
    """Return the full name of a flow's deployment as source. Raises RunUnclear for a computed name."""
    name = without_banned(flow_name(draft, flow))
    draft.runs.setdefault(name, flow)
    return f'"{name}/{_entry_of(draft, name)}"'


def flow_name(draft: FlowFileDraft, node: ast.expr) -> str:
    """Return the constant name of a flow. Raises RunUnclear for others."""
    try:
        found = draft.module.value(node)
    except NotStatic as error:
        raise RunUnclear from error
    if not isinstance(found, str) or not identifier(found) or '"' in found:
        raise RunUnclear
    return found


def _entry_of(draft: FlowFileDraft, flow: str) -> str:
    """Return the name of the deployment in the entry of a flow."""
    own = next((each.function for each in draft.flows if each.name == flow), identifier(flow))
    return draft.deployments.get(flow, slug(own))


def note_deployments(draft: FlowFileDraft) -> None:
    """Note the assumed deployment of each flow without a known entry."""
    for flow, node in draft.runs.items():
        if flow not in draft.deployments:
            name = _entry_of(draft, flow)
            text = (
                f"The flow `{flow}` runs as the deployment `{name}`, which is how an upgrade calls its entry."
            )
            draft.note(node, "p1-flow-of-flows", text, "Deploy it under that name, or change the name here.")


def is_only_waited_for(draft: FlowFileDraft, call: ast.Call) -> bool:
    """Return whether the result of *call* is unused; it is no longer a view of a run."""
    parent = draft.module.parent(call)
    if isinstance(parent, ast.Expr):
        return True
    match parent:
        case ast.Assign(targets=[ast.Name(id=name)]):
            return all(_is_upstream(draft, use) for use in draft.module.uses(name, draft.module.scope(call)))
        case _:
            return _is_upstream(draft, call)


def _is_upstream(draft: FlowFileDraft, node: ast.expr) -> bool:
    """Return whether *node* is only named for the graph."""
    inner: ast.AST = node
    outer = draft.module.parent(node)
    while isinstance(outer, (ast.List, ast.Tuple)):
        inner, outer = outer, draft.module.parent(outer)
    if isinstance(outer, ast.keyword):
        return outer.arg == "upstream_tasks"
    method = outer.func if isinstance(outer, ast.Call) and outer.func is not inner else outer
    return isinstance(method, ast.Attribute) and is_graph_method(method.attr)
