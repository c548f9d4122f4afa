"""Statements that chain calls: `flow.add_task(b())`, `b(…).set_upstream(a)`, `flow.chain(a(), b())`."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from syntask_yaml.upgrade.prefect1.dependencies import bodies_of, calls_task, edges_of, is_set_before
from syntask_yaml.upgrade.prefect1.draft import FlowFileDraft, Prefect1Flow
from syntask_yaml.upgrade.prefect1.parameters import PARAMETERS
from syntask_yaml.upgrade.prefect1.stated_calls import StatedCall, add_arguments


def convert_chains(draft: FlowFileDraft) -> None:
    """Convert these statements in all flows."""
    for flow in draft.flows:
        for body in bodies_of(flow):
            for statement in body:
                _convert_addition(draft, flow, statement)
                _convert_chained(draft, flow, statement)
                _convert_chain(draft, flow, statement)


def _convert_addition(draft: FlowFileDraft, flow: Prefect1Flow, statement: ast.stmt) -> None:
    """Convert `flow.add_task(…)` of a call to the call, which adds the task."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and len(call.args) == 1):
        return
    owner, added = call.func.value, call.args[0]
    is_addition = call.func.attr == "add_task" and isinstance(owner, ast.Name) and owner.id == flow.variable
    if not is_addition or call.keywords:
        return
    if isinstance(added, ast.Name) and is_set_before(draft, flow, added):
        draft.edits.remove(statement)
    elif draft.names.called(added) in PARAMETERS:  # it is in the function's header already
        draft.added.add(statement)
        if not draft.has_todo(statement):
            draft.edits.remove(statement)
    elif isinstance(added, ast.Call) and (draft.makes_task_of(added) or calls_task(draft, added)):
        called = "()" if draft.makes_task_of(added) else ""
        draft.edits.replace(draft.edits.start(call), draft.edits.start(added), "")
        draft.edits.replace(draft.edits.end(added), draft.edits.end(call), called)
        draft.added.add(statement)


def _convert_chained(draft: FlowFileDraft, flow: Prefect1Flow, statement: ast.stmt) -> None:
    """Convert `b(…).set_upstream(a)` to a call that waits for an earlier task."""
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Call() as made)) as stated):
            edges = edges_of(flow, statement)
        case _:
            return
    if not edges or not calls_task(draft, made):
        return
    call = StatedCall(statement, made)
    for edge in edges:
        upstream = edge.upstream
        is_plain = edge.task is made and isinstance(upstream, ast.Name)
        if not (is_plain and isinstance(upstream, ast.Name) and is_set_before(draft, flow, upstream)):
            return
        if edge.key:
            call.inputs[edge.key] = upstream
        else:
            call.waits.append(upstream)
    add_arguments(draft, call)
    draft.edits.replace(draft.edits.end(made), draft.edits.end(stated), "")
    draft.added.add(statement)


def _convert_chain(draft: FlowFileDraft, flow: Prefect1Flow, statement: ast.stmt) -> None:
    """Convert `flow.chain(a(), b())` to a statement for each call, which waits for the previous one."""
    match statement:
        case ast.Expr(
            value=ast.Call(
                func=ast.Attribute(value=ast.Name(id=flow.variable), attr="chain"), args=given, keywords=[]
            ) as chain
        ):
            made = [each for each in given if isinstance(each, ast.Call) and calls_task(draft, each)]
        case _:
            return
    first = given[0] if given and given[0] not in made else None
    if first is not None and not (isinstance(first, ast.Name) and is_set_before(draft, flow, first)):
        return
    edits = draft.edits
    ends = [edits.start(chain), *(edits.end(each) for each in given)]
    between = [edits.original(end, edits.start(each)) for end, each in zip(ends[1:], given[1:], strict=False)]
    if made != given[first is not None :] or not made or not edits.is_alone(statement):
        return
    if any(each.strip() != "," for each in between):  # a comment
        return
    names = [*_new_names(draft, made[:-1])]
    line_end = f"{edits.newline}{edits.indentation(statement)}"
    before = [*([first] if isinstance(first, ast.Name) else []), *map(ast.Name, names)]
    start = edits.start(chain)
    for index, call in enumerate(made):
        name = f"{names[index]} = " if index < len(names) else ""
        edits.replace(start, edits.start(call), f"{line_end if index else ''}{name}")
        waits = before[index - 1 + (first is not None)] if index or first is not None else None
        add_arguments(draft, StatedCall(statement, call, [waits] if waits is not None else []))
        start = edits.end(call)
    edits.replace(start, edits.end(chain), "")
    draft.added.add(statement)


def _new_names(draft: FlowFileDraft, calls: Sequence[ast.Call]) -> Iterator[str]:
    """Yield an unused name for each call."""
    taken = {*draft.module.bound, *draft.names.imported}
    for number, call in enumerate(calls, 1):
        called = call.func.value if isinstance(call.func, ast.Attribute) else call.func
        name = f"{getattr(called, 'id', 'call')}_{number}"
        while name in taken:
            name += "_"
        taken.add(name)
        yield name
