"""Flows that are built imperatively: `add_task`, `add_edge`, `chain`, `set_dependencies`, `bind`.

If all tasks are names and the graph is known completely, it is written as calls, each after its dependencies.
"""

from __future__ import annotations

import ast

from syntask_yaml.upgrade.prefect1.call_arguments import argument
from syntask_yaml.upgrade.prefect1.calls import is_known
from syntask_yaml.upgrade.prefect1.draft import FlowFileDraft, Prefect1Flow
from syntask_yaml.upgrade.prefect1.edges import graph_statements, is_uncalled, read_edges
from syntask_yaml.upgrade.prefect1.headers import decorator, signature
from syntask_yaml.upgrade.prefect1.names import bound_names
from syntask_yaml.upgrade.prefect1.task_graph import TaskGraph, UnclearGraph

_HINT = "Call the tasks in the function of the flow, and pass results or `wait_for=[…]`."
# Methods of flows that add no task.
_ADDS_NOTHING = frozenset({"run", "register", "deploy", "visualize"})


def convert_graphs(draft: FlowFileDraft) -> None:
    """Convert flows without a block to functions, and imperative statements in blocks."""
    for flow in draft.flows:
        statements = graph_statements(draft, flow)
        try:
            graph = _read(draft, flow, statements)
            lines = graph.calls(submits=draft.submits)
        except UnclearGraph as error:
            left: list[ast.stmt] = [*statements] or ([flow.definition] if flow.block is None else [])
            for statement in left:
                draft.todo(statement, "p1-dependency", f"{str(error) or 'The graph is computed.'} {_HINT}")
            if flow.block is None:
                draft.left.add(flow.function)
            continue
        if flow.block is None:
            _write_function(draft, flow, statements, lines)
        elif statements:
            _write_lines(draft, statements, lines)


def _read(draft: FlowFileDraft, flow: Prefect1Flow, statements: list[ast.Expr]) -> TaskGraph:
    graph = TaskGraph()
    if (tasks := flow.options.get("tasks")) is not None:
        if not isinstance(tasks[0], (ast.List, ast.Tuple)):
            raise UnclearGraph
        for each in tasks[0].elts:
            _upstream(draft, flow, graph, each)
    if "edges" in flow.options:
        raise UnclearGraph
    homes = {id(draft.module.parent(each)) for each in statements}
    is_straight = len(homes) <= 1 and (flow.block is None or not statements or homes == {id(flow.block)})
    if not is_straight:
        raise UnclearGraph
    for statement in statements:
        assert isinstance(statement.value, ast.Call)
        _read_call(draft, flow, graph, statement.value)
    if flow.block is None and not graph.inputs and not _is_empty(draft, flow):
        raise UnclearGraph
    return graph


def _is_empty(draft: FlowFileDraft, flow: Prefect1Flow) -> bool:
    """Return whether no use of a flow could add tasks to it."""
    for use in draft.module.uses(flow.variable, flow.scope):
        if draft.flow_of(use, flow.scope) is not flow:
            continue
        attribute = draft.module.parent(use)
        if not isinstance(attribute, ast.Attribute):
            return False
        call = draft.module.parent(attribute)
        is_call = isinstance(call, ast.Call) and call.func is attribute
        if not (isinstance(attribute.ctx, ast.Store) or (is_call and attribute.attr in _ADDS_NOTHING)):
            return False
    return not isinstance(flow.scope, ast.FunctionDef)


def _read_call(draft: FlowFileDraft, flow: Prefect1Flow, graph: TaskGraph, call: ast.Call) -> None:
    """Add the tasks and dependencies of a method call to *graph*."""
    assert isinstance(call.func, ast.Attribute)
    method, owner = call.func.attr, call.func.value
    if method == "add_task":
        _upstream(draft, flow, graph, argument(call, "task", 0))
        return
    is_of_flow = isinstance(owner, ast.Name) and owner.id == flow.variable
    task = argument(call, "task", 0) if is_of_flow else owner
    if method == "bind":
        _check_bound(call)
        bound = [each for each in call.keywords if each.arg != "flow"]
        _take(draft, flow, graph, task, {str(each.arg): each.value for each in bound})
        return
    values = argument(call, "keyword_tasks", 3) if method == "set_dependencies" else None
    kept = [each for each in call.keywords if each.arg != "keyword_tasks"]
    edges = read_edges(ast.Call(call.func, call.args[:3], kept), flow.variable)
    if edges is None or (len(call.args) > 4 and method != "chain"):
        raise UnclearGraph
    if method == "set_dependencies":
        _take(draft, flow, graph, task, _written_out(values))
    if method == "chain":
        edges = read_edges(call, flow.variable) or ()
        for each in call.args[:1]:
            graph.add(_task(draft, flow, each))
    for edge in edges:
        upstream = _upstream(draft, flow, graph, edge.upstream)
        if edge.key:
            _take(draft, flow, graph, edge.task, {edge.key: edge.upstream})
        else:
            name = _task(draft, flow, edge.task)
            graph.add(name)
            graph.wait(name, upstream)


def _check_bound(call: ast.Call) -> None:
    if call.args or any(each.arg in (None, "upstream_tasks", "mapped") for each in call.keywords):
        raise UnclearGraph


def _written_out(node: ast.expr | None) -> dict[str, ast.expr]:
    """Return the keys and values of a dict display."""
    if node is None:
        return {}
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict":
        if not node.args and all(each.arg for each in node.keywords):
            return {str(each.arg): each.value for each in node.keywords}
    elif isinstance(node, ast.Dict) and all(isinstance(key, ast.Constant) for key in node.keys):
        return {str(key.value): value for key, value in zip(node.keys, node.values, strict=True)}  # type: ignore[union-attr]
    raise UnclearGraph


def _take(
    draft: FlowFileDraft,
    flow: Prefect1Flow,
    graph: TaskGraph,
    node: ast.expr | None,
    values: dict[str, ast.expr],
) -> None:
    """Pass *values* to a task as arguments: results, parameters, or literals."""
    task = _task(draft, flow, node)
    graph.add(task)
    for key, value in values.items():
        if isinstance(value, ast.Constant):
            graph.inputs[task][key] = draft.edits.source(value)
        else:
            graph.inputs[task][key] = _upstream(draft, flow, graph, value)


def _task(draft: FlowFileDraft, flow: Prefect1Flow, node: ast.AST | None) -> str:
    """Return the name of an uncalled task."""
    if isinstance(node, ast.Name) and is_uncalled(draft, flow, node):
        return node.id
    raise UnclearGraph("A task is not a name of this file.")


def _upstream(draft: FlowFileDraft, flow: Prefect1Flow, graph: TaskGraph, node: ast.AST | None) -> str:
    """Return the name of a task, which is added to the graph, of a parameter, or of a result."""
    if isinstance(node, ast.Name) and (node.id in draft.parameters or _is_result(draft, flow, node)):
        return draft.renamed.get(node, node.id)
    task = _task(draft, flow, node)
    graph.add(task)
    return task


def _is_result(draft: FlowFileDraft, flow: Prefect1Flow, use: ast.Name) -> bool:
    """Return whether the flow sets a name once, to a parameter or result, before all graph statements."""
    stores = [each for each in flow.nodes if isinstance(each, ast.Name) and each.id == use.id]
    match [each for each in flow.body if use.id in bound_names(each)]:
        case [ast.Assign(targets=[ast.Name()], value=ast.Call(func=called)) as made]:
            pass
        case _:
            return False
    is_value = is_known(draft, called) or draft.names.of(called) == "prefect.Parameter"
    is_once = sum(isinstance(each.ctx, ast.Store) for each in stores) == 1
    return is_value and is_once and made.lineno < min(each.lineno for each in graph_statements(draft, flow))


def _write_function(
    draft: FlowFileDraft, flow: Prefect1Flow, statements: list[ast.Expr], lines: list[str]
) -> None:
    """Replace the last statement of the graph, where all of its tasks are defined, by the function."""
    place: ast.stmt = statements[-1] if statements else flow.definition
    indent = draft.edits.indentation(place)
    newline = draft.edits.newline
    head = f"{indent}{signature(flow, indent, newline)}"
    written = [decorator(draft, flow), head]
    body = [*flow.first_lines, *lines] or ["pass"]
    written += [f"{indent}    {line}" for line in body]
    draft.edits.take(place)
    draft.edits.replace_node(place, newline.join(written))
    for each in (flow.definition, *statements):
        if each is not place:
            draft.edits.remove(each)


def _write_lines(draft: FlowFileDraft, statements: list[ast.Expr], lines: list[str]) -> None:
    first, *others = statements
    indent = draft.edits.indentation(first)
    draft.edits.take(first)
    draft.edits.replace_node(first, f"{draft.edits.newline}{indent}".join(lines))
    for each in others:
        draft.edits.remove(each)
