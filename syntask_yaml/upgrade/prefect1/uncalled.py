"""Tasks that a flow names without calling: in Prefect 1, a name meant one call without arguments."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from syntask_yaml.upgrade.prefect1.calls import is_known
from syntask_yaml.upgrade.prefect1.draft import FlowFileDraft, Prefect1Flow
from syntask_yaml.upgrade.prefect1.edges import is_graph_method
from syntask_yaml.upgrade.prefect1.names import COMPREHENSIONS

_AROUND = (ast.List, ast.Tuple, ast.keyword)
# Nodes whose parts are evaluated repeatedly, or not at all.
_NOT_ONCE = (*COMPREHENSIONS, ast.IfExp, ast.BoolOp)
_MARKS = frozenset({"prefect.mapped", "prefect.unmapped"})


def convert_uncalled(draft: FlowFileDraft) -> None:
    """Call each uncalled task that is an argument of task calls; leave the others."""
    for flow in draft.flows:
        found: dict[str, list[ast.Name]] = {}
        for node in flow.nodes:
            if isinstance(node, ast.Name) and _is_uncalled(draft, flow, node):
                found.setdefault(node.id, []).append(node)
        for name, uses in found.items():
            is_plain = name in draft.tasks and not _is_in_graph(draft, flow, name)
            if is_plain and all(_is_given(draft, flow, use) for use in uses):
                _call(draft, name, sorted(uses, key=draft.edits.start))
                continue
            for use in uses:
                draft.todo(use, "p1-dependency", f"`{name}` is not called. Call it, and pass its result.")


def names_uncalled(draft: FlowFileDraft, flow: Prefect1Flow, node: ast.AST) -> bool:
    """Return whether *node* names a task without calling it, so that it cannot be moved as it is."""
    named = (each for each in draft.module.inside(node) if isinstance(each, ast.Name))
    return any(_is_uncalled(draft, flow, each) for each in named)


def _is_uncalled(draft: FlowFileDraft, flow: Prefect1Flow, node: ast.Name) -> bool:
    parent = draft.module.parent(node)
    is_called = isinstance(parent, ast.Call) and parent.func is node
    is_task = node.id in draft.tasks or _is_alias(draft, node)
    if not isinstance(node.ctx, ast.Load) or not is_task or is_called:
        return False
    if isinstance(parent, ast.Attribute) or _is_local(draft, flow, node) or draft.edits.is_edited(node):
        return False
    return not any(isinstance(each, ast.Lambda) for each in draft.module.parents(node))


def _is_alias(draft: FlowFileDraft, node: ast.Name) -> bool:
    """Return whether the module sets the name to a task, as in `again = count`, even indirectly."""
    waiting, seen = [node.id], {*draft.names.imported}
    while waiting:
        name = waiting.pop()
        if name in draft.tasks:
            return True
        if name not in seen:
            seen.add(name)
            waiting += _set_to(draft, name)
    return False


def _set_to(draft: FlowFileDraft, name: str) -> Iterator[str]:
    """Yield the names that the module assigns to *name*."""
    for scope, value, _ in draft.module.assignments.get(name, ()):
        if scope is draft.module.tree:
            choices = [value]
            for each in choices:
                if isinstance(each, ast.IfExp):
                    choices += [each.body, each.orelse]
                elif isinstance(each, ast.BoolOp):
                    choices += each.values
            yield from (each.id for each in choices if isinstance(each, ast.Name))


def _is_in_graph(draft: FlowFileDraft, flow: Prefect1Flow, name: str) -> bool:
    """Return whether the call is also part of a graph that another rule has written."""
    for node in flow.nodes:
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load):
            parent = draft.module.parent(node)
            is_called = isinstance(parent, ast.Call) and parent.func is node
            is_method = isinstance(parent, ast.Attribute) and not is_graph_method(parent.attr)
            if not (is_called or is_method) and draft.edits.is_edited(node):
                return True
            if isinstance(parent, ast.Attribute) and is_graph_method(parent.attr):
                return True
    return False


def _is_local(draft: FlowFileDraft, flow: Prefect1Flow, node: ast.Name) -> bool:
    """Return whether the flow sets the name to a value other than a task that it creates."""
    return any(
        isinstance(each, ast.Name)
        and each.id == node.id
        and isinstance(each.ctx, ast.Store)
        and not draft.makes_task(draft.module.statement(each))
        for each in flow.nodes
    )


def _is_given(draft: FlowFileDraft, flow: Prefect1Flow, use: ast.Name) -> bool:
    """Return whether it is an argument of a task call that runs once, in place."""
    statement = draft.module.statement(use)
    if any(isinstance(each, _NOT_ONCE) for each in draft.module.parents(use)):
        return False
    if statement not in flow.body or statement in draft.moved or statement in draft.moved.values():
        return False
    inner: ast.AST = use
    outer = draft.module.parent(use)
    while outer is not None and (isinstance(outer, _AROUND) or draft.names.called(outer) in _MARKS):
        inner, outer = outer, draft.module.parent(outer)
    if not isinstance(outer, ast.Call) or outer.func is inner:
        return False
    called = outer.func
    if isinstance(called, ast.Attribute) and called.attr == "map":
        called = called.value
    return is_known(draft, called) or (isinstance(inner, ast.keyword) and inner.arg == "upstream_tasks")


def _call(draft: FlowFileDraft, name: str, uses: list[ast.Name]) -> None:
    """Call the task where it is named or, for several uses, once before them."""
    call = f"{name}{'.submit' if draft.submits else ''}()"
    if len(uses) == 1:
        draft.edits.replace_node(uses[0], call)
        return
    result = f"{name}_result"
    while result in draft.module.bound or result in draft.names.imported:
        result += "_"
    first = draft.module.statement(uses[0])
    line_end = f"{draft.edits.newline}{draft.edits.indentation(first)}"
    separator = line_end if draft.edits.is_alone(first) else "; "
    draft.edits.insert(draft.edits.start(first), f"{result} = {call}{separator}")
    for use in uses:
        draft.edits.replace_node(use, result)
