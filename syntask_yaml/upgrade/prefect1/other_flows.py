"""What runs of other flows are today: runs of their deployments.

The deployment of a flow is the one that its entry gets; where that is not known, it has the name that the
entry would get.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping

from syntask_yaml.project.spelling import slug
from syntask_yaml.upgrade.prefect1.draft import FlowFileDraft
from syntask_yaml.upgrade.prefect1.edges import is_graph_method
from syntask_yaml.upgrade.prefect1.flows import identifier, without_banned
from syntask_yaml.upgrade.prefect1.static import NotStatic

# What tasks take themselves, which other rules convert.
_OF_TASKS = frozenset({"upstream_tasks", "task_args"})
# Arguments of a call, with what they are called today; None for what deployments do not have.
OF_RUNS: Mapping[str, str | None] = {
    "flow_name": "name",
    "project_name": None,
    "parameters": "parameters",
    "run_name": "flow_run_name",
    "idempotency_key": "idempotency_key",
}
Edits = dict[ast.AST, str | None]


class RunUnclear(ValueError):
    """Which deployment runs, or how, is not plain to see."""


def renamed(draft: FlowFileDraft, call: ast.Call, names: Mapping[str, str | None]) -> Edits:
    """Keywords with their names of today. Raises RunUnclear for others."""
    if call.args or any(each.arg not in {*names, *_OF_TASKS} for each in call.keywords):
        raise RunUnclear
    changed: Edits = {}
    for each in call.keywords:
        if each.arg in names and (new := names[str(each.arg)]) != each.arg:
            changed[each] = None if new is None else f"{new}={draft.edits.source(each.value)}"
    return changed


def deployment(draft: FlowFileDraft, flow: ast.expr) -> str:
    """The full name of a flow's deployment, as code. Raises RunUnclear for a name that is computed."""
    name = without_banned(flow_name(draft, flow))
    draft.runs.setdefault(name, flow)
    return f'"{name}/{_entry_of(draft, name)}"'


def flow_name(draft: FlowFileDraft, node: ast.expr) -> str:
    """The name of a flow that is written out. Raises RunUnclear for others."""
    try:
        found = draft.module.value(node)
    except NotStatic as error:
        raise RunUnclear from error
    if not isinstance(found, str) or not identifier(found) or '"' in found:
        raise RunUnclear
    return found


def _entry_of(draft: FlowFileDraft, flow: str) -> str:
    """The name of the deployment that the entry of a flow has."""
    own = next((each.function for each in draft.flows if each.name == flow), identifier(flow))
    return draft.deployments.get(flow, slug(own))


def note_deployments(draft: FlowFileDraft) -> None:
    """Say of each flow which deployment runs, if that is not known from its entry."""
    for flow, node in draft.runs.items():
        if flow not in draft.deployments:
            name = _entry_of(draft, flow)
            text = (
                f"The flow `{flow}` runs as the deployment `{name}`, which is how an upgrade calls its entry."
            )
            draft.note(node, "p1-flow-of-flows", text, "Deploy it under that name, or change the name here.")


def is_only_waited_for(draft: FlowFileDraft, call: ast.Call) -> bool:
    """Whether nothing takes what *call* returns: it is no view of a run today."""
    parent = draft.module.parent(call)
    if isinstance(parent, ast.Expr):
        return True
    match parent:
        case ast.Assign(targets=[ast.Name(id=name)]):
            return all(_is_upstream(draft, use) for use in draft.module.uses(name, draft.module.scope(call)))
        case _:
            return _is_upstream(draft, call)


def _is_upstream(draft: FlowFileDraft, node: ast.expr) -> bool:
    """Whether *node* is named for the graph only."""
    inner: ast.AST = node
    outer = draft.module.parent(node)
    while isinstance(outer, (ast.List, ast.Tuple)):
        inner, outer = outer, draft.module.parent(outer)
    if isinstance(outer, ast.keyword):
        return outer.arg == "upstream_tasks"
    method = outer.func if isinstance(outer, ast.Call) and outer.func is not inner else outer
    return isinstance(method, ast.Attribute) and is_graph_method(method.attr)
