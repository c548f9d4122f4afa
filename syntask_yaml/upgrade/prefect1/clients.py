"""Clients that only create projects, which no longer exist: the project is a tag of the deployment."""

from __future__ import annotations

import ast

from syntask_yaml.upgrade.prefect1.draft import FlowFileDraft

_CLIENTS = frozenset({"prefect.Client", "prefect.client.Client"})


def convert_clients(draft: FlowFileDraft) -> None:
    """Remove each client that is only used to create projects."""
    for node in draft.module.calls:
        if draft.names.called(node) not in _CLIENTS:
            continue
        parent = draft.module.parent(node)
        uses: list[ast.expr] = [node]
        made: list[ast.stmt] = []
        if isinstance(parent, ast.Assign) and len(parent.targets) == 1:
            target = parent.targets[0]
            if not isinstance(target, ast.Name) or draft.module.assigned(target.id, node) is not node:
                continue
            uses, made = [*draft.module.uses(target.id, draft.module.scope(node))], [parent]
        asked = [_creation(draft, use) for use in uses]
        if all(asked):
            for statement in filter(None, [*made, *asked]):
                draft.edits.remove(statement)


def _creation(draft: FlowFileDraft, client: ast.expr) -> ast.Expr | None:
    """Return the statement that creates a project with *client*, if that is its only use."""
    method = draft.module.parent(client)
    call = draft.module.parent(method) if isinstance(method, ast.Attribute) else None
    statement = draft.module.parent(call) if isinstance(call, ast.Call) and call.func is method else None
    is_creation = isinstance(method, ast.Attribute) and method.attr == "create_project"
    return statement if is_creation and isinstance(statement, ast.Expr) else None
