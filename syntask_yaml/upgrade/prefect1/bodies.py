"""Conversion of a flow's body to the body of a function: names, mapped calls, dependencies, conditions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from syntask_yaml.upgrade.prefect1.draft import FlowFileDraft, Prefect1Flow
from syntask_yaml.upgrade.prefect1.names import bound_names
from syntask_yaml.upgrade.python_tree import children

_LATER = "It is not known outside of the function. Use it in the flow, or return it."


def check_names(draft: FlowFileDraft) -> None:
    """Change or leave uses of the body's names outside of it or before they are set: they are local now."""
    for flow in draft.flows:
        if flow.block is None:
            continue
        _rename_shadowed(draft, flow)
        own = {name for each in flow.body for name in bound_names(each)} - {
            each.variable for each in draft.flows
        }
        inside = set(flow.nodes)
        elsewhere = _bound_elsewhere(draft, flow)
        for name in sorted(own - elsewhere):
            for use in draft.module.uses(name, flow.scope):
                if use not in inside and use not in draft.results:
                    draft.todo(
                        use, "p1-body-name", f"`{name}` is set in the flow `{flow.function}`. {_LATER}"
                    )


def _bound_elsewhere(draft: FlowFileDraft, flow: Prefect1Flow) -> set[str]:
    body = getattr(flow.scope, "body", [])
    others = {name for each in body if each is not flow.block for name in _bound(each, flow)}
    return others | draft.names.imported.keys()


def _bound(node: ast.AST, flow: Prefect1Flow) -> Iterator[str]:
    if node is flow.block:
        return
    if isinstance(node, ast.With) and flow.block in node.body:
        yield from (name for each in node.body for name in _bound(each, flow))
        return
    yield from bound_names(node)


class _Event(NamedTuple):
    node: ast.Name
    is_store: bool
    is_nested: bool


def _rename_shadowed(draft: FlowFileDraft, flow: Prefect1Flow) -> None:
    """Rename the target of `x = x()`, which would read a name of the function before its assignment."""
    events: dict[str, list[_Event]] = {}
    for each in flow.body:
        for event in _events(each, is_nested=False):
            events.setdefault(event.node.id, []).append(event)
    for name, found in events.items():
        stores = [index for index, event in enumerate(found) if event.is_store]
        if not stores or stores[0] == 0:
            continue
        if any(event.is_nested for event in found):
            text = f"`{name}` is set in the flow after another use. Give it another name."
            draft.todo(found[stores[0]].node, "p1-body-name", text)
            continue
        new = f"{name}_result"
        while new in draft.module.bound or new in draft.names.imported:
            new += "_"
        for event in found[stores[0] :]:
            if name in draft.tasks and _is_called(draft, event.node):
                continue  # calling a task's result called the task again
            draft.edits.replace_node(event.node, new)
            draft.renamed[event.node] = new


def _is_called(draft: FlowFileDraft, node: ast.Name) -> bool:
    parent = draft.module.parent(node)
    is_map = isinstance(parent, ast.Attribute) and parent.attr == "map"
    return is_map or (isinstance(parent, ast.Call) and parent.func is node)


def _events(node: ast.AST, *, is_nested: bool) -> Iterator[_Event]:
    """Yield the names that *node* reads and sets, in order of execution."""
    if isinstance(node, ast.Name):
        yield _Event(node, isinstance(node.ctx, ast.Store), is_nested)
        return
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        yield _Event(node.target, is_store=False, is_nested=True)
    if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        parts: list[ast.AST] = [*([node.value] if node.value else []), *targets]
    elif isinstance(node, (ast.For, ast.AsyncFor)):
        parts = [node.iter, node.target, *node.body, *node.orelse]
    elif isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Lambda)):
        parts = [
            each for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)
        ]
    else:
        parts = children(node)
    nests = is_nested or isinstance(node, _NESTING)
    for child in parts:
        yield from _events(child, is_nested=nests)


_NESTING = (ast.For, ast.While, ast.If, ast.Try, ast.With, ast.FunctionDef, ast.Lambda)
