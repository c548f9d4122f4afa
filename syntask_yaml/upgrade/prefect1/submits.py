"""`--submit`: submission of tasks that only tasks depend on, so that a failure stops only its dependents.

Calls at the top level of a flow's body are submitted if only tasks use their results. The function returns
these, so that the run waits for all of them and has their states.
"""

from __future__ import annotations

import ast

from syntask_yaml.upgrade.prefect1.calls import has_mark, is_task
from syntask_yaml.upgrade.prefect1.draft import FlowFileDraft, Prefect1Flow
from syntask_yaml.upgrade.prefect1.edges import is_graph_method
from syntask_yaml.upgrade.prefect1.names import bound_names


def submit_tasks(draft: FlowFileDraft) -> None:
    """Submit the tasks of every flow that has a block, if the user requested it."""
    if not draft.submits:
        return
    for flow in draft.flows:
        names = [name for statement in flow.body if (name := _submit(draft, flow, statement))]
        if names:
            last = flow.body[-1]
            indent = draft.edits.indentation(last)
            text = f"{draft.edits.newline}{indent}return [{', '.join(dict.fromkeys(names))}]"
            draft.edits.insert(draft.edits.end(last), text)


def note_order(draft: FlowFileDraft) -> None:
    """Note where concurrent calls have become sequential."""
    for flow in draft.flows:
        is_parallel = any(each.startswith("task_runner=") for each in flow.arguments)
        if is_parallel and not draft.submits and _has_independent_calls(draft, flow):
            text = "Independent calls ran concurrently. They run in order now."
            draft.note(flow.call, "p1-executor", text, "Upgrade with `--submit` to keep them concurrent.")


def _has_independent_calls(draft: FlowFileDraft, flow: Prefect1Flow) -> bool:
    """Return whether a top-level call in a flow reads no name that an earlier one sets."""
    needed: dict[str, set[int]] = {}
    done: set[int] = set()
    for index, statement in enumerate(flow.body):
        value = statement.value if isinstance(statement, (ast.Assign, ast.Expr)) else None
        if value is None:
            continue
        names = {node.id for node in draft.module.inside(value) if isinstance(node, ast.Name)}
        earlier = {each for name in names for each in needed.get(name, ())}
        called = value.func if isinstance(value, ast.Call) else None
        if isinstance(called, ast.Attribute) and is_graph_method(called.attr):
            return False  # the rest of the graph is built elsewhere
        if called is not None and is_task(draft, called):
            if done - earlier:
                return True
            earlier.add(index)
            done.add(index)
        if isinstance(statement, ast.Assign):
            needed |= {name: {*earlier} for name in bound_names(statement)}
    return False


def _submit(draft: FlowFileDraft, flow: Prefect1Flow, statement: ast.stmt) -> str:
    """Submit the task that *statement* calls, and return the name of its future; empty if it does not."""
    if not isinstance(statement, (ast.Assign, ast.Expr)) or not isinstance(statement.value, ast.Call):
        return ""
    call = statement.value
    maps = isinstance(call.func, ast.Attribute) and call.func.attr == "map"
    called = call.func.value if maps and isinstance(call.func, ast.Attribute) else call.func
    has_options = any(each.arg == "task_args" for each in call.keywords)
    has_options = has_options or has_mark(draft, call, "prefect.mapped")
    if has_options or not is_task(draft, called) or not isinstance(called, ast.Name):
        return ""
    if isinstance(statement, ast.Expr):
        name = f"{called.id}_{flow.body.index(statement) + 1}"
        draft.edits.insert(draft.edits.start(statement), f"{name} = ")
    elif isinstance(statement.targets[0], ast.Name) and _is_only_passed(draft, flow, statement):
        name = draft.renamed.get(statement.targets[0], statement.targets[0].id)
    else:
        return ""
    if maps:
        draft.unresolved.add(call)
    else:
        draft.edits.insert(draft.edits.end(called), ".submit")
    return name


def _is_only_passed(draft: FlowFileDraft, flow: Prefect1Flow, statement: ast.Assign) -> bool:
    """Return whether only tasks use the value that the statement sets."""
    assert isinstance(statement.targets[0], ast.Name)
    name = statement.targets[0].id
    uses = [node for node in flow.nodes if isinstance(node, ast.Name) and node.id == name]
    return all(isinstance(use.ctx, ast.Store) or _is_passed(draft, use) for use in uses)


def _is_passed(draft: FlowFileDraft, use: ast.AST) -> bool:
    outer = draft.module.parent(use)
    while isinstance(outer, (ast.List, ast.Tuple, ast.keyword)):
        use, outer = outer, draft.module.parent(outer)
    if not isinstance(outer, ast.Call):
        return False
    called = outer.func
    if isinstance(called, ast.Attribute) and called.attr == "map":
        called = called.value
    is_unmapped = draft.names.called(outer) == "prefect.unmapped" and _is_passed(draft, outer)
    return use is called or is_task(draft, called) or is_unmapped
