"""Statements that add to a graph: methods of flows and tasks, and the dependencies that they state."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from syntask_yaml.upgrade.prefect1.call_arguments import argument
from syntask_yaml.upgrade.prefect1.draft import FlowFileDraft, Prefect1Flow

# Methods that add to a graph without a dependency.
_ADDS_TO_FLOW = frozenset({"add_task"})
_ADDS_TO_TASK = frozenset({"bind"})


@dataclass(frozen=True, slots=True)
class Edge:
    """A dependency: *task* waits for *upstream*, or takes its result as the argument *key*."""

    task: ast.expr
    upstream: ast.expr
    key: str = ""


class GraphUnclear(ValueError):
    """An argument of a statement that adds to a graph is computed."""


Reader = Callable[[ast.Call, ast.expr], Iterator[Edge]]


def read_edges(call: ast.Call, flow: str) -> tuple[Edge, ...] | None:
    """Return the dependencies that *call* states; None for other calls, or if they are computed.

    *flow* is the variable of the flow.
    """
    if not isinstance(call.func, ast.Attribute):
        return None
    owner = call.func.value
    is_of_flow = isinstance(owner, ast.Name) and owner.id == flow
    reader = (_OF_FLOWS if is_of_flow else _OF_TASKS).get(call.func.attr)
    if reader is None or any(isinstance(each, ast.Starred) for each in call.args):
        return None
    try:
        _check_options(call, flow, reader)
        return tuple(reader(call, owner))
    except GraphUnclear:
        return None


def _check_options(call: ast.Call, flow: str, reader: Reader) -> None:
    known, count = _ARGUMENTS[reader]
    if count is not None and len(call.args) > count:
        raise GraphUnclear
    for each in call.keywords:
        is_flow = each.arg == "flow" and isinstance(each.value, ast.Name) and each.value.id == flow
        if not (is_flow or each.arg in known):
            raise GraphUnclear


def _set_upstream(call: ast.Call, owner: ast.expr) -> Iterator[Edge]:
    for other in _listed(argument(call, "task", 0), is_one=True):
        yield Edge(owner, other, _key(argument(call, "key", 2)))


def _set_downstream(call: ast.Call, owner: ast.expr) -> Iterator[Edge]:
    for other in _listed(argument(call, "task", 0), is_one=True):
        yield Edge(other, owner, _key(argument(call, "key", 2)))


def _add_edge(call: ast.Call, _owner: ast.expr) -> Iterator[Edge]:
    upstream, task = argument(call, "upstream_task", 0), argument(call, "downstream_task", 1)
    if upstream is None or task is None:
        raise GraphUnclear
    yield Edge(task, upstream, _key(argument(call, "key", 2)))


def _chain(call: ast.Call, _owner: ast.expr) -> Iterator[Edge]:
    for upstream, task in pairwise(call.args):
        yield Edge(task, upstream)


def _dependencies_of_flow(call: ast.Call, _owner: ast.expr) -> Iterator[Edge]:
    task = argument(call, "task", 0)
    if task is None:
        raise GraphUnclear
    yield from _dependencies(task, argument(call, "upstream_tasks", 1), argument(call, "downstream_tasks", 2))


def _dependencies_of_task(call: ast.Call, owner: ast.expr) -> Iterator[Edge]:
    yield from _dependencies(
        owner, argument(call, "upstream_tasks", 1), argument(call, "downstream_tasks", 2)
    )


def _dependencies(task: ast.expr, upstream: ast.expr | None, downstream: ast.expr | None) -> Iterator[Edge]:
    yield from (Edge(task, each) for each in _listed(upstream))
    yield from (Edge(each, task) for each in _listed(downstream))


def _listed(node: ast.expr | None, *, is_one: bool = False) -> list[ast.expr]:
    if isinstance(node, (ast.List, ast.Tuple)):
        return node.elts
    if node is None and not is_one:
        return []
    if node is None or not is_one:
        raise GraphUnclear
    return [node]


def _key(node: ast.expr | None) -> str:
    if node is None or (isinstance(node, ast.Constant) and node.value is None):
        return ""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    raise GraphUnclear


_OF_TASKS: Mapping[str, Reader] = {
    "set_upstream": _set_upstream,
    "set_downstream": _set_downstream,
    "set_dependencies": _dependencies_of_task,
}
_OF_FLOWS: Mapping[str, Reader] = {
    "add_edge": _add_edge,
    "chain": _chain,
    "set_dependencies": _dependencies_of_flow,
}
# By reader: the accepted keywords, and the number of positional arguments.
_ARGUMENTS: Mapping[Reader, tuple[frozenset[str], int | None]] = {
    _set_upstream: (frozenset({"task", "key"}), 1),
    _set_downstream: (frozenset({"task", "key"}), 1),
    _add_edge: (frozenset({"upstream_task", "downstream_task", "key"}), 3),
    _chain: (frozenset(), None),
    _dependencies_of_flow: (frozenset({"task", "upstream_tasks", "downstream_tasks"}), 3),
    _dependencies_of_task: (frozenset({"upstream_tasks", "downstream_tasks"}), 0),
}


def is_uncalled(draft: FlowFileDraft, flow: Prefect1Flow, node: ast.AST | None) -> bool:
    """Return whether *node* is a task, or an import that may be one, that the flow has not called before."""
    if not isinstance(node, ast.Name):
        return False
    imported = draft.names.imported.get(node.id, "")
    is_task = node.id in draft.tasks or bool(imported and not imported.startswith("prefect"))
    return is_task and not any(
        isinstance(each, ast.Name)
        and each.id == node.id
        and isinstance(each.ctx, ast.Store)
        and not draft.makes_task(draft.module.statement(each))
        for each in flow.nodes
    )


def graph_statements(draft: FlowFileDraft, flow: Prefect1Flow) -> list[ast.Expr]:
    """Return the statements that add to the graph of *flow* by methods of flows or uncalled tasks."""
    found: dict[ast.stmt, None] = {}
    for use in draft.module.uses(flow.variable, flow.scope) if flow.variable else []:
        if draft.flow_of(use, flow.scope) is not flow:
            continue
        outer = draft.module.parent(use)
        call = draft.module.parent(outer) if outer is not None else None
        is_of_flow = isinstance(outer, ast.Attribute) and outer.attr in _ADDS_TO_FLOW | _OF_FLOWS.keys()
        is_given = isinstance(outer, ast.keyword) and outer.arg == "flow" and _is_of_task(draft, flow, call)
        if is_of_flow or is_given:
            found[draft.module.statement(use)] = None
    for statement in flow.body:
        if isinstance(statement, ast.Expr) and _is_of_task(draft, flow, statement.value):
            found[statement] = None
    alone = (each for each in found if isinstance(each, ast.Expr) and isinstance(each.value, ast.Call))
    return sorted(
        (
            each
            for each in alone
            if not draft.edits.is_removed(each)
            and each not in draft.moved.values()
            and each not in draft.added
        ),
        key=draft.edits.start,
    )


def _is_of_task(draft: FlowFileDraft, flow: Prefect1Flow, call: ast.AST | None) -> bool:
    """Return whether a method of an uncalled task is called."""
    return (
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in _ADDS_TO_TASK | _OF_TASKS.keys()
        and is_uncalled(draft, flow, call.func.value)
    )


def is_graph_method(name: str) -> bool:
    """Return whether a method of that name adds to a graph."""
    return name in _ADDS_TO_FLOW | _ADDS_TO_TASK | _OF_FLOWS.keys() | _OF_TASKS.keys()
