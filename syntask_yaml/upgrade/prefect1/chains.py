"""Statements that make a call and say more of it: `flow.add_task(b())`, `b(…).set_upstream(a)`."""

from __future__ import annotations

import ast

from syntask_yaml.upgrade.prefect1.dependencies import (
    StatedCall,
    add_arguments,
    bodies_of,
    calls_task,
    edges_of,
    is_set_before,
)
from syntask_yaml.upgrade.prefect1.draft import FlowFileDraft, Prefect1Flow
from syntask_yaml.upgrade.prefect1.parameters import PARAMETERS


def convert_chains(draft: FlowFileDraft) -> None:
    """Every statement of that kind in a flow."""
    for flow in draft.flows:
        for body in bodies_of(flow):
            for statement in body:
                _convert_addition(draft, flow, statement)
                _convert_chained(draft, flow, statement)


def _convert_addition(draft: FlowFileDraft, flow: Prefect1Flow, statement: ast.stmt) -> None:
    """`flow.add_task(…)` of what is called: the call adds it."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and len(call.args) == 1):
        return
    owner, added = call.func.value, call.args[0]
    is_addition = call.func.attr == "add_task" and isinstance(owner, ast.Name) and owner.id == flow.variable
    if not is_addition or call.keywords:
        return
    if isinstance(added, ast.Name) and is_set_before(draft, flow, added):
        draft.edits.remove(statement)
    elif draft.names.called(added) in PARAMETERS:  # the head of the function has it by now
        draft.added.add(statement)
        if not draft.has_todo(statement):
            draft.edits.remove(statement)
    elif isinstance(added, ast.Call) and (draft.makes_task_of(added) or calls_task(draft, added)):
        called = "()" if draft.makes_task_of(added) else ""
        draft.edits.replace(draft.edits.start(call), draft.edits.start(added), "")
        draft.edits.replace(draft.edits.end(added), draft.edits.end(call), called)
        draft.added.add(statement)


def _convert_chained(draft: FlowFileDraft, flow: Prefect1Flow, statement: ast.stmt) -> None:
    """`b(…).set_upstream(a)`: the call waits for what is set before."""
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
