"""Results of tasks that are read from the state of a run, and therefore returned by the flow.

`state.result[x].result` becomes `state.result()["x"]`, if the flow sets `x` once.
"""

from __future__ import annotations

import ast

from syntask_yaml.upgrade.prefect1.draft import FlowFileDraft, Prefect1Flow
from syntask_yaml.upgrade.prefect1.names import bound_names


def convert_results(draft: FlowFileDraft) -> None:
    """Convert reads of results from states of runs of flows that have a block."""
    if not any(each.attr == "result" for each in draft.module.of_kind(ast.Attribute)):
        return
    for flow in draft.flows:
        variables = [each.variable for each in draft.flows]
        if flow.block is None or not flow.variable or variables.count(flow.variable) > 1 or draft.submits:
            continue
        inside = set(flow.nodes)
        for name in _set_once(flow):
            for use in draft.module.uses(name, flow.scope):
                if use not in inside:
                    _convert(draft, flow, use)


def return_line(draft: FlowFileDraft, flow: Prefect1Flow) -> str:
    """Return the statement that returns the results that are read from a run; empty if there are none."""
    if not flow.returned:
        return ""
    stored = {
        node.id: draft.renamed.get(node, node.id)
        for node in flow.nodes
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    items = ", ".join(f'"{name}": {stored[name]}' for name in flow.returned)
    return f"return {{{items}}}"


def _set_once(flow: Prefect1Flow) -> list[str]:
    """Return the names that the flow sets in one unconditional statement."""
    names = [name for each in flow.body for name in bound_names(each)]
    set_by = (
        each.targets[0] for each in flow.body if isinstance(each, ast.Assign) and len(each.targets) == 1
    )
    return [each.id for each in set_by if isinstance(each, ast.Name) and names.count(each.id) == 1]


def _convert(draft: FlowFileDraft, flow: Prefect1Flow, use: ast.Name) -> None:
    item = draft.module.parent(use)
    results = item.value if isinstance(item, ast.Subscript) and item.slice is use else None
    value = draft.module.parent(item) if item is not None else None
    if not (
        isinstance(results, ast.Attribute)
        and results.attr == "result"
        and isinstance(value, ast.Attribute)
        and value.attr == "result"
        and _is_state(draft, flow, results.value)
    ):
        return
    flow.returned[use.id] = None
    draft.results |= {use, results}
    start, end = draft.edits.end(results.value), draft.edits.end(value)
    mark = _quote(draft, use)
    draft.edits.replace(start, end, f".result()[{mark}{use.id}{mark}]")


def _quote(draft: FlowFileDraft, node: ast.AST) -> str:
    """Return the quote for a string at *node*: inside of an f-string, it must differ."""
    around = next((each for each in draft.module.parents(node) if isinstance(each, ast.JoinedStr)), None)
    opened = draft.edits.source(around).lstrip("fFrR")[:1] if around is not None else ""
    return "'" if opened == '"' else '"'


def _is_state(draft: FlowFileDraft, flow: Prefect1Flow, node: ast.expr) -> bool:
    """Return whether an expression is the state of a run of *flow*."""
    if isinstance(node, ast.Name):
        node = draft.module.assigned(node.id, node) or node
    called = node.func if isinstance(node, ast.Call) else None
    return (
        isinstance(called, ast.Attribute)
        and called.attr == "run"
        and isinstance(called.value, ast.Name)
        and called.value.id == flow.variable
    )
